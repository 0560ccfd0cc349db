"""The command `drrc`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from importlib.metadata import version

from config.logging import configure_logging
from config.settings import Settings, SettingsError, load_settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 when it did what it says, 2 when a setting is wrong."""
    arguments = parser().parse_args(argv)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(
            f"설정이 잘못되었어요.\n{error}\n고친 뒤 다시 시작해 주세요. 설명은 config/example.env 에 있어요.",
            file=sys.stderr,
        )
        return 2
    quiet = arguments.command in ("chat", "doctor", "status")
    configure_logging("error" if quiet and settings.log_level == "info" else settings.log_level, settings.log_format)
    commands = {"serve": serve, "chat": chat, "doctor": doctor, "status": status}
    try:
        return asyncio.run(commands[arguments.command](settings, arguments))
    except KeyboardInterrupt:
        return 0


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="drrc", description="닥터알씨: 스스로 띄우는 한국어 건강 도우미")
    top.add_argument("--version", action="version", version=f"drrc {version('drrc')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("serve", help="설정된 모든 창구와 웹 화면을 열어요")
    chat_ = commands.add_parser("chat", help="이 터미널에서 대화해요")
    chat_.add_argument("--jsonl", action="store_true", help="한 줄에 JSON 하나씩 주고받아요(프로그램용)")
    chat_.add_argument("--user", help="누구로 대화할지(기본: 로그인 이름)")
    commands.add_parser("doctor", help="설정, 저장소, 자료, 모델, 열쇠를 살펴보고 빠진 것을 알려 줘요")
    status_ = commands.add_parser("status", help="지금 상태를 보여 줘요")
    status_.add_argument("--json", action="store_true", help="JSON 으로")
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
    with console.status("준비하고 있어요…"):
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


if __name__ == "__main__":
    sys.exit(main())
