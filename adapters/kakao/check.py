"""Whether everything is set that the KakaoTalk door needs. Kakao calls us and cannot be asked."""

from adapters.check import Check
from adapters.kakao.channel import PATH
from bot.phrases import Phrases


def check(*, secret: str, public_url: str, say: Phrases) -> Check:
    """What an operator should know about this door."""
    name = say("link.platform.kakao")
    url = f"{public_url.rstrip('/')}{PATH}" if public_url else say("doctor.kakao.some_url", path=PATH)
    steps = tuple(step.format(url=url) for step in say.lines("kakao.steps"))
    if not secret:
        return Check(name=name, mark="note", text=say("doctor.kakao.closed"), steps=steps)
    if not public_url.startswith("https"):
        return Check(name=name, mark="bad", text=say("doctor.kakao.no_address"), steps=steps)
    return Check(name=name, mark="ok", text=say("doctor.kakao.ok", url=url))
