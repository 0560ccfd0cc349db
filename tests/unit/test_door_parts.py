"""What every messenger's door is made of: sending replies in parts, and turns that run behind the scenes."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from adapters import courier as courier_module
from adapters.background import Background
from adapters.courier import TRIES, Courier, Gone, NotSent, Refused, Wait
from bot.delivery import Deliver
from bot.errors import Later, Overloaded, StateUnavailable
from bot.message import Address, Message, Outgoing, Platform, Reply, Text
from bot.state.keys import person_keys
from bot.state.store import Waiting

KIM = Address(platform=Platform.TELEGRAM, user="1")
LEE = Address(platform=Platform.TELEGRAM, user="2")
SECRET = "누구에게도 말하지 않은 이야기"


def outgoing(name: str = "1-0:reply", *, address: Address = KIM, taken: int = 0, text: str = SECRET) -> Outgoing:
    """A reply."""
    return Outgoing(id=name, address=address, reply=Reply(blocks=(Text(text=text),)), parts_taken=taken)


class Messenger:
    """A messenger that answers each attempt by a script, and an outbox that remembers what it was told."""

    def __init__(self, *answers: Exception | float | None, parts: int = 3) -> None:
        self.answers = list(answers)
        self.count = parts
        self.attempts: list[tuple[Address, int]] = []
        self.accepted: list[int] = []
        self.at: list[float] = []
        self.noted: list[int] = []
        self.cut: list[Address] = []
        self.courier = Courier(self, self, per_second=1_000)

    async def parts(self, outgoing: Outgoing) -> Sequence[int]:
        """The parts are their numbers."""
        return range(self.count)

    async def send(self, address: Address, part: int) -> None:
        """The next answer of the script; after its end everything is accepted."""
        self.attempts.append((address, part))
        self.at.append(time.monotonic())
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        await asyncio.sleep(answer or 0)
        self.accepted.append(part)

    async def note_parts(self, address: Address, outgoing_id: str, parts: int) -> None:
        """What a restart would begin with."""
        self.noted.append(parts)

    async def cut_off(self, address: Address) -> None:
        """Who was given up."""
        self.cut.append(address)


async def test_parts_go_out_in_order() -> None:
    """Every part is sent once; all but the last are written down as they are accepted."""
    messenger = Messenger()
    await messenger.courier.deliver(outgoing())
    assert messenger.accepted == [0, 1, 2]
    assert messenger.noted == [1, 2]
    assert messenger.cut == []


async def test_an_interrupted_reply_goes_on_where_it_stopped() -> None:
    """What was accepted before an interruption is not said twice."""
    messenger = Messenger(None, ConnectionResetError())
    with pytest.raises(Later):
        await messenger.courier.deliver(outgoing())
    assert (messenger.accepted, messenger.noted) == ([0], [1])
    await messenger.courier.deliver(outgoing(taken=messenger.noted[-1]))
    assert messenger.accepted == [0, 1, 2]
    again = Messenger()
    await again.courier.deliver(outgoing(taken=3))
    assert again.attempts == []


async def test_patience_is_kept_and_then_it_is_sent() -> None:
    """A messenger that asks to wait is left alone for so long, and the same part is sent after it."""
    messenger = Messenger(Wait(0.2), parts=1)
    await messenger.courier.deliver(outgoing())
    assert messenger.accepted == [0]
    assert messenger.at[1] - messenger.at[0] >= 0.2


async def test_patience_with_one_person_holds_up_nobody_else() -> None:
    """While one conversation must wait, others are served."""
    messenger = Messenger(Wait(0.3), parts=1)
    first = asyncio.create_task(messenger.courier.deliver(outgoing()))
    await asyncio.sleep(0.02)
    began = time.monotonic()
    await messenger.courier.deliver(outgoing(address=LEE))
    assert time.monotonic() - began < 0.2
    await first
    assert [address for address, _ in messenger.attempts] == [KIM, LEE, KIM]


async def test_long_patience_is_left_to_redelivery() -> None:
    """A turn does not sleep for minutes: the reply stays in the outbox, with the time from which to try again."""
    messenger = Messenger(Wait(120), parts=1)
    with pytest.raises(Later) as caught:
        await messenger.courier.deliver(outgoing())
    assert 110 < caught.value.after <= 121
    with pytest.raises(Later):
        await messenger.courier.deliver(outgoing("2-0:reply"))
    assert len(messenger.attempts) == 1


async def test_what_was_never_sent_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A messenger that could not be reached is tried again a few times, then the reply is kept."""
    messenger = Messenger(NotSent(), NotSent(), parts=1)
    await messenger.courier.deliver(outgoing())
    assert messenger.accepted == [0]

    async def at_once(_: float) -> None:
        return None

    monkeypatch.setattr(asyncio, "sleep", at_once)
    down = Messenger(*[NotSent() for _ in range(TRIES)], parts=2)
    with pytest.raises(Later):
        await down.courier.deliver(outgoing())
    assert (len(down.attempts), down.noted, down.cut) == (TRIES, [], [])


async def test_a_refused_part_does_not_hold_up_the_rest() -> None:
    """What a messenger will never take is left out; the parts around it arrive and nobody is given up."""
    messenger = Messenger(None, Refused("too odd"))
    await messenger.courier.deliver(outgoing())
    assert messenger.accepted == [0, 2]
    assert messenger.noted == [1, 2]
    assert messenger.cut == []


async def test_who_left_is_given_up() -> None:
    """Nothing more is sent to a person who blocked us, and what waits for them is dropped."""
    messenger = Messenger(None, Gone())
    await messenger.courier.deliver(outgoing())
    assert messenger.accepted == [0]
    assert messenger.cut == [KIM]
    assert len(messenger.attempts) == 2


async def test_doubt_is_not_answered_by_saying_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody knows whether a part was accepted, it is not sent again at once; nor where a call never ends."""
    for trouble in (TimeoutError(), aiohttp.ClientError(), ValueError()):
        messenger = Messenger(trouble, parts=1)
        with pytest.raises(Later):
            await messenger.courier.deliver(outgoing())
        assert len(messenger.attempts) == 1
    monkeypatch.setattr(courier_module, "SEND_SECONDS", 0.05)
    slow = Messenger(5.0, parts=1)
    with pytest.raises(Later):
        await slow.courier.deliver(outgoing())
    assert len(slow.attempts) == 1


async def test_no_more_than_the_messenger_allows() -> None:
    """Beyond the first burst, parts go out no faster than the limit."""
    messenger = Messenger(parts=30)
    messenger.courier = Courier(messenger, messenger, per_second=20)
    began = time.monotonic()
    await messenger.courier.deliver(outgoing())
    assert 0.4 < time.monotonic() - began < 2
    assert messenger.accepted == list(range(30))


async def test_patience_is_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of who asked to wait is bounded."""
    monkeypatch.setattr(courier_module, "REMEMBERED", 2)
    messenger = Messenger(*[Wait(100) for _ in range(4)], parts=1)
    for number in range(4):
        with pytest.raises(Later):
            await messenger.courier.deliver(outgoing(address=Address(platform=Platform.SLACK, user=str(number))))
    assert len(messenger.courier._not_before) == 2


class Turns:
    """Turns that take a while and may fail."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.seen: set[str] = set()
        self.answered: list[str] = []
        self.trouble: Exception | None = None

    async def accept(self, message: Message, deliver: Deliver | None) -> Any:
        """Each id once."""
        if self.trouble:
            raise self.trouble
        if message.id in self.seen:
            return None
        self.seen.add(message.id)
        keys = person_keys(message.address, b"salt")
        return Waiting(keys=keys, platform=message.address.platform, inbox_id=message.id)

    async def answer(self, accepted: Any, deliver: Deliver | None, *, in_order: bool) -> None:
        """Waits at the gate."""
        assert in_order
        await self.gate.wait()
        if self.trouble:
            raise self.trouble
        self.answered.append(accepted.inbox_id)


def message(name: str) -> Message:
    """A message."""
    return Message(id=name, address=KIM, sent_at=datetime.now(UTC), text=SECRET)


async def nothing(_: Outgoing) -> None:
    """A way out that takes everything."""


async def test_a_message_is_received_before_it_is_answered() -> None:
    """Taking returns at once; the turn runs behind it, and a repeat begins none."""
    turns = Turns()
    background = Background(turns, nothing)
    assert await background.take(message("1"))
    assert not await background.take(message("1"))
    assert turns.answered == []
    turns.gate.set()
    await background.drain(1)
    assert turns.answered == ["1"]


async def test_no_more_turns_than_allowed() -> None:
    """A door with too many turns asks its messenger to come again, and takes messages again when some ended."""
    turns = Turns()
    background = Background(turns, nothing, most=3)
    for number in range(3):
        assert await background.take(message(str(number)))
    with pytest.raises(Overloaded):
        await background.take(message("3"))
    assert "3" not in turns.seen
    turns.gate.set()
    await background.drain(1)
    assert await background.take(message("3"))
    await background.drain(1)
    assert turns.answered == ["0", "1", "2", "3"]


async def test_closing_waits_only_so_long() -> None:
    """What does not end in time is left to the next process, and nothing waits where nothing runs."""
    turns = Turns()
    background = Background(turns, nothing)
    await background.drain(5)
    await background.take(message("1"))
    began = time.monotonic()
    await background.drain(0.05)
    assert 0.04 < time.monotonic() - began < 1
    turns.gate.set()
    await background.drain(1)


async def test_messages_that_come_at_once_are_counted() -> None:
    """The limit holds for messages that are still being kept, too."""
    background = Background(Turns(), nothing, most=3)
    taken = await asyncio.gather(*(background.take(message(str(n))) for n in range(10)), return_exceptions=True)
    assert [taken.count(True), sum(isinstance(one, Overloaded) for one in taken)] == [3, 7]
    for task in background._tasks:
        task.cancel()


@pytest.mark.parametrize("trouble", [StateUnavailable("gone"), Overloaded("full"), KeyError(SECRET)])
async def test_trouble_behind_the_scenes_stays_there(
    trouble: Exception, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A turn that fails for a while ends quietly, without its words; a message that cannot be kept is refused."""
    turns = Turns()
    background = Background(turns, nothing)
    await background.take(message("1"))
    turns.trouble = trouble
    turns.gate.set()
    await background.drain(1)
    assert turns.answered == []
    with pytest.raises(type(trouble)):
        await background.take(message("2"))
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err + caplog.text
