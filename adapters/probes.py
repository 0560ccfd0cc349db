"""/healthz, /readyz and /metrics for whoever runs the bot."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.errors import StateUnavailable
from bot.state.store import Store


def add_probes(app: web.Application, store: Store, *, alive: bool) -> None:
    """Answer whether turns can be run now, and the counters in Prometheus' text form.

    With `alive` also whether the process answers; the chat page, where it is on, answers that itself.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        try:
            await store.ping()
        except StateUnavailable:
            return web.json_response({"ready": False, "redis": False}, status=503)
        return web.json_response({"ready": True, "redis": True})

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    if alive:
        app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
