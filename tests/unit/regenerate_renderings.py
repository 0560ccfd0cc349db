"""One reply of every kind, and what each door makes of it. Run this file to write the golden files anew:

python tests/unit/regenerate_renderings.py
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml
from telegram import TelegramObject

from adapters.channel import CONSOLE
from adapters.fold import fold
from adapters.kakao import translate as kakao
from adapters.slack.render import render as slack_calls
from adapters.telegram.translate import render as telegram_calls
from adapters.web.translate import render as web_reply
from bot.message import Address, Card, Choice, Link, Notice, Outgoing, Places, Platform, Reply, Source, Text
from bot.phrases import load_phrases
from knowledge.clinical import Citation
from knowledge.places.place import Nearby, Place, PlaceKind, Point

FOLDER: Final = Path(__file__).parent / "golden"
LOCATE_URL: Final = "https://drrc.example.com/locate/abc"
SAY: Final = load_phrases()

AS_OF = "병원 정보: 2026년 9월, 건강보험심사평가원"


def _nearby(
    number: int,
    name: str,
    region: str,
    metres: float,
    *,
    phone: str = "",
    open_now: bool | None = None,
    kind: PlaceKind = "tertiary",
) -> Nearby:
    point = Point(lat=37.5 + number / 100, lon=127.0 + number / 100)
    place = Place(id=str(number), name=name, kind=kind, point=point, region=region, phone=phone)
    return Nearby(place=place, metres=metres, open_now=open_now)


PLACES = Places(
    items=(
        _nearby(1, "가나대학교병원", "서울 강남구", 734, phone="02-123-4567", open_now=True),
        _nearby(2, "다라의원", "서울 서초구", 1234, phone="02-765-4321", open_now=False, kind="clinic"),
        _nearby(3, "마바보건지소", "서울 송파구", 5600, kind="clinic"),
        _nearby(
            4, "학교법인 사아학원 사아대학교의과대학부속 강남사아병원", "경기 성남시 분당구", 14_200, phone="1577-0000"
        ),
    ),
    origin=Point(lat=37.4979, lon=127.0276),
    origin_name="서울 강남구",
    as_of=AS_OF,
)

SOURCE = Source(
    citations=(
        Citation(
            title="편도염 & 목의 통증",
            publisher="질병관리청 국가건강정보포털",
            url="https://health.kdca.go.kr/healthinfo?id=1&part=2",
            read_on="2026-11-20",
        ),
        Citation(
            title="Sore throat", publisher="NHS", url="https://www.nhs.uk/conditions/sore-throat/", read_on="2026-11-21"
        ),
    )
)

LEVEL_CARD = Card(
    title="며칠 안에 이비인후과·내과에서 진료를 받아 보세요.",
    lines=("38.5도 넘는 열이 사흘째예요.", "삼킬 때 목이 많이 아파요."),
    level="clinic",
)

AMBULANCE_CARD = Card(
    title="지금 119에 전화하세요.",
    lines=("뇌졸중일 수 있어서 시간이 중요해요.", "먹거나 마시지 마세요.", "증상이 시작된 시각을 적어 두세요."),
    links=(Link(label="☎ 119", url="tel:119"),),
    level="ambulance",
)

CRISIS_CARD = Card(
    title="말해 줘서 고마워요. 지금 많이 힘드시군요.",
    lines=("혼자 있지 말고 누군가와 함께 있어 주세요.", "지금 바로 이야기를 들어 줄 사람이 있어요."),
    links=(Link(label="☎ 109", url="tel:109"), Link(label="☎ 1577-0199", url="tel:15770199")),
)

LINK_CARD = Card(
    title="급하지 않은 증상은 동네 의원이 먼저예요.",
    lines=("큰 병원은 진료 의뢰서가 필요하고 비용도 더 들어요.",),
    links=(
        Link(label="지도에서 서울 강남구 이비인후과 찾기", url="https://map.naver.com/p/search/%EA%B0%95%EB%82%A8"),
        Link(label="☎ 1339", url="tel:1339"),
    ),
)

CONDITIONS_CARD = Card(
    title="이런 병일 수 있어요",
    lines=(
        "· 편도염: 잘 맞아요",
        "   열이 나고 목이 아파요.",
        "· 감기: 그럴 수 있어요",
        "   콧물이 나요.",
    ),
)

YES_NO = (
    Choice(id="a:fever:0", label="네"),
    Choice(id="a:fever:1", label="아니요"),
    Choice(id="a:fever:2", label="모르겠어요"),
    Choice(id="why", label="왜 물어보세요?"),
    Choice(id="finish", label="결과 먼저 볼래요"),
)

CONSENT = (
    Choice(id="consent:yes", label="만 14세 이상, 동의"),
    Choice(id="consent:no", label="동의 안 할래요"),
    Choice(id="consent:child", label="14세 미만이에요"),
)

WHERE = (
    Choice(id="location:share", label="동의하고 위치 보내기", asks_location=True),
    Choice(id="location:typed", label="동네 이름으로 찾기"),
)

DELETE = (Choice(id="delete_now", label="모두 지우기"), Choice(id="delete_no", label="그대로 두기"))

DISCLAIMER = Notice(text="AI가 드리는 정보예요. 의사의 진료를 대신하지 못해요.")


def _long(characters: int) -> str:
    """Numbered sentences in paragraphs, so that a lost or doubled one is seen."""
    text, number = "", 0
    while len(text) < characters:
        number += 1
        text += f"{number}번째 문장이에요." + ("\n" if number % 7 == 0 else " ")
    return text[:characters].strip()


REPLIES: Final[dict[str, Reply]] = {
    "text": Reply(blocks=(Text(text="어디가 불편하신가요?\n편하게 적어 주세요. 급하면 바로 119예요. ☎ 119"),)),
    "text with choices": Reply(blocks=(Text(text="열이 나나요?"),), choices=YES_NO),
    "two texts": Reply(
        blocks=(
            Text(text="말씀해 주셔서 고마워요."),
            Text(text="이어서 여쭤보려면 건강 정보를 잠시 저장해야 해요.\n· 무엇을: 말씀하신 증상\n· 언제까지: 24시간"),
        ),
        choices=CONSENT,
    ),
    "notice": Reply(blocks=(DISCLAIMER,)),
    "card": Reply(blocks=(LEVEL_CARD,)),
    "card with links": Reply(blocks=(LINK_CARD,)),
    "card with an indented list": Reply(blocks=(CONDITIONS_CARD,)),
    "places": Reply(blocks=(Text(text="서울 강남구에서 가까운 큰 병원이에요."), PLACES)),
    "places around a position": Reply(blocks=(Places(items=PLACES.items[2:3], origin=PLACES.origin),)),
    "source": Reply(blocks=(SOURCE,)),
    "asking for a location": Reply(blocks=(Text(text="어느 동네에서 찾을까요?"),), choices=WHERE),
    "asking before a deletion": Reply(
        blocks=(Text(text="저장된 것을 모두 지울까요? 되돌릴 수 없어요."),), choices=DELETE
    ),
    "choices alone": Reply(blocks=(), choices=YES_NO[:2]),
    "tone info": Reply(blocks=(LEVEL_CARD, CONDITIONS_CARD, SOURCE, DISCLAIMER), choices=YES_NO[3:]),
    "tone warning": Reply(
        blocks=(
            Card(title="오늘 안에 진료를 받아 보세요.", lines=("열이 높아요.",), level="clinic_24h"),
            Text(text="밤이면 응급실도 괜찮아요."),
        ),
        tone="warning",
    ),
    "tone critical": Reply(
        blocks=(Notice(text="어머니 이야기로 들었어요."), AMBULANCE_CARD, CONDITIONS_CARD, DISCLAIMER),
        choices=(Choice(id="places", label="가까운 큰 병원 찾기"),),
        tone="critical",
    ),
    "crisis": Reply(blocks=(CRISIS_CARD,), tone="critical"),
    "marks of other languages": Reply(
        blocks=(
            Text(text="<b>굵게</b> & *별표* _밑줄_ `코드` <!channel> :smile: [링크](https://example.org)"),
            Card(title="*제목* <i>", lines=("38 < 39 & 40 > 39",)),
        ),
        choices=(Choice(id="help", label="<도움말> & *더*"),),
    ),
    "overfull": Reply(
        blocks=(
            Text(text=_long(9_000)),
            Places(
                items=tuple(
                    _nearby(n, f"{n}번째병원", "부산 해운대구", 400.0 * n, phone=f"051-700-{n:04d}")
                    for n in range(1, 31)
                ),
                origin=PLACES.origin,
                origin_name="부산 해운대구",
                as_of=AS_OF,
            ),
            AMBULANCE_CARD,
        ),
        choices=tuple(Choice(id=f"region:{n}", label=f"{n}번째 동네") for n in range(1, 41)),
        tone="critical",
    ),
}
"""What is said, by its name in the golden files."""


def _outgoing(platform: Platform, reply: Reply) -> Outgoing:
    return Outgoing(id="1-0:reply", address=Address(platform=platform, user="U1"), reply=reply)


def _console(reply: Reply) -> Any:
    folded = fold(reply, CONSOLE)
    return {"parts": list(folded.parts), "numbered": [choice.id for choice in folded.numbered]}


def _web(reply: Reply) -> Any:
    return web_reply(_outgoing(Platform.WEB, reply))


def _telegram(reply: Reply) -> Any:
    calls = telegram_calls(_outgoing(Platform.TELEGRAM, reply), say=SAY)
    return [{"method": call.method, **{name: _plain(value) for name, value in call.params.items()}} for call in calls]


def _plain(value: Any) -> Any:
    return value.to_dict() if isinstance(value, TelegramObject) else value


def _slack(reply: Reply) -> Any:
    calls = slack_calls(_outgoing(Platform.SLACK, reply), say=SAY, locate_url=LOCATE_URL)
    return [{"text": call.text, "blocks": list(call.blocks), "alone": call.alone} for call in calls]


def _kakao(reply: Reply) -> Any:
    """The answer, and the answers to "continue" after it, up to the last."""
    answers = []
    left: Reply | None = reply
    while left is not None:
        folded = kakao.folded(left, say=SAY, locate_url=LOCATE_URL)
        answers.append(kakao.render(folded, say=SAY))
        left = folded.rest
        assert len(answers) < 100, "the answers never end"
    return answers


DOORS: Final[dict[str, Callable[[Reply], Any]]] = {
    "console": _console,
    "web": _web,
    "telegram": _telegram,
    "slack": _slack,
    "kakao": _kakao,
}
"""What a door makes of a reply, as JSON values."""


def rendered(door: str) -> dict[str, Any]:
    """Every reply as the door shows it, by the reply's name."""
    shown: dict[str, Any] = json.loads(json.dumps({name: DOORS[door](reply) for name, reply in REPLIES.items()}))
    return shown


def golden(door: str) -> dict[str, Any]:
    """What the golden file of a door says."""
    text = (FOLDER / f"{door}.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand in the file as they are read."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def write(door: str) -> None:
    """Write a door's golden file."""
    text = yaml.dump(rendered(door), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    (FOLDER / f"{door}.yaml").write_text(text, "utf-8")


if __name__ == "__main__":
    for name in DOORS:
        write(name)
