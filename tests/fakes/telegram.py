"""A strict stand-in for Telegram: its Bot API on the loopback, and the people who talk to the bot."""

import asyncio
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes import telegram_wire as wire
from tests.fakes.telegram_delivery import Delivery
from tests.fakes.telegram_methods import Methods
from tests.fakes.telegram_people import People
from tests.fakes.telegram_trouble import Ordered, Trouble, failed
from tests.fakes.telegram_values import Button, Call, Json, KeyButton, Refusal, Refused, Shown, World

__all__ = ["TOKEN", "Button", "Call", "KeyButton", "Refused", "Shown", "TelegramFake"]

TOKEN = "7300000001:AAH_a-token-that-opens-nothing_0123456"  # the shape of a real one

TOKEN_SHAPE = re.compile(r"\d{5,}:[A-Za-z0-9_-]{30,}")


class TelegramFake(People):
    """`async with TelegramFake() as fake:` serves the Bot API at `{fake.url}/bot{fake.token}/METHOD`.

    It refuses what Telegram refuses, and a little more: parameters that a method does not have, empty buttons,
    and methods that this stand-in does not know.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        backoff: float = 0.05,
        backoff_max: float = 0.5,
        webhook_timeout: float = 10.0,
        heed_retry_after: bool = False,
        taps_apart: bool = False,
        query_life: float = 15.0,
        overall_per_second: int | None = None,
        chat_per_second: int | None = None,
        set_webhook_every: float | None = None,
    ) -> None:
        number, _, _ = token.partition(":")
        bot = {
            "id": int(number),
            "is_bot": True,
            "first_name": "닥터알씨",
            "username": "drrc_test_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        super().__init__(World(bot=bot, query_life=query_life))
        self.token = token
        self.url = ""
        self.calls: list[Call] = []
        self.refused: list[Refused] = []
        self.delivery = Delivery(
            backoff=backoff,
            backoff_max=backoff_max,
            timeout=webhook_timeout,
            heed_retry_after=heed_retry_after,
            taps_apart=taps_apart,
            set_webhook_every=set_webhook_every,
        )
        self.methods = Methods(self.world, self.delivery)
        self.trouble = Trouble(overall_per_second=overall_per_second, chat_per_second=chat_per_second)
        self._broken: list[Exception] = []
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.delivery.close()
        if self._runner:
            await self._runner.cleanup()
        if self._broken and error is None:
            raise self._broken[0]

    @property
    def webhook_results(self) -> list[tuple[int, int]]:
        """The update's number and the HTTP status (0: no answer) of each delivery attempt."""
        return self.delivery.results

    @property
    def filtered(self) -> list[Json]:
        """Updates of kinds that the bot did not ask for: they are never delivered."""
        return self.delivery.filtered

    def reroute(self, base: str | None) -> None:
        """Posts webhooks to this scheme, host and port instead of the registered ones; the path stays."""
        self.delivery.reroute = base

    def shown(self, user: int) -> list[Shown]:
        """What the bot's messages in this chat look like now, oldest first."""
        chat = self.world.chats.get(user)
        return chat.shown() if chat else []

    def called(self, method: str) -> list[Call]:
        """The accepted calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method]

    async def deliver(self, update: Json) -> int:
        """Hands an update to delivery; gives its number."""
        self.delivery.enqueue(update)
        number: int = update["update_id"]
        return number

    async def post(self, update: Json, *, secret: str | None = None, url: str | None = None) -> int:
        """Posts an update once, with the registered secret unless another is given ("": none); the HTTP status."""
        status, _ = await self.delivery.attempt(update, secret=secret, url=url)
        return status

    async def settled(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Waits until the bot has accepted every update."""
        await self.until(lambda: not self.delivery.pending, timeout)

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Waits until something is true; fails with the last refusals and delivery attempts if it never is."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                last = [(each.method, each.code, each.description) for each in self.refused[-3:]]
                waiting = sorted(self.delivery.pending)
                raise AssertionError(f"{waiting=} attempts={self.webhook_results[-5:]} refused={last}")
            await asyncio.sleep(0.01)

    def flood(self, times: int, retry_after: int = 1, method: str | None = None) -> None:
        """Lets the next calls meet 429; a call before its retry_after has passed meets it again."""
        self.trouble.floods.append(Ordered(times=times, method=method, retry_after=retry_after))

    def fail(self, times: int, status: int = 502, accept: bool = False, method: str | None = None) -> None:
        """Lets the next calls meet a server error; accept: they are carried out before it is answered."""
        self.trouble.failures.append(Ordered(times=times, method=method, status=status, accept=accept))

    def hang(self, times: int, seconds: float, method: str | None = None) -> None:
        """Lets the next calls wait, then be carried out, even if nobody listens for the answer any more."""
        self.trouble.hangs.append(Ordered(times=times, method=method, seconds=seconds))

    async def _serve(self, request: web.Request) -> web.Response:
        at = time.monotonic()
        name = wire.BY_LOWER.get(request.match_info["method"].lower(), request.match_info["method"])
        params: Json = {}
        try:
            self._check_token(request.match_info["token"])
            if name not in wire.MODELS:
                raise Refusal(404, "Not Found")
            params = await wire.read(request)
            params = wire.decoded(name, params)
            result = await self._carry_out(name, params, at)
        except Refusal as refused:
            code, description = refused.code, refused.description
            self.refused.append(Refused(method=name, params=params, code=code, description=description, at=at))
            return wire.refusal(refused)
        except ConnectionError:  # whoever called has hung up in the middle
            return wire.refusal(failed(HTTPStatus.BAD_REQUEST))
        except Exception as broken:  # a fault of this stand-in itself: told when it closes
            self._broken.append(broken)
            return wire.refusal(failed(HTTPStatus.INTERNAL_SERVER_ERROR))
        return wire.answer(result)

    async def _carry_out(self, name: str, params: Json, at: float) -> Any:
        await self.trouble.silence(name)
        self.trouble.flood(name)
        failure = self.trouble.failure(name)
        if failure and not failure.accept:
            raise failed(failure.status)
        wire.check_call(name, params)
        self.trouble.limit(name, params.get("chat_id"))
        result = await self.methods.carry_out(name, params)
        wire.check_result(name, result)
        self.calls.append(Call(method=name, params=params, at=at, result=result))
        if failure:
            raise failed(failure.status)
        return result

    def _check_token(self, token: str) -> None:
        if token != self.token:
            raise Refusal(401, "Unauthorized") if TOKEN_SHAPE.fullmatch(token) else Refusal(404, "Not Found")
