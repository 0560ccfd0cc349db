"""The seam to language models: what one can do, what stands in where there is none, the switch for tests.

No model sets or lowers a level of urgency; models find words and read text.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


class ModelError(Exception):
    """Root of what can go wrong with a model."""


class ModelUnavailable(ModelError):
    """There is no model, or it does not answer: rules and prepared sentences go on alone."""


class RealModelForbidden(ModelError):
    """A real model was called while the switch forbids it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is asked."""

    system: str = field(repr=False)
    """Who it is and what it may say."""
    user: str = field(repr=False)
    """The request with everything it needs."""
    max_tokens: int = 256
    """Most tokens of the answer."""


@runtime_checkable
class LanguageModel(Protocol):
    """A model that answers in pieces."""

    name: str
    """For logs and labels."""

    def stream(self, prompt: Prompt, *, deadline: float) -> AsyncIterator[str]:
        """The answer's text in pieces; ends at the deadline (seconds from now). Raises ModelUnavailable."""
        ...


async def complete(model: LanguageModel, prompt: Prompt, *, deadline: float) -> str:
    """The whole answer of a model."""
    return "".join([piece async for piece in model.stream(prompt, deadline=deadline)])


class NoModel:
    """Stands in where no model is configured."""

    name = "none"

    async def stream(self, prompt: Prompt, *, deadline: float) -> AsyncIterator[str]:
        """Always unavailable."""
        raise ModelUnavailable("no language model is configured")
        yield ""  # an async generator needs one


class ScriptedModel:
    """Answers with given texts in order; for tests and demonstrations."""

    name = "scripted"

    def __init__(self, answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.prompts: list[Prompt] = []

    async def stream(self, prompt: Prompt, *, deadline: float) -> AsyncIterator[str]:
        """The next answer, word by word; unavailable when none is left."""
        self.prompts.append(prompt)
        if not self._answers:
            raise ModelUnavailable("the script is at its end")
        for word in self._answers.pop(0).split(" "):
            yield word + " "


_real_allowed: ContextVar[bool] = ContextVar("real models allowed", default=True)


@contextmanager
def real_models_forbidden() -> Iterator[None]:
    """Within the block every real model's call raises RealModelForbidden."""
    token = _real_allowed.set(False)
    try:
        yield
    finally:
        _real_allowed.reset(token)


def require_real_models_allowed(name: str) -> None:
    """The first line of every real model's call."""
    if not _real_allowed.get():
        raise RealModelForbidden(f"{name!r} is a real model and must not be called here")
