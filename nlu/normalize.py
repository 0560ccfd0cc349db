"""Text as it is read: one Unicode form, no invisible characters, chat spelling mended, honorific verbs made plain."""

import re
import unicodedata
from pathlib import Path

import yaml

from knowledge.morphology import LONGEST

INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\ud800-\udfff]|[\x00-\x08\x0b-\x1f\x7f]")
"""Zero-width, direction and control characters, and halves of broken surrogate pairs."""

CHAT = re.compile(r"[ㅋㅎㅠㅜㅡ]{1,}|[~!]{2,}|\.{4,}")
"""Laughing, crying and drawn-out punctuation: they separate clauses and say nothing else."""

_table: dict[str, str] = yaml.safe_load((Path(__file__).parent / "data" / "spelling.yaml").read_text("utf-8"))
_honorifics = yaml.safe_load((Path(__file__).parent / "data" / "honorifics.yaml").read_text("utf-8"))
_PLAIN: dict[str, str] = _honorifics["plain"]
_HONORIFIC = re.compile(
    "".join(f"(?<!{word})" for word in _honorifics["not_after"])
    + f"(?:{'|'.join(sorted(_PLAIN, key=len, reverse=True))})"
)
_SPELLING = re.compile("|".join(sorted(map(re.escape, _table), key=len, reverse=True)))


def normalize(text: str) -> str:
    """The text to be read, at most 2,000 characters."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text[: 2 * LONGEST]))[:LONGEST]
    text = CHAT.sub(". ", text)
    text = _SPELLING.sub(lambda match: _table[match[0]], text)
    return _HONORIFIC.sub(lambda match: _PLAIN[match[0]], text)
