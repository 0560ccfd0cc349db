"""The people of one bot, and what each of them sees on their screen."""

import time
from collections.abc import Collection, Sequence
from typing import Any

from tests.fakes.kakao_payload import KakaoPerson, person_of
from tests.fakes.kakao_shown import Press, Shown, bubbles, find_press, labels

Json = dict[str, Any]

WAITING = "잠시만요, 답을 준비하고 있어요."
"""What the block itself says before a callback, where the skill gives no `data.text`."""


class People:
    """Everybody who ever spoke, with the bubbles they saw, one list for each answer."""

    def __init__(self, bot_id: str) -> None:
        self._bot_id = bot_id
        self._people: dict[str, KakaoPerson] = {}
        self._names: dict[str, str] = {}
        self._seen: dict[str, list[list[Shown]]] = {}
        self._opened = time.perf_counter()

    def get(self, name: str) -> KakaoPerson:
        """The person of that name; a new one is a friend of the channel."""
        if name not in self._people:
            self._people[name] = person_of(name, self._bot_id)
            self._names[self._people[name].key] = name
        return self._people[name]

    def everybody(self) -> Collection[KakaoPerson]:
        """All of them."""
        return self._people.values()

    def name_in(self, payload: object) -> str:
        """Whose payload it is; empty where it is nobody's."""
        try:
            return self._names.get(payload["userRequest"]["user"]["id"], "")  # type: ignore[index]
        except (LookupError, TypeError):
            return ""

    def seen(self, name: str) -> list[Shown]:
        """Everything the person sees, oldest first."""
        return [shown for together in self._seen.get(name, ()) for shown in together]

    def show(self, name: str, answer: Json | None) -> list[Shown]:
        """Shows an answer, or `nothing` for None and for what cannot be drawn; gives the bubbles."""
        at = time.perf_counter() - self._opened
        nothing = [Shown(kind="nothing", at=at)]
        try:
            shown = nothing if answer is None else bubbles(answer, at, WAITING)
        except (LookupError, TypeError, AttributeError):  # only an unchecked answer is malformed
            shown = nothing
        if name:
            self._seen.setdefault(name, []).append(shown)
        return shown

    def press(self, name: str, wanted: str, *, stale: bool) -> Press:
        """What pressing it sends: looked for in the newest answer, or in those before it (newest first).

        Raises:
            LookupError: it is not there, or Kakao tells the skill nothing about it.
        """
        seen = self._seen.get(name, [])
        searched: Sequence[list[Shown]] = seen[-2::-1] if stale else seen[-1:]
        for together in searched:
            press = find_press(together, wanted)
            if press is not None:
                return press
        there = [label for together in searched for label in labels(together)]
        raise LookupError(f"{name!r} cannot press {wanted!r}; there are {there}")
