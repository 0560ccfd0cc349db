"""What is shipped: the wheel holds all six packages with their data, and nothing shadows them."""

import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "adapters", "nlu", "knowledge", "scheduler", "config")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as the Dockerfile builds it but with the build tools at hand."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def run(python: Path, code: str) -> str:
    """What a program prints, run away from the repository."""
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, cwd="/").stdout.strip()


def test_the_wheel_holds_every_tracked_file_of_the_packages(wheel: Path) -> None:
    """No data file is dropped on the way (an ignore rule once swallowed a whole folder elsewhere)."""
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True)
    missing = set(tracked.stdout.splitlines()) - set(zipfile.ZipFile(wheel).namelist())
    assert not missing
    assert any(name.startswith("knowledge/data/conditions/") for name in tracked.stdout.splitlines())


def test_the_six_names_come_from_our_distribution(wheel: Path, tmp_path: Path) -> None:
    """In a venv that has our wheel, each of the six packages is ours and data are found beside the code."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(run(python, "import sysconfig; print(sysconfig.get_path('purelib'))"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # Dependencies are taken from the environment that runs the tests; only our own files are under test here.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    where = run(python, f"import importlib; print([importlib.import_module(n).__file__ for n in {PACKAGES!r}])")
    assert where.count(str(site)) == len(PACKAGES)
    conditions = run(python, "from knowledge.catalogue import load_catalogue as l; print(len(l().conditions))")
    assert int(conditions) >= 60


def test_importing_the_bot_imports_no_model(wheel: Path) -> None:
    """The engine and every door start without torch, transformers or faiss."""
    code = (
        "import sys, bot.engine, adapters.serve;"
        "print([m for m in ('torch', 'transformers', 'bitsandbytes', 'faiss') if m in sys.modules])"
    )
    assert run(Path(sys.executable), f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}") == "[]"


@pytest.mark.install
def test_the_dockerfile_works_in_a_bare_environment(tmp_path: Path) -> None:
    """Each RUN step of the Dockerfile that concerns Python works outside a container: build, install, start."""
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^RUN python -m build --wheel --outdir /dist$", text, re.MULTILINE)
    assert re.search(r"^RUN pip install --no-cache-dir -c /tmp/constraints.txt /tmp/\*\.whl", text, re.MULTILINE)
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "build>=1.2"], check=True)
    subprocess.run([python, "-m", "build", "--wheel", "--outdir", tmp_path / "dist"], cwd=ROOT, check=True)
    built = next((tmp_path / "dist").glob("*.whl"))
    subprocess.run([python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", built], check=True)
    doctor = subprocess.run(
        [tmp_path / "venv" / "bin" / "drrc", "doctor"],
        env={"DRRC_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr


def test_the_copied_folders_are_the_packages() -> None:
    """The Dockerfile copies exactly the packages that pyproject.toml lists."""
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert copied == set(PACKAGES)
