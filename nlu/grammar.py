"""Closed lists of Korean grammar, from `data/grammar.yaml`."""

from pathlib import Path

import yaml

_lists = yaml.safe_load((Path(__file__).parent / "data" / "grammar.yaml").read_text("utf-8"))

LIGHT, NEGATORS, JOINING, NOUN_LINKS, ENDED, GENERAL_VERBS, NOT_SUBJECT = (
    frozenset(_lists[name])
    for name in ("light", "negators", "joining", "noun_links", "ended", "general_verbs", "not_subject")
)
"""Morphemes by what they do; the data file says what each list is."""

LONG_AGO, WHAT_IF = (tuple(_lists[name]) for name in ("long_ago", "what_if"))
"""Words looked for in the text itself."""
