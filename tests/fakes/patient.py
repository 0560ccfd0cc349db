"""Somebody who writes to a running engine through one door, with a clock of their own."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.assembly import House
from adapters.console.wire import Profile
from bot.engine import Turn
from bot.korean import KST
from bot.message import Address, Message, Outgoing, Platform
from bot.plain import plain_text

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=KST)


class Patient:
    """Somebody who writes through one door, with a clock of their own."""

    def __init__(self, house: House, user: str) -> None:
        self.house = house
        self.address = Address(platform=Platform.TELEGRAM, user=user)
        self.now = NOON

    async def sends(self, text: str | None = None, *, tap: str | None = None, after: timedelta | None = None) -> Turn:
        """The turn of one message."""
        self.now += after or timedelta(minutes=1)
        blank = Message(id=uuid.uuid4().hex, address=self.address, sent_at=self.now)
        message = replace(blank, text=text) if text else replace(blank, choice=tap)
        return await self._sent(message)

    async def fills(self, profile: Profile) -> Turn:
        """The turn of a form."""
        blank = Message(id=uuid.uuid4().hex, address=self.address, sent_at=self.now)
        return await self._sent(replace(blank, form=profile.form()))

    async def with_a_cold(self) -> Turn:
        """A consultation up to its result, far from an emergency."""
        await self.fills(Profile(age=33, sex="male", consent=True))
        await self.sends("어제부터 콧물이 나고 목이 좀 칼칼해요")
        turn = await self.sends(tap="finish")
        assert turn.session.done
        return turn

    async def hears(self, after: timedelta) -> list[str]:
        """What has become due so long after the last message, in words."""
        self.now += after
        await self.house.store.outbox.claim_due(self.now)
        said = await self.house.engine.undelivered(self.address)
        await self.house.engine.mark_delivered(self.address, [outgoing.id for outgoing in said])
        return [plain_text(outgoing.reply) for outgoing in said]

    async def _sent(self, message: Message) -> Turn:
        async def take(outgoing: Outgoing) -> None: ...

        turn = await self.house.engine.handle(message, take)
        assert turn is not None
        return turn
