"""What KakaoTalk posts: a skill payload. Fields come and go and change their shape; only who speaks is required."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _object(value: object) -> object:
    """The value where it is an object; Kakao has written null and the word "null" in its place."""
    return value if isinstance(value, dict) else {}


def _text(value: object) -> object:
    return value if isinstance(value, str) else ""


Object = Annotated[dict[str, Any], BeforeValidator(_object)]
Words = Annotated[str, BeforeValidator(_text)]


class _Tolerant(BaseModel):
    """A part of the payload, unknown fields ignored."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class User(_Tolerant):
    """Who speaks."""

    id: Annotated[str, Field(min_length=1, max_length=200, repr=False)]


class Block(_Tolerant):
    """The block of the chatbot builder that was reached."""

    name: Words = ""


class UserRequest(_Tolerant):
    """What was said."""

    user: User
    utterance: Words = Field(default="", repr=False)
    callbackUrl: Words = Field(default="", repr=False)  # noqa: N815 - Kakao's name
    block: Annotated[Block, BeforeValidator(_object)] = Block()


class Bot(_Tolerant):
    """Which chatbot; the id ends with "!" on the development channel."""

    id: Words = ""


class Action(_Tolerant):
    """What a button carried, and what the builder's entities found."""

    clientExtra: Object = Field(default={}, repr=False)  # noqa: N815 - Kakao's name
    params: Object = Field(default={}, repr=False)


class SkillPayload(_Tolerant):
    """One turn of a person."""

    userRequest: UserRequest  # noqa: N815 - Kakao's name
    bot: Annotated[Bot, BeforeValidator(_object)] = Bot()
    action: Annotated[Action, BeforeValidator(_object)] = Action()
