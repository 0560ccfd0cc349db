"""What is asked again later: put among what is due, and taken out when it is answered or no longer wanted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.message import Address, Outgoing
from bot.session import CHECK_BACK, Session
from bot.state.store import Due, Held
from bot.turn import Later


def heard(session: Session, now: datetime) -> Session:
    """The session of somebody who writes: from the time on at which they are asked, any message is an answer."""
    return replace(session, check_at=None) if session.check_at and session.check_at <= now else session


def entries(held: Held, later: Iterable[Later], address: Address) -> tuple[Due, ...]:
    """What to send later, each with an occurrence that is the same however often the turn is run."""
    found = []
    for item in later:
        occurrence = f"{held.keys.digest}:{item.name}:{int(item.at.timestamp())}"
        outgoing = Outgoing(id=occurrence, address=address, reply=item.reply)
        found.append(Due(occurrence=occurrence, at=item.at, outgoing=outgoing))
    return tuple(found)


def dropped(before: Session, after: Session | None) -> str:
    """What is not to be sent any more: a check-back that was answered, replaced, or whose consultation is over."""
    kept = after.check_at if after else None
    return CHECK_BACK if before.check_at and before.check_at != kept else ""
