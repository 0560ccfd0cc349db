"""The command `drrc`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from adapters.evaluate import options
from bot.phrases import Phrases, load_phrases
from config.logging import configure_logging
from config.settings import Settings, SettingsError, load_settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 when it did what it says, 2 when a setting is wrong."""
    say = load_phrases()
    arguments = parser(say).parse_args(argv)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(settings_words(error, say), file=sys.stderr)
        return 2
    quiet = arguments.command in ("chat", "doctor", "status", "evaluate", "replay", "index")
    configure_logging("error" if quiet and settings.log_level == "info" else settings.log_level, settings.log_format)
    commands = {
        "serve": serve,
        "chat": chat,
        "doctor": doctor,
        "status": status,
        "evaluate": evaluate,
        "replay": replay,
        "index": index,
    }
    try:
        return asyncio.run(commands[arguments.command](settings, arguments))
    except KeyboardInterrupt:
        return 0


def settings_words(error: SettingsError, say: Phrases) -> str:
    """What is wrong with the settings, for the one who set them."""
    lines = [
        say(
            "command.settings.problem",
            variable=problem.variable,
            reason=say("command.settings.no_file") if problem.reason == "no_file" else problem.reason,
            value=problem.value or say("command.settings.secret"),
        )
        for problem in error.problems
    ]
    return say("command.settings.wrong", problems="\n".join(lines))


def parser(say: Phrases) -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="drrc", description=say("command.about"))
    top.add_argument("--version", action="version", version=f"drrc {version('drrc')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("serve", help=say("command.help.serve"))
    chat_ = commands.add_parser("chat", help=say("command.help.chat"))
    chat_.add_argument("--jsonl", action="store_true", help=say("command.help.jsonl"))
    chat_.add_argument("--user", help=say("command.help.user"))
    commands.add_parser("doctor", help=say("command.help.doctor"))
    status_ = commands.add_parser("status", help=say("command.help.status"))
    status_.add_argument("--json", action="store_true", help=say("command.help.json"))
    options.add_to(commands, say)
    index_ = commands.add_parser("index", help=say("command.help.index"))
    index_.add_argument("action", choices=("build",))
    replay_ = commands.add_parser("replay", help=say("command.help.replay"))
    replay_.add_argument("file", type=Path)
    replay_.add_argument("--json", action="store_true", help=say("command.help.json"))
    return top


async def serve(settings: Settings, _: argparse.Namespace) -> int:
    """Open every configured door until a signal ends it."""
    from adapters.serve import serve as run

    return await run(settings)


async def chat(settings: Settings, arguments: argparse.Namespace) -> int:
    """The terminal, or JSON lines."""
    from adapters.assembly import built
    from adapters.console import chat as terminal
    from adapters.console import jsonl

    if arguments.jsonl:
        async with built(settings) as house:
            known = house.knowledge
            await jsonl.run(house.engine, known.catalogue, known.say, *jsonl.standard_streams())
        return 0
    from rich.console import Console

    console = Console()
    with console.status(load_phrases()("command.loading")):
        context = built(settings)
        house = await context.__aenter__()
    try:
        await terminal.run(house.engine, house.knowledge.say, console, user=arguments.user)
    finally:
        await context.__aexit__(None, None, None)
    return 0


async def doctor(settings: Settings, _: argparse.Namespace) -> int:
    """What is missing and how to get it."""
    from adapters.doctor import doctor as run

    return await run(settings)


async def status(settings: Settings, arguments: argparse.Namespace) -> int:
    """The state of this installation."""
    from adapters.status import status as run

    return await run(settings, as_json=arguments.json)


async def evaluate(settings: Settings, arguments: argparse.Namespace) -> int:
    """How well it does on a collection of cases."""
    from adapters.evaluate.command import run

    return await run(settings, arguments)


async def index(settings: Settings, _: argparse.Namespace) -> int:
    """The clinical data, checked and compiled."""
    from adapters.index import build

    return build(settings)


async def replay(settings: Settings, arguments: argparse.Namespace) -> int:
    """A recorded result made again."""
    from adapters.replay import replay as run

    return run(settings, arguments.file, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
