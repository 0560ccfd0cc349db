"""Whether Slack knows the tokens and lets us do what we need. Asks only; changes nothing."""

from collections.abc import Mapping

import aiohttp

from adapters.check import Check
from adapters.courier import Gone, NotSent, Refused, Wait
from adapters.slack.post import Locked, Unclear, understood, web_client
from bot.phrases import Phrases

SCOPES = frozenset({"app_mentions:read", "chat:write", "commands", "im:history", "im:write"})
"""What the door needs to be allowed to do; the manifest asks for the same."""

TIMEOUT = aiohttp.ClientTimeout(total=6)
"""How long Slack may take."""


async def check(*, token: str, signing_secret: str, app_token: str, api_url: str, say: Phrases) -> Check:
    """What an operator should know about this door."""
    name = say("link.platform.slack")
    if not token and not signing_secret and not app_token:
        return Check(name=name, mark="note", text=say("doctor.slack.closed"), steps=say.lines("slack.steps"))
    if not token or not (signing_secret or app_token):
        return Check(name=name, mark="bad", text=say("doctor.slack.half"), steps=say.lines("slack.steps"))
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client = web_client(token, api_url)
        client.session = session
        try:
            with understood():
                known = await client.auth_test()
                if app_token:
                    await client.apps_connections_open(app_token=app_token)
        except (Locked, Refused, Gone) as error:
            return Check(name=name, mark="bad", text=say("doctor.slack.token", reason=error))
        except (NotSent, Unclear, Wait, aiohttp.ClientError, TimeoutError) as error:
            return Check(name=name, mark="note", text=say("doctor.slack.unreachable", reason=type(error).__name__))
    if missing := _missing(known.headers):
        return Check(name=name, mark="bad", text=say("doctor.slack.scopes", scopes=", ".join(missing)))
    how = say("doctor.slack.socket") if app_token else say("doctor.slack.http")
    return Check(name=name, mark="ok", text=say("doctor.slack.ok", team=known.get("team") or "", how=how))


def _missing(headers: Mapping[str, str]) -> list[str]:
    granted = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    return [] if granted is None else sorted(SCOPES - {word.strip() for word in granted.split(",")})
