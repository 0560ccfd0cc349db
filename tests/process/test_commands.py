"""The commands an operator types."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def drrc(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "adapters.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DRRC_DATA_DIR": str(folder), "DRRC_PORT": "1", **settings},
        input="어제부터 기침이 나요\n1\n그만\n" if arguments[0] == "chat" else None,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_doctor_finds_a_fresh_machine_healthy(short_path: Path) -> None:
    """With nothing set, every check is fine or a remark, and the drafted data are named as such."""
    done = drrc(short_path, "doctor")
    assert done.returncode == 0, done.stdout
    assert "✗" not in done.stdout
    assert "초안" in done.stdout
    for word in ("카카오톡 여는 법", "@BotFather", "api.slack.com/apps", "DRRC_KAKAO_SECRET"):
        assert word in done.stdout


def test_doctor_says_what_to_do_about_a_missing_redis(short_path: Path) -> None:
    """A Redis that cannot be reached is marked, with the variable to look at."""
    done = drrc(short_path, "doctor", DRRC_REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert "✗" in done.stdout
    assert "DRRC_REDIS_URL" in done.stdout


def test_status_is_readable_by_people_and_programs(short_path: Path) -> None:
    """Both forms say whether Redis answers, and that no server is open."""
    done = drrc(short_path, "status", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["redis"] is True
    assert found["server"] is False
    assert found["unfinished"] == 0
    assert "답해요" in drrc(short_path, "status").stdout


def test_chat_talks_in_the_terminal(short_path: Path) -> None:
    """A complaint is answered, a number picks a choice, a word leaves."""
    done = drrc(short_path, "chat", "--user", "tester")
    assert done.returncode == 0, done.stderr
    assert "닥터알씨예요" in done.stdout
    assert "이어서 여쭤볼게요" in done.stdout
    assert "Traceback" not in done.stderr


def test_the_help_is_korean_and_names_every_command(short_path: Path) -> None:
    """`drrc --help` lists what there is."""
    done = drrc(short_path, "--help")
    for command in ("serve", "chat", "doctor", "status"):
        assert command in done.stdout


def test_the_clinical_data_are_checked_and_compiled(short_path: Path) -> None:
    """`drrc index build` says how much there is, and leaves a copy that the next start reads."""
    done = drrc(short_path, "index", "build")
    assert done.returncode == 0, done.stderr
    assert "밀리초" in done.stdout
    assert list((short_path / "cache").iterdir())


def test_doctor_explains_who_should_hide_conditions(short_path: Path) -> None:
    """Where conditions are shown it recommends when not to; where they are hidden it is content."""
    shown = " ".join(drrc(short_path, "doctor", COLUMNS="300").stdout.split())
    assert "DRRC_CONDITIONS=hidden 을 권해요" in shown
    assert "진료과만 보여" in drrc(short_path, "doctor", DRRC_CONDITIONS="hidden").stdout
