"""The signed link: ours or not, in time or not, and nothing in it about the person."""

import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.locate.link import Ticket, Wrong, read, sign

SECRET = b"0123456789abcdef0123456789abcdef"
NAME = "Q2hhcmFjdGVycy1vZi1hLX"
END = 1_800_000_000
TOKEN = sign(NAME, END, SECRET)


def test_a_genuine_link_gives_its_ticket() -> None:
    """What was signed is read again, until the second in which it ends."""
    assert read(TOKEN, SECRET, END - 0.001) == Ticket(name=NAME, expires_at=END)
    assert read(TOKEN, SECRET, END) == Wrong(reason="expired")


def test_every_ticket_we_make_can_be_read() -> None:
    """Random names always give a short link of letters, digits, `-`, `_` and dots that reads back."""
    for _ in range(200):
        name = secrets.token_urlsafe(16)
        token = sign(name, END, SECRET)
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", token)
        assert read(token, SECRET, 0) == Ticket(name=name, expires_at=END)


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_one_changed_letter_makes_it_foreign(place: int) -> None:
    """A link in which any one character is another is not ours, also where it would have ended."""
    other = "A" if TOKEN[place] != "A" else "B"
    changed = TOKEN[:place] + other + TOKEN[place + 1 :]
    assert read(changed, SECRET, END + 10) == Wrong(reason="tampered")


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "\n",
        f" {TOKEN}",
        f"{NAME}.{END}",
        f"{NAME}.0{END}.{TOKEN.rpartition('.')[2]}",
        f"{NAME}.{END + 600}.{TOKEN.rpartition('.')[2]}",
        f"{NAME}.-1.{TOKEN.rpartition('.')[2]}",
        f"{NAME}.١٢٣.{TOKEN.rpartition('.')[2]}",
        "가나다라마바사아." + TOKEN,
    ],
)
def test_what_we_did_not_write_is_foreign(token: str) -> None:
    """Cut, lengthened, re-dated and odd links are not ours."""
    assert read(token, SECRET, 0) == Wrong(reason="tampered")


def test_another_secret_signs_for_somebody_else() -> None:
    """A link signed with another secret is not ours."""
    assert read(sign(NAME, END, SECRET[::-1]), SECRET, 0) == Wrong(reason="tampered")


@given(st.text(max_size=200))
def test_reading_never_fails(token: str) -> None:
    """Whatever stands in the address, reading it is calm and finds nothing of ours."""
    assert read(token, SECRET, 0) == Wrong(reason="tampered")


def test_the_ticket_does_not_show_itself() -> None:
    """The random name is a key to a conversation for minutes: it stays out of logs."""
    assert NAME not in repr(read(TOKEN, SECRET, 0))
