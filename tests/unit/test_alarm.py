"""Danger read from the raw text: what raises an alarm, what does not, and what it costs."""

import re
from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.phrases import load_phrases
from bot.urgent import urgent_card
from knowledge.catalogue import load_catalogue
from knowledge.clinical import Triage
from nlu import alarm as module
from nlu.alarm import screen

DANGERS = """
breathing | 숨을 못 쉬겠어요 / 숨이 안 쉬어져요 / 엄마가 숨을 못 쉬어요 / 가만히 있어도 숨쉬기가 너무 힘들어요
breathing | 숨이 턱턱 막혀요
breathing | 아이 입술이 파래졌어요 / 숨이 차서 말을 못 하겠어요 / 호흡곤란이 왔어요
breathing | 누우면 숨이 막혀서 앉아만 있어요 / 숨이 넘어갈 것 같아요
breathing | 할머니가 숨을 헐떡이세요 / 산소포화도가 82까지 떨어졌어요 / 제대로 숨 쉴 수가 없어요
breathing | 천식인데 흡입기를 써도 숨을 못 쉬겠어요
unconscious | 의식이 없어요 / 불러도 반응이 없어요 / 아빠가 갑자기 쓰러졌어요 / 남편이 쓰러졌어요 도와주세요
unconscious | 흔들어도 안 일어나요
unconscious | 동생이 정신을 잃었어요 / 할아버지가 숨을 안 쉬세요 숨을 안 쉬어요 / 심장이 멈췄어요
unconscious | 심정지 상태예요 / 맥박이 안 잡혀요
unconscious | 방금 기절했어요 / 엄마가 의식을 잃고 누워 있어요 / 깨워도 눈을 안 떠요 / 길에서 사람이 실신했어요
unconscious | 아내가 화장실에서 쓰러져 있어요
seizure | 아이가 경련해요 / 남편이 발작을 해요 / 눈이 돌아가고 온몸을 떨어요 / 열이 나다가 경기를 했어요
seizure | 입에 거품을 물어요
seizure | 온몸이 뻣뻣해지면서 눈이 뒤집혔어요 / 열경련이 왔는데 안 멈춰요 / 경련이 5분째예요 경련이 안 멎어요
seizure | 갑자기 발작을 일으켰어요
stroke | 한쪽 팔다리에 힘이 빠져요 / 오른쪽 팔이 마비됐어요 / 아버지 말이 갑자기 어눌해졌어요
stroke | 얼굴 한쪽이 처졌어요 / 왼쪽 다리에 힘이 안 들어가요
stroke | 벼락치듯 머리가 아파요 / 입이 한쪽으로 돌아갔어요 / 갑자기 한쪽 눈이 안 보여요 / 반신 마비가 왔어요
stroke | 난생 처음 겪는 심한 두통이에요
stroke | 엄마가 갑자기 말을 못 하세요 / 발음이 꼬이고 걷질 못해요 / 왼팔이 갑자기 안 움직여요
stroke | 몸 한쪽이 말을 안 들어요
heart_attack | 가슴을 쥐어짜듯 아프고 식은땀이 나요 / 가슴이 짓눌려요 / 가슴이 조여서 터질 것 같아요
heart_attack | 가슴이 아픈데 왼팔까지 저려요
heart_attack | 가슴이 바위로 누르는 것처럼 아파요 / 명치가 쥐어뜯는 것 같고 식은땀이 줄줄 나요
heart_attack | 가슴이 찢어지는 듯한 통증이 있어요 / 턱까지 아프면서 가슴이 답답해요
bleeding | 피를 토했어요 / 피가 안 멈춰요 / 칼에 찔렸어요 / 상처에서 피가 뿜어져 나와요
bleeding | 손가락이 기계에 잘렸어요 / 아무리 눌러도 피가 멈추지 않아요
bleeding | 아버지가 피를 왈칵 토하셨어요 / 지혈이 안 돼요 / 유리에 허벅지를 찔려서 피가 철철 나요
choking | 떡이 목에 걸려서 숨을 못 쉬어요 / 아이가 사탕이 목에 걸려 켁켁거려요 / 기도가 막혔어요
choking | 고기 먹다가 목에 걸렸는데 말을 못 해요
anaphylaxis | 혀가 부어서 숨쉬기 힘들어요 / 목이 부어서 숨을 못 쉬겠어요 / 벌에 쏘이고 숨이 차요
anaphylaxis | 땅콩 먹고 숨을 못 쉬어요 / 온몸에 두드러기 나고 숨이 차요
anaphylaxis | 항생제 주사 맞고 쓰러졌어요 / 말벌에 쏘였는데 온몸이 붓고 어지러워요
anaphylaxis | 입술이 퉁퉁 붓고 숨이 막혀요
gas | 연탄가스를 마셨어요 / 일산화탄소에 중독된 것 같아요
gas | 보일러 켜고 잤는데 다같이 머리가 아프고 어지럽고 토해요 / 불이 나서 연기를 많이 마셨어요
drowning | 아이가 물에 빠졌어요 / 수영장에 빠져서 건졌는데 기침을 해요 / 바다에 빠진 사람을 건졌어요
electric | 전기 만지다가 감전됐어요 / 아이가 콘센트에 젓가락 넣고 감전당했어요 / 벼락에 맞았어요
trauma | 교통사고로 다리가 부러졌어요 / 높은 데서 떨어졌어요 / 3층에서 떨어졌어요 / 오토바이에 치였어요
trauma | 방금 교통사고 났어요 / 지붕에서 추락했어요
trauma | 트럭에 깔렸어요 / 사다리에서 떨어져서 허리를 못 펴요
head_injury | 머리를 부딪치고 계속 토해요 / 머리를 세게 박았는데 기억을 못 해요
head_injury | 넘어져 머리를 다치고 자꾸 자려고만 해요
pregnancy | 임신 중인데 피가 쏟아져요 / 만삭인데 하혈이 너무 심해요 / 임신 30주인데 피가 왈칵 나왔어요
pregnancy | 아기 머리가 나와요
infant | 아기가 축 처져서 반응이 없어요 / 신생아가 축 늘어져서 젖도 안 빨아요 / 아기가 얼굴이 새파래졌어요
infant | 갓난아기가 깨워도 안 일어나요
meningitis | 고열에 목이 뻣뻣하고 헛소리를 해요 / 열이 40도인데 사람을 못 알아봐요
meningitis | 열나고 눌러도 안 없어지는 보라색 반점이 생겼어요
heat | 땡볕에서 일하다가 헛소리를 해요 / 열사병인 것 같아요 몸이 불덩이예요 / 폭염에 밭일하다가 쓰러졌어요
overdose | 수면제 30알 먹었어요 / 약을 한 통 다 먹었어요 / 타이레놀 스무 알을 삼켰어요
overdose | 엄마가 혈압약을 한꺼번에 드셨어요 / 아이가 감기약을 몽땅 먹어버렸어요
poisoning | 락스 마셨어요 / 농약을 마셨어요 / 아이가 표백제를 삼켰어요 / 아기가 건전지를 삼켰어요
poisoning | 수은전지 삼킨 것 같아요 / 뱀에 물렸어요
poisoning | 할아버지가 제초제를 물인 줄 알고 드셨어요 / 손소독제를 먹었어요 / 세제를 실수로 마셨어요
crisis | 자살하고 싶어요 / 죽고 싶어요 / 사라지고 싶어요 / 살기 싫어요 / 자해했어요 / 손목을 그었어요
crisis | 유서를 썼어요 / 번개탄 사놨어요
crisis | 옥상에서 뛰어내리고 싶어요 / 목매고 싶어요 / 다 끝내고 싶어요 / 약 잔뜩 먹고 죽을래요
crisis | 살 이유가 없어요 / 더 이상 살고 싶지 않아요
crisis | 그냥 죽어버릴까 / 내일 눈을 안 떴으면 좋겠어요 / 나만 없어지면 다 편할 것 같아요
crisis | 남편이 바람을 피워서 죽고 싶어요 / 수면제 먹으면 죽나요
crisis | 예전부터 죽고 싶었어요 / 죽고 싶은데 용기가 없어요 / 한강 다리에 서 있어요
crisis | 엄마한테 죽고 싶다고 했어요 / 자살 충동이 들어요
crisis | 드라마에서 자살하는 장면을 보고 나도 죽고 싶어졌어요 / 태어나지 말았어야 했어요
crisis | 죽는 게 나을 것 같아요 / 인생을 끝내고 싶다
crisis | 내가 사라지는 게 모두한테 나을 거야 / 제가 없는 게 가족들에게 더 나을 것 같아요
crisis | 수면제 모아놨는데 한꺼번에 먹으면 어떨까 / 이제 정말 못 버티겠어요 / 더 이상 버틸 힘이 없어요
crisis | 아이들 남기고 먼저 갈 생각이에요 / 난간에 올라왔어요 / 먼저 갈게요 미안해요
crisis_third_person | 친구가 죽고 싶대요 / 딸이 자해를 해요 / 남편이 유서를 남겼어요 / 동생이 자살하겠다고 해요
crisis_third_person | 아들이 손목을 그었어요
crisis_third_person | 언니가 죽고 싶다고 카톡을 보냈어요 / 친구가 자꾸 사라지고 싶다고 말해요
crisis_third_person | 엄마가 죽고 싶어해요 / 남자친구가 뛰어내리겠대요
stroke | 할머니가 말씀을 전혀 못 하세요 / 이 두통은 살면서 제일 심해요
unconscious | 동생이 술을 많이 마시고 안 깨요
poisoning | 눈에 표백제가 들어갔어요 / 시멘트가 눈에 튀었어요
overdose | 손녀가 할아버지 당뇨약을 삼켰어요 / 애가 제 수면제를 실수로 먹었어요
pregnancy | 아기 낳고 피가 왈칵 쏟아져요 / 제왕절개하고 2주 됐는데 피가 덩어리로 나와요
head_injury | 애가 소파에서 떨어지고 계속 토해요
meningitis | 헛소리를 하고 열이 높아요
gas | 번개탄을 켜고 잤는데 어지럽고 메스꺼워요 / 난로 켜고 잤더니 식구들이 모두 토해요
swallowed | 아기가 단추를 삼킨 것 같아요 / 구슬을 삼켰어요
violence | 강간을 당했어요 / 아버지한테 맞고 살아요 / 남자친구가 저를 때렸어요 / 남편이 칼을 들고 죽이겠대요
violence | 가정폭력에 시달려요 / 상사한테 성추행을 당했어요
"""

HARMLESS = """
무릎이 아파서 더는 못 버티겠어요 / 회사 일이 더는 못 버티겠어요 / 옥상에 빨래 걷으러 올라왔어요
술 마시고 주말에는 늦게까지 안 일어나요 / 회식에 애들 두고 먼저 가야 해요
간호사한테 주사를 맞았어요 / 친정엄마가 맞아요 그렇게 말했어요 / 성폭력 예방교육을 들었어요 / 비를 맞았어요
강아지가 동전을 삼켰어요 / 할머니가 혈압약을 드세요 / 침을 삼켰어요
숨은 안 차요 / 의식은 있어요 / 경련은 없었어요 / 죽고 싶지는 않아요 / 쓰러지지는 않았어요 / 자해는 안 했어요
피를 토하진 않았어요 / 발작한 적은 없어요
자살할 생각은 없어요 / 죽고 싶은 건 아니에요 / 마비는 없어요 / 숨쉬기는 편해요 / 피는 멈췄어요
말은 또렷하게 해요 / 얼굴이 처지지 않았어요
작년에 쓰러진 적 있어요 / 예전에 자살 생각을 했는데 지금은 괜찮아요 / 어릴 때 경련을 했어요
몇 년 전에 기절한 적이 있어요 / 어렸을 때 물에 빠진 적 있어요
예전에 교통사고로 다리를 다쳤어요 / 중학교 때 실신한 적이 한 번 있어요 / 재작년에 감전된 적 있어요
옛날에 벌에 쏘여서 쓰러진 적이 있어요
뇌졸중이면 어떡하죠 / 심정지가 뭐예요 / 경련 일으키는 병이 뭔가요 / 심근경색 증상이 뭐예요
자살예방교육은 어디서 해요 / 아나필락시스가 뭔가요
경련하면 어떻게 해야 하나요 / 쓰러지면 어떻게 하나요 / 감전되면 어떻게 되나요 / 뇌졸중 검사는 어디서 받나요
연탄가스 중독이 위험한가요 / 뱀에 물리면 어떻게 해요
배고파 죽겠다 / 웃겨 죽겠네 / 아파 죽겠어요 / 힘들어 죽겠어요 / 심장 쫄려요 / 숨 막히게 예뻐요
숨을 못 쉴 정도로 웃었어요 / 기절할 뻔했어요
눈 돌아가게 예쁘네요 / 귀여워서 기절했어요 / 웃겨서 숨을 못 쉬겠어요 / 더워 죽을 것 같아요 / 졸려 죽겠어
심심해 죽겠어요 / 보고 싶어 죽겠어요
드라마에서 자살하는 장면이 나왔어요 / 영화에서 주인공이 쓰러졌어요 / 게임에서 캐릭터가 물에 빠졌어요
소설 속 주인공이 손목을 그었어요
꿈에서 높은 데서 떨어졌어요 / 뉴스에서 감전 사고를 봤어요 / 웹툰 주인공이 피를 토했어요
책에서 심정지 환자가 나왔어요
머리가 아파요 / 배가 살살 아파요 / 콧물이 나고 기침이 나요 / 목이 아프고 열이 나요 / 허리가 뻐근해요
무릎이 시큰거려요 / 감기약 먹었어요
타이레놀 두 알 먹었어요 / 수면제 한 알 먹고 잤어요 / 약을 다 먹었는데 안 나아요 / 하루에 영양제 10알 먹어요
항생제를 먹고 설사해요
눈 밑이 떨려요 / 눈꺼풀이 경련해요 / 종아리에 경련이 나요 / 손목이 아파요 / 손목을 삐었어요
목에 가시가 걸렸어요 / 목에 뭐가 걸린 느낌이에요
코가 막혀서 답답해요 / 가슴이 두근거려요 / 가슴이 답답해요 / 계단 오르면 숨이 조금 차요 / 한숨만 나와요
속이 쓰려요 / 어지러워요 / 다리가 저려요
커피를 쏟았어요 / 코피가 났어요 / 생리 양이 많아요 / 잇몸에서 피가 나요 / 치질 때문에 휴지에 피가 묻어요
종이에 베였어요 / 뾰루지에서 피가 나요
이 동네에 살기 싫어요 / 숙제 다 끝내고 싶어요 / 유서 깊은 절에 다녀왔어요 / 캠핑에서 번개탄 피우고 고기 구웠어요
한강 다리 산책했어요 / 여드름이 사라졌어요
선물 주고 싶어요 / 과자 살 거예요 / 감자 살까요 / 여자 살 빼는 법 / 창피해서 쥐구멍에 숨고 싶어요
일을 다 끝내고 싶어요
근처 병원 알려 주세요 / 이비인후과 어디예요 / 혈압약은 언제 먹어요 / 진료비 얼마예요 / 고마워요 / 안녕하세요
처음부터 다시 할래요 / 내 정보 지워 주세요
핸드폰이 물에 빠졌어요 / 화분이 베란다에서 떨어졌어요 / 자전거가 쓰러졌어요 / 주가가 떨어졌어요
기온이 뚝 떨어졌어요 / 입맛이 떨어졌어요
긴장하면 말이 꼬여요 / 술 취해서 발음이 꼬였어요 / 아기가 아직 말이 늦어요 / 농약 뿌린 채소 괜찮나요
락스로 청소했어요 / 건전지 어디서 사요
강아지가 세제를 먹었어요 / 머리를 살짝 부딪혔는데 괜찮아요 / 가슴에 멍울이 만져져요 / 벌에 쏘여서 부었어요
두드러기가 나서 가려워요 / 화상 연고 뭐 발라요
야구 경기를 했어요 / 축구 경기 보고 왔어요 / 연락이 없어요 / 반응이 없는 친구가 서운해요 / 위생 의식이 없어요
입술이 터서 아파요 / 추워서 입술이 파래요
잠이 안 와요 / 우울해요 / 눈물이 자꾸 나요 / 불안해서 잠을 못 자요 / 스트레스가 심해요 / 회사 가기 싫어요
아무것도 하기 싫어요 / 쉬고 싶어요
감자 살 때 뭘 봐야 해요 / 여자 살인 사건 뉴스 / 아기가 잘 자요 / 임신 12주인데 입덧이 심해요
임신 중인데 피가 조금 비쳐요 / 아이가 열이 나요
더워서 축 처져요 / 운동하고 팔에 힘이 없어요 / 발목이 부었어요 / 물에 빠질 뻔했어요 / 차에 치일 뻔했어요
눈이 침침해요 / 밥맛이 없어요 / 기운이 없어요
"""

TEMPTING = """
unconscious | 영화관에서 사람이 쓰러졌어요
unconscious | 버스 기사님이 갑자기 쓰러졌어요
unconscious | 중학교 다니는 아들이 쓰러졌어요
unconscious | 3년 전에 수술받은 아빠가 쓰러졌어요
unconscious | 술 마시고 쓰러졌는데 안 일어나요
unconscious | 약 먹고 의식이 없어요
unconscious | 의식이 없는 사람 어떻게 해야 해요
unconscious | 의식 없고 먹지 못해요
unconscious | 자전거 타다가 쓰러졌어요
unconscious | 아빠가 왜 쓰러졌을까요
unconscious | 쓰러졌어요 뭐부터 해야 하죠
seizure | 게임하다가 경련을 했어요
seizure | 아이가 경련해요 뭐부터 해야 해요
seizure | 축구하다가 발작을 일으켰어요
breathing | 시험 보다가 숨을 못 쉬겠어요
breathing | 숨을 못 쉬겠어요 응급처치 알려 주세요
breathing | 코로나 걸렸는데 숨을 못 쉬겠어요
breathing | 지하철에서 갑자기 숨을 못 쉬겠어요
breathing | 열은 없는데 숨을 못 쉬겠어요
stroke | 거울을 보니 입이 돌아갔어요
stroke | 자고 일어나니 한쪽 팔에 힘이 없어요
stroke | 60살인데 말이 갑자기 어눌해요
choking | 맛있는 떡 먹다가 목에 걸려 숨을 못 쉬어요
head_injury | 책상에 머리를 박고 계속 토해요
overdose | 아침에 수면제 30알 먹었어요
overdose | 하루에 타이레놀 20알 먹었어요
crisis | 오늘 하루 종일 살고 싶지 않아요
crisis | 집에서 극단적인 선택을 하려고 해요
crisis | 매일 살기 싫어요
crisis | 죽고 싶은 마음이 안 없어져요
crisis | 죽고 싶은 생각밖에 없어요
crisis | 병원은 안 갔고 그냥 죽고 싶어요
"""


def _dangers() -> list[tuple[str, str]]:
    rows = (line.split(" | ") for line in DANGERS.strip().splitlines())
    return [(kind, text) for kind, texts in rows for text in texts.split(" / ")]


def _harmless() -> list[str]:
    return [text for line in HARMLESS.strip().splitlines() for text in line.split(" / ")]


def _ids(text: str) -> list[str]:
    return [alarm.id for alarm in screen(text)]


def test_tables_are_broad() -> None:
    """The tables hold at least 120 dangerous and 150 harmless sentences, all different."""
    assert len(set(_dangers())) >= 120
    assert len(set(_harmless())) >= 150


@pytest.mark.parametrize(("expected", "text"), _dangers())
def test_danger_raises_its_alarm(expected: str, text: str) -> None:
    """A sentence that tells of danger raises the alarm that names its emergency text."""
    assert expected in _ids(text)


@pytest.mark.parametrize("text", _harmless())
def test_harmless_raises_nothing(text: str) -> None:
    """Denials, things long over, questions, stories and manners of speaking raise nothing."""
    assert _ids(text) == []


@pytest.mark.parametrize(("expected", "text"), _dangers())
def test_spaces_do_not_matter(expected: str, text: str) -> None:
    """A dangerous sentence without any spaces, or with them doubled, raises the same alarm."""
    assert expected in _ids(text.replace(" ", "  "))
    assert expected in _ids(text.replace(" ", ""))


@pytest.mark.parametrize(("expected", "text"), _dangers())
def test_common_misspellings_do_not_matter(expected: str, text: str) -> None:
    """Double finals written single, as people type in haste, raise the same alarm."""
    assert expected in _ids(re.sub("[가-힣]", lambda m: _lazy(m[0]), text))


def _lazy(syllable: str) -> str:
    code = ord(syllable) - 0xAC00
    return chr(0xAC00 + code - code % 28 + {20: 19, 18: 17, 6: 4}.get(code % 28, code % 28))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("숨을못쉬겟어요", "breathing"),
        ("쓰러졋어요", "unconscious"),
        ("의식이업어요", "unconscious"),
        ("숨이 안쉬어져", "breathing"),
        ("숨을... 못 쉬겠어요", "breathing"),
        ("숨을\n못\n쉬겠어요", "breathing"),
        ("숨\u200b을 못\u200b 쉬겠어요", "breathing"),
        ("죽고십어요ㅠㅠ", "crisis"),
        ("죽 고 싶 다", "crisis"),
    ],
)
def test_typed_in_panic(text: str, expected: str) -> None:
    """Broken lines, dots, invisible characters and slips of the finger do not hide a danger."""
    assert expected in _ids(text)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("한쪽 팔다리에 힘이 빠져요", {"one_sided_weakness"}),
        ("말이 어눌해요. 얼굴 한쪽이 처졌어요.", {"slurred_speech", "facial_droop"}),
        ("의식이 없어요", {"unresponsive"}),
        ("경련해요", {"seizure"}),
        ("가슴이 짓눌려요", {"crushing_chest_pain"}),
        ("죽고 싶어요", {"suicidal_thoughts"}),
        ("친구가 죽고 싶대요", set()),
    ],
)
def test_findings_follow_the_wording(text: str, findings: set[str]) -> None:
    """An alarm implies what its wordings say, joined; a friend's crisis says nothing about the patient."""
    assert {finding for alarm in screen(text) for finding in alarm.findings} == findings


def test_rules_name_what_exists() -> None:
    """Each rule names findings that the knowledge has, and an emergency card unless it is a crisis."""
    root = Path(module.__file__).parents[1]
    findings = load_catalogue().concepts
    cards = yaml.safe_load((root / "bot/texts/emergency.yaml").read_text("utf-8"))
    for alarm in (entry.alarm for entries in module._ENTRIES.values() for entry in entries):
        assert set(alarm.findings) <= set(findings)
        assert alarm.kind == "crisis" or alarm.id in cards | cards["emergency_room"]


def test_no_wording_repeats_without_bound() -> None:
    """No pattern of the data file holds an unbounded repetition, which is what keeps long texts cheap."""
    rules = (Path(module.__file__).parent / "data/alarm.yaml").read_text("utf-8")
    lines = [line for line in rules.splitlines() if not line.lstrip().startswith("#")]
    assert not [line for line in lines if re.search(r"[)\]가-힣.][*+]|\{\d*,\}", line)]


def test_crisis_comes_first() -> None:
    """Of several dangers the crisis is told first, whatever the order of the sentences."""
    alarms = screen("수면제 30알 먹었어요. 숨을 못 쉬겠어요. 죽고 싶어요.")
    assert alarms[0].id == "crisis"
    assert {alarm.id for alarm in alarms} == {"crisis", "breathing", "overdose"}


def test_violence_names_whom_to_call() -> None:
    """The police and the helpline are tapped on that card, the ambulance on the others."""
    say = load_phrases()
    (alarm,) = screen("남편한테 맞았어요")
    card = urgent_card(alarm.id, alarm.floor, say)
    assert [link.url for link in card.links] == ["tel:112", "tel:1366"]
    assert [link.url for link in urgent_card("eye", Triage.EMERGENCY, say).links] == ["tel:119"]


def test_kinds_and_floors() -> None:
    """Medical dangers and poisonings demand an ambulance, a crisis the emergency room."""
    assert [(a.kind, a.floor) for a in screen("의식이 없어요")] == [("medical", Triage.AMBULANCE)]
    assert [(a.kind, a.floor) for a in screen("락스 마셨어요")] == [("poisoning", Triage.AMBULANCE)]
    assert [(a.kind, a.floor) for a in screen("죽고 싶어요")] == [("crisis", Triage.EMERGENCY)]


@pytest.mark.parametrize(("expected", "text"), [tuple(x.split(" | ")) for x in TEMPTING.strip().splitlines()])
def test_harmless_looking_surroundings_do_not_hide_a_danger(expected: str, text: str) -> None:
    """A place, an activity, a question or a denial of something else beside a danger does not silence it."""
    assert expected in _ids(text)


def test_newer_danger_outweighs_an_old_one() -> None:
    """What happened long ago does not silence what happens now."""
    assert _ids("작년에도 쓰러졌는데 지금 또 쓰러졌어요") == ["unconscious"]
    assert _ids("작년에 수술했는데 숨을 못 쉬겠어요") == ["breathing"]
    assert _ids("작년에 수술했어요. 지금 의식이 없어요") == ["unconscious"]


def test_span_points_into_the_text() -> None:
    """The span covers the wording where it was written, spaces and all."""
    text = "안녕하세요,   엄마가  숨을   못 쉬어요"
    (alarm,) = screen(text)
    start, end = alarm.span
    assert text[start:end].startswith("숨을   못 쉬")


class _Counting:
    """A wording that counts how often it is tried."""

    def __init__(self) -> None:
        self.tries = 0

    def __call__(self, folded: str, start: int, end: int) -> tuple[str, str]:
        self.tries += 1
        head, tail = _around(folded, start, end)
        assert len(head) <= module.BEFORE
        assert len(tail) <= module.AFTER
        return head, tail


_around = module._around


@pytest.mark.parametrize(
    "filler", ["숨은 안 차요. ", "작년에 쓰러졌어요. ", "죽고 싶지 않아 ", "가슴 ", "숨", "\n", "수면제 ", "1"]
)
def test_long_text_is_read_to_its_end_in_linear_work(filler: str) -> None:
    """Danger at the end of 100,000 characters is found, and twice the text costs at most about twice the work."""
    tries = []
    for length in (50_000, 100_000):
        counting = _Counting()
        with patch.object(module, "_around", counting):
            text = (filler * length)[:length] + ". 엄마가 의식이 없어요"
            assert "unconscious" in _ids(text)
        tries.append(counting.tries)
    assert tries[1] <= 2 * tries[0] + 10


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """No text whatever makes the screen fail."""
    assert isinstance(screen(text), tuple)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from([*"숨을못쉬의식이없죽고싶다 .\n", "\ud800", "\u200b", "작년에", "가슴"]), max_size=60))
def test_scattered_words_are_read(pieces: list[str]) -> None:
    """Fragments of dangerous wording in any order are read, and every span lies within the text."""
    text = "".join(pieces)
    for alarm in screen(text):
        assert 0 <= alarm.span[0] < alarm.span[1] <= len(text)
