"""One turn: accepted, held, loaded, read, answered, committed, delivered, marked.

A crash at any point replays from the inbox (before the commit) or from the outbox (after it).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from bot import metrics
from bot.errors import HoldLost, Overloaded, StateUnavailable
from bot.flows.emergency import alarm_reply
from bot.guard import guard, keepable
from bot.message import Address, Message, Outgoing, Platform, Text
from bot.router import READERS_WORD, route
from bot.session import Account, Session
from bot.state.keys import all_partitions
from bot.state.store import Held, Save, Store, Waiting
from bot.turn import SHORT_LIFE, Context, Knowledge, Step, reply
from knowledge.clinical import Presence
from nlu.alarm import screen
from nlu.meaning import Alarm, Hints, Understanding
from nlu.reader import Reader

log = structlog.get_logger()

Deliver = Callable[[Outgoing], Awaitable[None]]
"""Hands one reply to the person's door; returns when the door accepted it, raises when it did not."""

MOST_ATTEMPTS = 3
"""A message whose turn was begun more often than this gets an apology instead, so that it cannot block its person."""

LONGEST_WAIT = timedelta(seconds=30)
"""How long a message waits for its turn before its door is told so; the turn is then run later."""

INLINE_CHARACTERS = 300
"""Longer texts are read in a thread: 2,000 characters take about 12 ms."""


STEPS = (
    *("screened", "received", "alarm put", "alarm delivered", "held and loaded", "read", "answered", "guarded"),
    *("committed", "delivered", "marked", "file rewritten", "done"),
)
"""Every boundary between two steps of a turn. Between "committed" and "marked" lies the one window in which a reply
can have been accepted by the door without our knowing: there, and only there, a restart may send it once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A finished turn."""

    inbox_id: str
    """The message's id in the inbox."""
    session: Session = field(repr=False)
    """The session as the turn left it, or as it saw it where nothing is kept."""
    outgoing: tuple[Outgoing, ...] = field(repr=False)
    """What was said, in order."""


def no_step(name: str) -> None:
    """Do nothing at a step boundary."""


class Engine:
    """Runs turns. `at` is called at every boundary of `STEPS` with its name (tests stop the process there)."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Reader,
        knowledge: Knowledge,
        at: Callable[[str], None] = no_step,
    ) -> None:
        self._store = store
        self._reader = reader
        self._knowledge = knowledge
        self._at = at
        self._running: set[str] = set()

    async def handle(self, message: Message, deliver: Deliver | None) -> Turn | None:
        """Accept a message and run its turn. None when it was accepted before.

        An alarm reply goes out first and at once. Raises StateUnavailable when Redis is gone (after the alarm reply,
        if there is one) and Overloaded when earlier messages take too long; the message is then kept and run later.
        """
        alarms = screen(message.text) if message.text else ()
        self._at("screened")
        try:
            place = await self._store.receive(message)
        except StateUnavailable:
            metrics.state_unavailable.inc()
            if alarms and deliver:
                said = alarm_reply(alarms, self._knowledge.say)
                await deliver(Outgoing(id=f"{message.id}:alarm", address=message.address, reply=said))
            raise
        if place is None:
            metrics.repeats.labels(message.address.platform).inc()
            return None
        self._at("received")
        return await self._run(place, message, alarms, deliver)

    async def undelivered(self, address: Address) -> tuple[Outgoing, ...]:
        """Replies that wait for this person, oldest first."""
        return await self._store.undelivered(self._store.keys(address))

    async def mark_delivered(self, address: Address, ids: Sequence[str]) -> None:
        """The person's door has these replies."""
        await self._store.mark_delivered(self._store.keys(address), ids)

    async def recover(self, deliver_to: Callable[[Platform], Deliver | None], *, older_than: timedelta) -> int:
        """Run the turns of accepted messages that nobody runs; returns how many were run."""
        run = 0
        for partition in all_partitions():
            for waiting, message in await self._store.orphans(partition, older_than=older_than):
                if waiting.inbox_id in self._running:
                    continue
                alarms = screen(message.text) if message.text else ()
                turn = await self._run(waiting, message, alarms, deliver_to(message.address.platform), patience=0)
                run += turn is not None
        if run:
            metrics.recovered.inc(run)
            log.info("recovered", turns=run)
        return run

    async def _run(
        self,
        place: Held | Waiting,
        message: Message,
        alarms: tuple[Alarm, ...],
        deliver: Deliver | None,
        *,
        patience: float = LONGEST_WAIT.total_seconds(),
    ) -> Turn | None:
        self._running.add(place.inbox_id)
        began = time.perf_counter()
        try:
            said = await self._alarm(place, message, alarms, deliver)
            for _ in range(MOST_ATTEMPTS):
                held = place if isinstance(place, Held) else await self._wait(place, patience)
                if held is None:
                    return None
                with self._kept(held):
                    try:
                        turn = await self._turn(held, message, alarms, said, deliver)
                    except HoldLost:
                        metrics.holds_lost.inc()
                        await self._store.finish(held, ())
                        place = Waiting(keys=held.keys, inbox_id=held.inbox_id)
                        continue
                _record(held, message, turn, alarms, time.perf_counter() - began)
                self._at("done")
                return turn
            return None
        finally:
            self._running.discard(place.inbox_id)

    async def _alarm(
        self, place: Held | Waiting, message: Message, alarms: tuple[Alarm, ...], deliver: Deliver | None
    ) -> tuple[Outgoing, ...]:
        """The alarm reply, put into the outbox and delivered before the turn has to wait for anything."""
        if not alarms:
            return ()
        metrics.alarms.labels(alarms[0].kind).inc()
        said = alarm_reply(alarms, self._knowledge.say)
        outgoing = Outgoing(id=f"{place.inbox_id}:alarm", address=message.address, reply=said)
        life = self._knowledge.session_life
        try:
            first = await self._store.put_alarm(place, outgoing, life=life, now=message.sent_at)
        except StateUnavailable:
            await _deliver(outgoing, deliver)  # danger is answered even when nothing can be kept
            raise
        if first:
            self._at("alarm put")
            await _deliver(outgoing, deliver)
            self._at("alarm delivered")
        return (outgoing,)

    async def _wait(self, waiting: Waiting, patience: float) -> Held | None:
        """The hold, first come first served; None when the message is done already."""
        end, pause = time.monotonic() + patience, 0.004
        while True:
            place = await self._store.hold(waiting)
            if place is None or isinstance(place, Held):
                return place
            if time.monotonic() >= end:
                if patience:
                    raise Overloaded("earlier messages of this person are still being answered")
                return None
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.1)

    @contextmanager
    def _kept(self, held: Held) -> Iterator[None]:
        """Extend the hold until the turn ends; most turns end before it is due."""
        pause = self._store.hold_seconds / 3
        tasks: list[asyncio.Task[None]] = []

        async def extend() -> None:
            while True:
                await self._store.extend(held)
                await asyncio.sleep(pause)

        due = asyncio.get_running_loop().call_later(pause, lambda: tasks.append(asyncio.create_task(extend())))
        try:
            yield
        finally:
            due.cancel()
            for task in tasks:
                task.cancel()

    async def _turn(
        self,
        held: Held,
        message: Message,
        alarms: tuple[Alarm, ...],
        said: tuple[Outgoing, ...],
        deliver: Deliver | None,
    ) -> Turn:
        """Read, answer, commit, deliver, mark; held all the while."""
        self._at("held and loaded")
        loaded = held.session or Session(address=message.address)
        session = replace(loaded, version=held.version)
        account = held.account or Account()
        uses = 0
        if message.choice == "delete_now" or session.expecting == "delete":
            uses = await self._store.location_uses(held.keys)
        try:
            if held.attempts > MOST_ATTEMPTS:
                raise RuntimeError("the turn was begun too often")
            meaning = await self._read(message, session)
            self._at("read")
            step = route(
                Context(
                    message=message,
                    meaning=meaning,
                    alarms=alarms,
                    session=session,
                    account=account,
                    knowledge=self._knowledge,
                    location_uses=uses,
                )
            )
        except Exception as error:
            # The person must get an answer and the next message its turn, whatever a flow stumbles over.
            metrics.failures.inc()
            log.error("turn failed", kind=type(error).__name__, where=_where(error), attempts=held.attempts)
            text = Text(text=self._knowledge.say("hello.sorry"))
            step = Step(reply=reply(text), session=held.session, view=session)
        self._at("answered")
        view = step.view or step.session or Session(address=message.address)
        answer = guard(step.reply, view, alarmed=bool(alarms), say=self._knowledge.say)
        outgoing = Outgoing(id=f"{held.inbox_id}:reply", address=message.address, reply=answer)
        self._at("guarded")
        later = step.account if isinstance(step.account, Account) else Account() if step.forget else account
        kept = keepable(step.session, later)
        kept = kept and replace(kept, version=held.version + 1, updated_at=message.sent_at)
        life = step.session_life or self._knowledge.session_life
        await self._store.commit(
            held,
            Save(
                session=kept,
                account=step.account,
                outgoing=outgoing,
                session_life=life if later.allows("health") else min(life, SHORT_LIFE),
                now=message.sent_at,
                location_purpose=step.location_purpose,
                forget=step.forget,
            ),
        )
        self._at("committed")
        delivered = [o.id for o in said] if deliver else []
        if await _deliver(outgoing, deliver):
            delivered.append(outgoing.id)
        self._at("delivered")
        await self._store.finish(held, delivered)
        self._at("marked")
        if step.forget:
            await self._store.rewrite_file()
            self._at("file rewritten")
        return Turn(inbox_id=held.inbox_id, session=step.view or kept or view, outgoing=(*said, outgoing))

    async def _read(self, message: Message, session: Session) -> Understanding:
        """What the message says; long texts in a thread. A form's known illnesses are read like words."""
        text = message.text or ""
        if message.form and message.form.patient:
            text = ". ".join((*message.form.patient.conditions, *message.form.patient.drugs))
        if not text.strip():
            return Understanding()
        hints = Hints(
            asked=session.pending.findings if session.pending else (),
            expecting=READERS_WORD[session.expecting],
            patient=session.patient.relation,
            known=tuple(f.concept for f in session.findings if f.presence is Presence.PRESENT),
        )
        if len(text) > INLINE_CHARACTERS:
            return await asyncio.to_thread(self._reader.read, text, hints)
        return self._reader.read(text, hints)


async def _deliver(outgoing: Outgoing, deliver: Deliver | None) -> bool:
    """Whether the door took the reply; what it did not take stays in the outbox."""
    if deliver is None:
        return False
    try:
        await deliver(outgoing)
    except Exception as error:
        metrics.undelivered.inc()
        log.warning("not delivered", kind=type(error).__name__, platform=outgoing.address.platform)
        return False
    return True


def _where(error: BaseException) -> str:
    """File and line of the innermost frame: enough to find a mistake, nothing of what was said."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""


def _record(held: Held, message: Message, turn: Turn, alarms: tuple[Alarm, ...], seconds: float) -> None:
    platform = message.address.platform
    metrics.turns.labels(platform).inc()
    metrics.turn_seconds.labels(platform).observe(seconds)
    log.info(
        "turn",
        platform=platform,
        person=held.keys.digest,
        inbox_id=held.inbox_id,
        stage=turn.session.stage,
        attempts=held.attempts,
        ms=round(seconds * 1000, 1),
    )
