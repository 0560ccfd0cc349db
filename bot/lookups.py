"""What only some flows need and only Redis knows, before a flow runs; and what a flow does to joined doors, after."""

from dataclasses import replace

from bot.flows.link import code_in, wishes
from bot.session import Account, Session
from bot.state.links import new_code
from bot.state.store import Held, Store
from bot.turn import CodeOpens, Context, Step
from nlu.meaning import Intent

ABOUT_DATA = frozenset({"mydata", "delete_now"})
"""Choices whose flow says which doors are joined and what the law makes us keep."""


async def looked_up(context: Context, held: Held, store: Store) -> Context:
    """The context with what its flow will ask for."""
    message = context.message
    deleting = message.choice == "delete_now" or context.session.expecting == "delete"
    about_data = deleting or message.choice in ABOUT_DATA or Intent.SHOW_DATA in context.meaning.intents
    code = code_in(message.text or "")
    return replace(
        context,
        location_uses=await store.location_uses(held.keys) if deleting else 0,
        joined=await store.links.joined(held.keys) if about_data else (),
        code=code or (new_code() if message.choice == "link" or wishes(context) else ""),
        code_opens=await _opens(code, context, held, store) if code else None,
    )


async def _opens(code: str, context: Context, held: Held, store: Store) -> CodeOpens | None:
    owner = await store.links.owner_of(code, held.keys, context.message.id)
    if owner is None:
        return None
    return CodeOpens(
        person=owner.digest,
        same=owner.digest == held.keys.digest,
        session=owner.session or Session(address=context.message.address),
        account=owner.account or Account(),
    )


async def link_doors(held: Held, step: Step, store: Store) -> None:
    """Offer a code, note a joined door, or let all of them go; safe to do twice."""
    if step.offer:
        await store.links.offer(held.keys, step.offer)
    if step.share:
        platform = held.session.address.platform if held.session else held.platform
        await store.links.note(step.share, held.keys, platform)
    if step.forget and step.account == "delete":
        await store.links.part(held.keys)
