"""What the page sends, as pydantic models. Fields we do not know are ignored."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.message import Attachment


class _Wire(BaseModel):
    """Reads leniently about extra fields, strictly about known ones."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


class WirePoint(_Wire):
    """A position the browser gave."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)


class Incoming(_Wire):
    """One thing a person sent: exactly one of text, choice, point and attachment."""

    id: UUID
    text: str | None = Field(default=None, min_length=1, repr=False)
    choice: str | None = Field(default=None, pattern=r"^[\x21-\x7e]{1,64}$")
    point: WirePoint | None = Field(default=None, repr=False)
    attachment: Attachment | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Incoming":
        given = [part for part in (self.text, self.choice, self.point, self.attachment) if part is not None]
        if len(given) != 1:
            raise ValueError("exactly one of text, choice, point and attachment must be set")
        return self


class Ack(_Wire):
    """The ids of replies the page has shown."""

    ids: tuple[str, ...] = Field(max_length=200)
