"""Settings: every one documented, every wrong one named."""

import re
from pathlib import Path

import pytest

from adapters.cli import main
from config.settings import PREFIX, Settings, SettingsError, load_settings

EXAMPLE = Path(__file__).parents[2] / "config" / "example.env"


def test_every_setting_is_documented() -> None:
    """`config/example.env` names every setting and no other."""
    named = set(re.findall(rf"^#? ?({PREFIX}\w+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE))
    assert named == {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_example_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example file can be used as it is."""
    monkeypatch.setenv("DRRC_ENV_FILE", str(EXAMPLE))
    assert load_settings().port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DRRC_PORT", "eighty"),
        ("DRRC_PORT", "70000"),
        ("DRRC_LOG_LEVEL", "loud"),
        ("DRRC_SECRET", "short"),
        ("DRRC_PUBLIC_URL", "example.org"),
        ("DRRC_SESSION_HOURS", "0"),
        ("DRRC_ENV_FILE", "/nowhere/at/all.env"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends with status 2 and a sentence with the variable's name."""
    monkeypatch.setenv(name, value)
    assert main(["serve"]) == 2
    assert name in capsys.readouterr().err


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value of a secret never appears in an error."""
    monkeypatch.setenv("DRRC_SECRET", "hunter2")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)
