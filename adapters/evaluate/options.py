"""The options of `drrc evaluate`; apart, so that other commands do not wait for what evaluating needs."""

from pathlib import Path
from typing import Any

from bot.phrases import Phrases


def add_to(commands: Any, say: Phrases) -> None:
    """The options of `drrc evaluate`."""
    top = commands.add_parser("evaluate", help=say("command.help.evaluate"))
    kinds = top.add_subparsers(dest="collection", required=True, metavar="COLLECTION")
    for name in ("vignettes", "routing", "ddxplus", "emergencies"):
        one = kinds.add_parser(name, help=say(f"command.help.{name}"))
        one.add_argument("path", type=Path)
        one.add_argument("--json", action="store_true", help=say("command.help.json"))
        one.add_argument("--limit", type=int, help=say("command.help.limit"))
        if name == "vignettes":
            one.add_argument("--unknown", choices=("unsure", "no"), default="unsure", help=say("command.help.unknown"))
        if name == "emergencies":
            ways = ("words", "taps", "findings")
            one.add_argument("--by", choices=ways, default="words", help=say("command.help.by"))
