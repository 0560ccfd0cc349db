"""One person in two messengers: the code, what is shared, and how it ends, with the real engine."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.assembly import House, built
from bot.engine import Turn
from bot.korean import KST
from bot.message import Address, Message, Outgoing, Platform
from bot.plain import plain_text
from bot.state.links import MOST_TRIES
from bot.turn import Knowledge
from config.settings import Settings
from knowledge.clinical import Presence
from nlu.reader import Reader

NOW = datetime(2026, 11, 25, 21, 0, tzinfo=KST)
CODE = re.compile(r"\d{5}-\d{5}")


class Door:
    """Somebody at a door, and what they are told there."""

    def __init__(self, house: House, platform: Platform, user: str = "u1") -> None:
        self.house = house
        self.address = Address(platform=platform, user=user)
        self.said: list[Outgoing] = []
        self._minutes = 0

    async def take(self, outgoing: Outgoing) -> None:
        """The door's way out."""
        assert outgoing.address == self.address
        self.said.append(outgoing)

    def message(self, text: str | None = None, choice: str | None = None, id: str = "") -> Message:
        """Something they send, a minute after the last."""
        self._minutes += 1
        at = NOW + timedelta(minutes=self._minutes)
        return Message(id=id or uuid.uuid4().hex, address=self.address, sent_at=at, text=text, choice=choice)

    async def send(self, text: str | None = None, *, choice: str | None = None) -> str:
        """What they are told in answer."""
        before = len(self.said)
        await self.turn(text, choice=choice)
        return "\n".join(plain_text(outgoing.reply) for outgoing in self.said[before:])

    async def turn(self, text: str | None = None, *, choice: str | None = None) -> Turn:
        """The turn of what they send."""
        turn = await self.house.engine.handle(self.message(text, choice), self.take)
        assert turn is not None
        return turn

    @property
    def choices(self) -> list[str]:
        """What they can tap now."""
        return [choice.id for choice in self.said[-1].reply.choices]

    async def consult(self) -> str:
        """They begin a consultation; the question they are left with."""
        await self.send("어제부터 머리가 아프고 열이 나요")
        await self.send(choice="consent:yes")
        await self.send(choice="age:29")
        return await self.send(choice="sex:female")

    async def code(self) -> str:
        """A fresh code."""
        found = CODE.search(await self.send(choice="link"))
        assert found is not None
        return found[0]

    async def present(self) -> set[str]:
        """The findings their session holds."""
        session = (await self.turn(choice="help")).session
        return {finding.concept for finding in session.findings if finding.presence is Presence.PRESENT}


@pytest.fixture
async def house(mind: tuple[Knowledge, Reader], short_path: Path) -> AsyncIterator[House]:
    """A running engine with an empty store."""
    async with built(Settings(data_dir=short_path), mind=mind) as found:
        yield found


@pytest.fixture
def web(house: House) -> Door:
    """The person in the browser."""
    return Door(house, Platform.WEB)


@pytest.fixture
def phone(house: House) -> Door:
    """The same person in Telegram."""
    return Door(house, Platform.TELEGRAM)


@pytest.mark.parametrize(
    "words",
    [
        "텔레그램에서 이어서 할래요",
        "카톡에서도 이어서 하고 싶어요",
        "다른 메신저에서 쓰고 싶어요",
        "메신저 잇기",
        "/link",
    ],
)
async def test_the_wish_is_understood(words: str, web: Door) -> None:
    """Somebody who wants to go on elsewhere gets a code, and a word of care with it."""
    said = await web.send(words)
    assert CODE.search(said)
    assert "다른 분께 보여 주지 마세요" in said


@pytest.mark.parametrize("form", ["{}", "잇기 {}", "코드: {}", "번호 {}.", " {} ", "/link {}"])
async def test_they_go_on_where_they_were(form: str, web: Door, phone: Door) -> None:
    """On the second door the waiting question stands again with its answers, and the answer counts."""
    question = (await web.consult()).strip().splitlines()[-1]
    asked = web.choices
    said = await phone.send(form.format(await web.code()))
    assert "두 곳을 이었어요" in said
    assert said.strip().endswith(question)
    assert phone.choices == asked
    assert {"headache", "fever"} <= await phone.present()
    turn = await phone.turn(choice=next(name for name in asked if name.startswith("a:")))
    assert turn.session.patient.age == 29
    assert len(turn.session.findings) > 2
    assert question not in plain_text(turn.outgoing[-1].reply)
    assert (await web.turn(choice="help")).session.asked == turn.session.asked


async def test_the_code_also_works_without_its_dash(web: Door, phone: Door) -> None:
    """Ten digits in a row, or with a space, are the same code."""
    await web.consult()
    assert "두 곳을 이었어요" in await phone.send((await web.code()).replace("-", ""))
    other = Door(web.house, Platform.SLACK)
    assert "두 곳을 이었어요" in await other.send((await web.code()).replace("-", " "))


async def test_a_code_works_once(web: Door, phone: Door) -> None:
    """The second to type it, and the first one typing it again later, are told kindly that it is over."""
    await web.consult()
    code = await web.code()
    await phone.send(code)
    stranger = Door(web.house, Platform.KAKAO, "somebody else")
    said = await stranger.send(code)
    assert "시간이 지난 번호" in said
    assert await stranger.present() == set()
    assert "시간이 지난 번호" in await phone.send(code)
    assert {"headache", "fever"} <= await phone.present()


async def test_an_earlier_message_is_not_answered_twice(web: Door, phone: Door) -> None:
    """What the second door sent before it was joined, and sends again after, came before."""
    message = phone.message("안녕하세요")
    assert await web.house.engine.handle(message, phone.take) is not None
    await web.consult()
    await phone.send(await web.code())
    assert await web.house.engine.handle(message, phone.take) is None


async def test_a_repeated_message_joins_once(web: Door, phone: Door) -> None:
    """A messenger that sends the code's message twice gets no second turn."""
    await web.consult()
    message = phone.message(await web.code(), id="m1")
    assert await web.house.engine.handle(message, phone.take) is not None
    said = len(phone.said)
    assert await web.house.engine.handle(message, phone.take) is None
    assert len(phone.said) == said
    assert {"headache", "fever"} <= await phone.present()


async def test_a_wrong_code_says_what_to_do(web: Door, phone: Door) -> None:
    """A number that opens nothing changes nothing: how to get another is said, and the question stands again."""
    question = (await phone.consult()).strip().splitlines()[-1]
    asked = phone.choices
    said = await phone.send("00000-00000")
    assert "새 번호" in said
    assert said.strip().endswith(question)
    assert phone.choices == asked
    assert {"headache", "fever"} <= await phone.present()


async def test_too_many_wrong_codes_stop_the_right_one(web: Door, phone: Door) -> None:
    """Who guesses is refused even the right code; the giver's other door still gets in."""
    await web.consult()
    code = await web.code()
    for number in range(MOST_TRIES):
        assert "맞지 않거나" in await phone.send(f"11111-{number:05d}")
    assert "맞지 않거나" in await phone.send(code)
    assert await phone.present() == set()
    assert "두 곳을 이었어요" in await Door(web.house, Platform.SLACK).send(code)


async def test_a_code_typed_where_it_was_given(web: Door, phone: Door) -> None:
    """It joins nothing, breaks nothing, and the waiting question stands again; on a joined door too."""
    question = (await web.consult()).strip().splitlines()[-1]
    said = await web.send(await web.code())
    assert "이미 이어져" in said
    assert said.strip().endswith(question)
    await phone.send(await web.code())
    assert "이미 이어져" in await phone.send(await web.code())
    assert {"headache", "fever"} <= await web.present()


async def test_what_was_told_on_the_second_door_is_replaced(web: Door, phone: Door) -> None:
    """The second door's own story is deleted and said to be; the first one's is what goes on."""
    await web.consult()
    await phone.send("무릎이 아파요")
    await phone.send(choice="consent:yes")
    said = await phone.send(await web.code())
    assert "따로 나눈 이야기는 지웠어요" in said
    found = await phone.present()
    assert "fever" in found
    assert not any("knee" in finding for finding in found)


async def test_consent_given_on_one_door_holds_on_the_other(web: Door, phone: Door) -> None:
    """Who agreed before is not asked again on the joined door."""
    await web.consult()
    await phone.send(await web.code())
    said = await phone.send("기침도 나요")
    assert "consent:yes" not in phone.choices
    assert "동의" not in said
    assert "cough" in await web.present()


async def test_without_any_consent_nothing_is_kept_by_joining(web: Door, phone: Door) -> None:
    """Where nobody has agreed, joining gives no consent: the first complaint on either door asks for it."""
    said = await phone.send(await web.code())
    assert "두 곳을 이었어요" in said
    await phone.send("머리가 아파요")
    assert "consent:yes" in phone.choices
    await phone.send(choice="consent:no")
    assert await web.present() == set()
    await web.send("머리가 아파요")
    assert await phone.present() == set()


async def test_the_doors_are_shown(web: Door, phone: Door) -> None:
    """What is stored names the doors that share it, on each of them."""
    await web.consult()
    await phone.send(await web.code())
    for door in (web, phone):
        said = await door.send(choice="mydata")
        assert "웹 화면" in said
        assert "텔레그램" in said


@pytest.mark.parametrize("deletes_on_web", [True, False])
async def test_a_deletion_on_one_door_is_for_both(deletes_on_web: bool, web: Door, phone: Door) -> None:
    """Afterwards nothing is stored on either door, and they know nothing of each other."""
    await web.consult()
    await phone.send(await web.code())
    first, second = (web, phone) if deletes_on_web else (phone, web)
    await first.send(choice="delete")
    assert "지웠어요" in await first.send(choice="delete_now")
    for door in (web, phone):
        assert await door.present() == set()
        assert "없어요" in await door.send(choice="mydata")
    await second.consult()
    assert await first.present() == set()
    assert "두 곳을 이었어요" in await first.send(await second.code())


async def test_danger_is_answered_on_the_joined_door(web: Door, phone: Door) -> None:
    """An alarm goes to the door where it was said, and the other one's turn sees it."""
    await web.consult()
    await phone.send(await web.code())
    before = len(web.said)
    turn = await phone.turn("숨을 못 쉬겠어요")
    assert [outgoing.id.rsplit(":", 1)[1] for outgoing in turn.outgoing] == ["alarm", "reply"]
    assert turn.outgoing[0].reply.tone == "critical"
    assert "119" in plain_text(turn.outgoing[0].reply)
    assert len(web.said) == before
    assert (await web.turn(choice="help")).session.expecting == "alarm"


async def test_danger_in_a_message_with_digits_is_no_code(web: Door, phone: Door) -> None:
    """A code beside words of danger is not what the message is about."""
    await web.consult()
    code = await web.code()
    assert "119" in await phone.send(f"숨을 못 쉬겠어요 {code}")


async def test_two_doors_writing_at_once_are_one_line(web: Door, phone: Door) -> None:
    """Messages from both doors are run one after another in order of arrival, each answered where it was sent."""
    await web.consult()
    await phone.send(await web.code())
    engine = web.house.engine
    words = ["기침이 나요", "목이 아파요", "콧물이 나요", "배가 아파요"]
    doors = [web, phone, web, phone]
    accepted = []
    for door, text in zip(doors, words, strict=True):
        taken = await engine.accept(door.message(text), door.take)
        assert taken is not None
        accepted.append(taken)
    marks = {door.address: len(door.said) for door in (web, phone)}
    turns = await asyncio.gather(
        *(engine.answer(one, door.take) for one, door in reversed(list(zip(accepted, doors, strict=True))))
    )
    versions = [turn.session.version for turn in reversed(turns) if turn]
    assert versions == list(range(versions[0], versions[0] + 4))
    assert [len(door.said) - marks[door.address] for door in (web, phone)] == [2, 2]
    assert {"headache", "fever", "cough"} <= await web.present()
    assert await web.house.store.unfinished() == 0


async def test_what_waits_on_each_door_stays_there(web: Door, phone: Door) -> None:
    """A reply one door did not take waits for that door, also when it was said before the doors were joined."""
    engine = web.house.engine
    await engine.handle(phone.message("안녕"), None)
    await web.consult()
    await phone.send(await web.code())
    await engine.handle(phone.message(choice="help"), None)
    await engine.handle(web.message(choice="help"), None)
    waiting = await engine.undelivered(phone.address)
    assert len(waiting) == 2
    assert len(await engine.undelivered(web.address)) == 1
    for outgoing in waiting:
        await engine.note_parts(phone.address, outgoing.id, 1)
    assert [outgoing.parts_taken for outgoing in await engine.undelivered(phone.address)] == [1, 1]

    async def telegram(outgoing: Outgoing) -> None:
        phone.said.append(outgoing)

    assert await engine.redeliver(lambda platform: telegram if platform is Platform.TELEGRAM else None) == 2
    assert await engine.undelivered(phone.address) == ()
    assert len(await engine.undelivered(web.address)) == 1
    await engine.cut_off(web.address)
    assert await engine.undelivered(web.address) == ()
    await engine.welcome_back(web.address)
    assert await web.present()


@pytest.mark.parametrize("words", ["병원에서 이어서 약 받았어요", "목에서 이어서 어깨까지요", "0212345678"])
async def test_ordinary_words_give_no_code_away(words: str, web: Door) -> None:
    """Going on about something else is no wish to join doors, and a telephone number is no code."""
    said = await web.send(words)
    assert not CODE.search(said)
    assert "번호예요" not in said


async def test_who_deletes_on_a_joined_door_finds_the_receipt_there(house: House, web: Door) -> None:
    """Shown late, the receipt waits for that door alone; what waited there before is gone; a repeat does nothing."""
    kakao = Door(house, Platform.KAKAO)
    engine = house.engine
    await engine.handle(kakao.message("기침이 나요"), None)  # its answer comes too late and waits
    await web.consult()
    await kakao.send(await web.code())
    deletion = kakao.message(choice="delete_now")
    await engine.handle(deletion, None)
    waiting = await engine.undelivered(kakao.address)
    assert ["확인 번호" in plain_text(outgoing.reply) for outgoing in waiting] == [True]
    assert await engine.handle(deletion, kakao.take) is None
    await engine.mark_delivered(kakao.address, [waiting[0].id])
    assert await engine.undelivered(kakao.address) == ()
    assert await engine.undelivered(web.address) == ()
