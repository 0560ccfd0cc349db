"""The JSON-lines contract: what comes in. Unknown fields are ignored."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.message import Form
from knowledge.clinical import Person, Sex
from knowledge.places.place import Point


class Location(BaseModel):
    """A position."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]

    def point(self) -> Point:
        """As our own value."""
        return Point(lat=self.lat, lon=self.lon)


class Profile(BaseModel):
    """The patient, set at once."""

    age: Annotated[float, Field(ge=0, le=130)] | None = None
    sex: Literal["female", "male"] | None = None
    pregnant: bool | None = None
    pregnancy_weeks: Annotated[int, Field(ge=0, le=45)] | None = None
    conditions: Annotated[list[str], Field(max_length=50)] = []
    drugs: Annotated[list[str], Field(max_length=50)] = []
    allergies: Annotated[list[str], Field(max_length=50)] = []
    consent: bool | None = None

    def form(self) -> Form:
        """As a filled-in form; a profile with consent alone leaves the patient as they are."""
        described = self.model_fields_set - {"consent"}
        patient = Person(
            age=self.age,
            sex=Sex(self.sex) if self.sex else None,
            pregnant=self.pregnant,
            pregnancy_weeks=self.pregnancy_weeks,
            conditions=tuple(self.conditions),
            drugs=tuple(self.drugs),
            allergies=tuple(self.allergies),
        )
        return Form(patient=patient if described else None, consent=self.consent, location_consent=self.consent)


class Line(BaseModel):
    """One input line."""

    model_config = ConfigDict(extra="ignore")

    user: Annotated[str, Field(min_length=1, max_length=200)]
    text: str | None = None
    choice: Annotated[str, Field(max_length=64)] | None = None
    location: Location | None = None
    reset: bool = False
    profile: Profile | None = None
    final: bool = False
    now: datetime | None = None
