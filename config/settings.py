"""Everything an operator can set, by environment variables with the prefix DRRC_ or a file named by DRRC_ENV_FILE."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "DRRC_"

SECRETS = frozenset(
    {"secret", "redis_url", "telegram_token", "slack_token", "slack_signing_secret", "slack_app_token", "kakao_secret"}
)
"""Settings whose value is never shown."""


def default_data_dir() -> Path:
    """The per-user data folder (`XDG_DATA_HOME/drrc`, else `~/.local/share/drrc`)."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "drrc"


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


def _words(value: object) -> object:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


Secret = Annotated[SecretStr | None, BeforeValidator(_empty_is_none)]
"""A value that is never shown; an empty one is none."""

LongSecret = Annotated[Annotated[SecretStr, Field(min_length=16)] | None, BeforeValidator(_empty_is_none)]
"""A secret somebody made up: long enough not to be guessed."""

Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
"""Several values with commas between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One setting that is wrong."""

    variable: str
    """The environment variable."""
    reason: str
    """What it should be; `no_file` where a file is missing."""
    value: str | None
    """What stands there now; None for a secret."""


class SettingsError(Exception):
    """Settings are wrong; names each variable."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.variable}: {problem.reason}" for problem in problems))
        self.problems = problems


class Settings(BaseSettings):
    """One value each, with its default. `config/example.env` explains every one in Korean."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""
    data_dir: Path = Field(default_factory=default_data_dir)
    redis_url: Secret = None
    secret: LongSecret = None
    conditions: Literal["shown", "hidden"] = "shown"
    session_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 24
    hold_seconds: Annotated[float, Field(ge=0.5, le=300)] = 15.0
    recover_seconds: Annotated[float, Field(ge=0.2, le=60)] = 2.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    rate_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 30
    trust_proxy: bool = False
    map_tiles_url: Annotated[str, Field(pattern=r"^(https://.+)?$")] = ""
    web: bool = True
    telegram_token: Secret = None
    telegram_mode: Literal["auto", "webhook", "polling"] = "auto"
    telegram_api_url: Annotated[str, Field(pattern=r"^https?://.+$")] = "https://api.telegram.org"
    slack_token: Secret = None
    slack_signing_secret: Secret = None
    slack_app_token: Secret = None
    slack_api_url: Annotated[str, Field(pattern=r"^https?://.+/$")] = "https://slack.com/api/"
    kakao_secret: LongSecret = None
    kakao_bot_ids: Words = ()
    kakao_callback_hosts: Words = ("kakao.com",)


def load_settings() -> Settings:
    """The settings, read once. Raises SettingsError that names each wrong variable and the reason."""
    name = f"{PREFIX}ENV_FILE"
    env_file = os.environ.get(name) or None
    if env_file and not Path(env_file).is_file():
        raise SettingsError((Problem(variable=name, reason="no_file", value=env_file),))
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings takes it beside the fields
    except ValidationError as error:
        raise SettingsError(
            tuple(
                Problem(
                    variable=f"{PREFIX}{field}".upper(),
                    reason=found["msg"],
                    value=None if field in SECRETS else repr(found["input"]),
                )
                for found in error.errors()
                for field in [str(found["loc"][0])]
            )
        ) from None
