"""One turn: accepted, held, loaded, read, answered, committed, delivered, marked.

A crash at any point replays from the inbox (before the commit) or from the outbox (after it).
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from bot import metrics
from bot.delivery import Deliver, Delivery, Said, taken
from bot.due import dropped, entries, heard
from bot.errors import HoldLost, Overloaded, StateUnavailable
from bot.flows.emergency import alarm_reply
from bot.guard import guard, keepable
from bot.lookups import link_doors, looked_up
from bot.message import Message, Outgoing, Platform, Text
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

MOST_ATTEMPTS = 3
"""A message whose turn was begun more often than this gets an apology instead, so that it cannot block its person."""

LONGEST_WAIT = timedelta(seconds=30)
"""How long a message waits for its turn before its door is told so; the turn is then run later."""

INLINE_CHARACTERS = 300
"""Longer texts are read in a thread: 2,000 characters take about 12 ms."""

REMEMBERED_ALARMS = 1_000
"""Alarms answered while nothing could be kept; a messenger that repeats the message gets no second answer."""

STEPS = (
    *("screened", "received", "alarm put", "alarm delivered", "held and loaded", "read", "answered", "guarded"),
    *("committed", "delivered", "marked", "file rewritten", "done"),
)
"""Every boundary between two steps of a turn. Between "committed" and "marked" lies the one window in which a reply
can have been accepted by the door without our knowing: there, and only there, a restart may send it once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that is kept; its turn is to be run."""

    place: Held | Waiting
    """Its place in the person's line."""
    message: Message = field(repr=False)
    """The message."""
    alarms: tuple[Alarm, ...]
    """Dangers in its raw text."""

    @property
    def behind(self) -> bool:
        """Whether replies may wait for this person since before this message: a turn before it may still leave one."""
        return self.place.behind > 0 or isinstance(self.place, Waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A finished turn."""

    inbox_id: str
    """The message's id in the inbox."""
    session: Session = field(repr=False)
    """The session as the turn left it, or as it saw it where nothing is kept."""
    outgoing: tuple[Outgoing, ...] = field(repr=False)
    """What was said, in order."""
    forgot: bool = False
    """Whether everything about the person was deleted."""


def no_step(name: str) -> None:
    """Do nothing at a step boundary."""


class Engine(Delivery):
    """Runs turns. `at` is called at every boundary of `STEPS` with its name (tests stop the process there)."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Reader,
        knowledge: Knowledge,
        at: Callable[[str], None] = no_step,
    ) -> None:
        super().__init__(store)
        self._reader = reader
        self._knowledge = knowledge
        self._at = at
        self._running: set[str] = set()
        self._cried: OrderedDict[str, None] = OrderedDict()

    async def handle(self, message: Message, deliver: Deliver | None) -> Turn | None:
        """Accept a message and run its turn; None when it was accepted before. Raises as `accept` and `answer` do."""
        accepted = await self.accept(message, deliver)
        return await self.answer(accepted, deliver) if accepted else None

    async def accept(self, message: Message, deliver: Deliver | None) -> Accepted | None:
        """Keep a message durably; None when it was accepted before.

        Raises StateUnavailable when Redis is gone, after the alarm reply, if there is one, went out all the same.
        """
        alarms = screen(message.text) if message.text else ()
        self._at("screened")
        try:
            place = await self._store.receive(message)
        except StateUnavailable:
            metrics.state_unavailable.inc()
            if alarms and deliver and not self._cried_already(message):
                said = alarm_reply(alarms, self._knowledge.say)
                if await taken(Outgoing(id=f"{message.id}:alarm", address=message.address, reply=said), deliver):
                    self._note_cry(message)
            raise
        if place is None:
            metrics.repeats.labels(message.address.platform).inc()
            return None
        self._running.add(place.inbox_id)
        self._at("received")
        return Accepted(place=place, message=message, alarms=alarms)

    async def answer(self, accepted: Accepted, deliver: Deliver | None, *, in_order: bool = False) -> Turn | None:
        """Run the turn of an accepted message; an alarm reply goes out first and at once.

        With `in_order` what waits for this person since before is delivered before the reply, and the reply only
        after it. Raises StateUnavailable when Redis is gone and Overloaded when earlier messages take too long; the
        message is then run later.
        """
        patience = LONGEST_WAIT.total_seconds()
        return await self._run(accepted, deliver, in_order=in_order, patience=patience)

    def _cried_already(self, message: Message) -> bool:
        return f"{message.address.platform}:{message.id}" in self._cried

    def _note_cry(self, message: Message) -> None:
        self._cried[f"{message.address.platform}:{message.id}"] = None
        while len(self._cried) > REMEMBERED_ALARMS:
            self._cried.popitem(last=False)

    async def recover(self, deliver_to: Callable[[Platform], Deliver | None], *, older_than: timedelta) -> int:
        """Run the turns of accepted messages that nobody runs; returns how many were run."""
        lines: dict[str, list[tuple[Waiting, Message]]] = {}
        for partition in all_partitions():
            for waiting, message in await self._store.orphans(partition, older_than=older_than):
                if waiting.inbox_id not in self._running:
                    lines.setdefault(waiting.keys.digest, []).append((waiting, message))
        # Each person's messages in their order, people side by side: a door that takes long holds up nobody else's.
        counts = await asyncio.gather(
            *(self._recover(line, deliver_to) for line in lines.values()), return_exceptions=True
        )
        run = sum(count for count in counts if isinstance(count, int))
        if run:
            metrics.recovered.inc(run)
            log.info("recovered", turns=run)
        for count in counts:
            if isinstance(count, BaseException):
                raise count
        return run

    async def _recover(
        self, line: Sequence[tuple[Waiting, Message]], deliver_to: Callable[[Platform], Deliver | None]
    ) -> int:
        run = 0
        for waiting, message in line:
            if waiting.inbox_id in self._running:
                continue
            alarms = screen(message.text) if message.text else ()
            accepted = Accepted(place=waiting, message=message, alarms=alarms)
            turn = await self._run(accepted, deliver_to(message.address.platform), in_order=True, patience=0)
            run += turn is not None
        return run

    async def _run(
        self, accepted: Accepted, deliver: Deliver | None, *, in_order: bool, patience: float
    ) -> Turn | None:
        place, message, alarms = accepted.place, accepted.message, accepted.alarms
        self._running.add(place.inbox_id)
        began = time.perf_counter()
        try:
            with self._kept(place) if isinstance(place, Held) else nullcontext():
                said = await self._alarm(place, message, alarms, deliver)
            for _ in range(MOST_ATTEMPTS):
                held = place if isinstance(place, Held) else await self._wait(place, patience)
                if held is None:
                    return None
                with self._kept(held):
                    try:
                        turn = await self._turn(held, accepted, said, deliver, in_order=in_order)
                    except HoldLost:
                        metrics.holds_lost.inc()
                        await self._store.finish(held, ())
                        place = Waiting(keys=held.keys, platform=held.platform, inbox_id=held.inbox_id)
                        continue
                _record(held, message, turn, alarms, time.perf_counter() - began)
                self._at("done")
                return turn
            return None
        finally:
            self._running.discard(place.inbox_id)

    async def _alarm(
        self, place: Held | Waiting, message: Message, alarms: tuple[Alarm, ...], deliver: Deliver | None
    ) -> Said:
        """The alarm reply, put into the outbox and delivered before the turn has to wait for anything.

        Where an earlier run of the message put it there, it is left to the turn, which has the person for itself.
        """
        if not alarms:
            return Said()
        said = alarm_reply(alarms, self._knowledge.say)
        outgoing = Outgoing(id=f"{place.inbox_id}:alarm", address=message.address, reply=said)
        life = self._knowledge.session_life
        try:
            first = await self._store.put_alarm(place, outgoing, life=life, now=message.sent_at)
        except StateUnavailable:
            await taken(outgoing, deliver)  # danger is answered even when nothing can be kept
            raise
        if not first:
            return Said(alarm=outgoing)
        metrics.alarms.labels(alarms[0].kind).inc()
        self._at("alarm put")
        done = await taken(outgoing, deliver)
        self._at("alarm delivered")
        if done:
            # At once: another process may take this turn over while it waits, and must not cry a second time.
            await self._store.outbox.mark_delivered(place.keys, message.address.platform, [outgoing.id])
        return Said(alarm=outgoing, tried=True, taken=done)

    async def _wait(self, waiting: Waiting, patience: float) -> Held | None:
        """The hold, first come first served; None when the message is done already."""
        end, pause = time.monotonic() + patience, 0.004
        while True:
            place = await self._store.hold(waiting)
            if place is None or isinstance(place, Held):
                return place
            waiting = place
            if time.monotonic() >= end:
                if patience:
                    raise Overloaded("earlier messages of this person are still being answered")
                return None
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.1)

    async def _turn(
        self, held: Held, accepted: Accepted, said: Said, deliver: Deliver | None, *, in_order: bool
    ) -> Turn:
        """Read, answer, commit, deliver, mark; held all the while."""
        message, alarms = accepted.message, accepted.alarms
        self._at("held and loaded")
        loaded = held.session or Session(address=message.address)
        session = heard(replace(loaded, version=held.version), message.sent_at)
        account = held.account or Account()
        try:
            if held.attempts > MOST_ATTEMPTS:
                raise RuntimeError("the turn was begun too often")
            meaning = await self._read(message, session)
            self._at("read")
            context = Context(
                message=message,
                meaning=meaning,
                alarms=alarms,
                session=session,
                account=account,
                knowledge=self._knowledge,
            )
            step = route(await looked_up(context, held, self._store))
        except StateUnavailable:
            raise
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
        await link_doors(held, step, self._store)
        own = self._store.keys(message.address)
        parted = step.forget and own != held.keys
        later = step.account if isinstance(step.account, Account) else Account() if step.forget else account
        kept = keepable(step.session, later)
        kept = kept and replace(kept, version=held.version + 1, updated_at=message.sent_at)
        life = step.session_life or self._knowledge.session_life
        life = life if later.allows("health") else min(life, SHORT_LIFE)
        if parted:
            # From now on this door stands alone: what confirms the deletion waits where it will be looked for.
            await self._store.outbox.keep(own, outgoing, life=life)
            await self._store.mark_seen(own, message)
        save = Save(
            session=kept,
            account=step.account,
            outgoing=None if parted else outgoing,
            session_life=life,
            writer=message.address,
            now=message.sent_at,
            location_purpose=step.location_purpose,
            drop_due=dropped(loaded, kept),
            due=entries(held, step.later, message.address),
            forget=step.forget,
            share=step.share,
        )
        await self._store.commit(held, save)
        self._at("committed")
        delivered = await self._said(held, said, outgoing, deliver, in_order=in_order)
        self._at("delivered")
        await self._store.finish(held, delivered)
        if parted:
            await self._store.outbox.mark_delivered(own, message.address.platform, delivered)
        self._at("marked")
        if step.forget:
            await self._store.rewrite_file()
            self._at("file rewritten")
        everything = (said.alarm, outgoing) if said.alarm else (outgoing,)
        session = step.view or kept or view
        return Turn(inbox_id=held.inbox_id, session=session, outgoing=everything, forgot=step.forget)

    async def _said(
        self, held: Held, said: Said, outgoing: Outgoing, deliver: Deliver | None, *, in_order: bool
    ) -> list[str]:
        """Deliver the reply, and an alarm that an earlier run left; the ids of what the door took."""
        if deliver is None:
            return []
        delivered = []
        cried = said.taken
        if said.alarm and not said.tried:
            left = [o for o in await self._store.outbox.undelivered(held.keys) if o.id == said.alarm.id]
            cried = not left or await taken(left[0], deliver)
            delivered += [o.id for o in left if cried]
        if in_order:
            behind = bool(said.alarm) and not cried
            if behind or (held.behind and not await self._catch_up(held, outgoing.address, deliver)):
                return delivered
        if await taken(outgoing, deliver):
            delivered.append(outgoing.id)
        return delivered

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
