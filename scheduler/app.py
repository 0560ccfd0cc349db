"""The one scheduler of a process. Jobs are data with an id, an interval and a misfire rule.

APScheduler drops a job that is more than a second late unless told otherwise, so every job states its grace time.
Nothing is kept in a job store: what must survive a restart lies in Redis.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.delivery import Deliver
from bot.engine import Engine
from bot.message import Platform
from bot.state.embedded import EmbeddedRedis
from bot.state.store import Store
from scheduler import jobs

DRAIN_SECONDS = 8.0
"""How long a running job may go on after the end was announced."""


@asynccontextmanager
async def running(
    *,
    engine: Engine,
    store: Store,
    embedded: EmbeddedRedis | None,
    deliver_to: Callable[[Platform], Deliver | None],
    every: timedelta,
    orphan_age: timedelta,
) -> AsyncIterator[None]:
    """Run recovery, redelivery, what is due, sweeping and the watch over the embedded Redis while the block lasts."""
    scheduler = AsyncIOScheduler(timezone="Asia/Seoul")
    at_work: set[asyncio.Task[None]] = set()

    async def run(job: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.ensure_future(job())
        at_work.add(task)
        task.add_done_callback(at_work.discard)
        await asyncio.shield(task)

    def add(name: str, job: Callable[[], Awaitable[None]], seconds: float) -> None:
        scheduler.add_job(
            partial(run, job),
            "interval",
            seconds=seconds,
            id=name,
            misfire_grace_time=60,
            coalesce=True,
            max_instances=1,
        )

    add("recover", partial(jobs.recover, engine, deliver_to, orphan_age), every.total_seconds())
    add("redeliver", partial(jobs.redeliver, engine, deliver_to), every.total_seconds())
    add("claim_due", partial(jobs.claim_due, store), 5)
    add("sweep", partial(jobs.sweep, store), 300)
    if embedded:
        add("watch", partial(jobs.watch, store, embedded), 1)
    # At once, but beside everything else: a messenger that cannot be reached must not keep the others shut.
    scheduler.add_job(
        partial(run, partial(jobs.recover, engine, deliver_to, timedelta(0))),
        id="recover at start",
        misfire_grace_time=60,
    )
    scheduler.start()
    try:
        yield
    finally:
        # The scheduler would cut running jobs off, and what was sent and not yet marked would be sent again.
        scheduler.shutdown(wait=False)
        if at_work:
            await asyncio.wait(at_work, timeout=DRAIN_SECONDS)
