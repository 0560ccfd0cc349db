"""Closed lists of Korean grammar, from `data/grammar.yaml`."""

from pathlib import Path

import yaml

_lists = yaml.safe_load((Path(__file__).parent / "data" / "grammar.yaml").read_text("utf-8"))

LIGHT_VERBS, LIGHT_NOUNS, LIGHT_WORDS, MERE_WORDS, EMPTY, SINGLE, WHOLE_VERBS = (
    frozenset(_lists[name])
    for name in ("light_verbs", "light_nouns", "light_words", "mere_words", "empty", "single", "whole_verbs")
)
"""What an expression is made of; the data file says what each list is."""

PLAYS_DOWN, NOTHING_MUCH = frozenset(_lists["plays_down"]), frozenset(_lists["nothing_much"])
"""Before "아니다" and before "없다" they play down and deny nothing."""

TROUBLES = frozenset(_lists["troubles"])
"""What is said to be missing where nothing is wrong."""

NEGATORS = frozenset(tuple(entry.split("/")) for entry in _lists["negators"])
"""(form, tag) of what denies."""

JOINING, NOUN_LINKS, ENDED, GENERAL_VERBS, NOT_SUBJECT = (
    frozenset(_lists[name]) for name in ("joining", "noun_links", "ended", "general_verbs", "not_subject")
)
OVER_NOW, NOW_WORDS, DEGREE, MEASURING, BESIDES, SITES, TRIGGERS, ANSWERING = (
    frozenset(_lists[name])
    for name in ("over_now", "now_words", "degree", "measuring", "besides", "sites", "triggers", "answering")
)
"""What a clause is made of."""

LONG_AGO, SINCE_THEN, WHAT_IF = (tuple(_lists[name]) for name in ("long_ago", "since_then", "what_if"))
"""Words looked for in the text itself."""
