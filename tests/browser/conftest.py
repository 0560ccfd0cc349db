"""The real product in a real browser: `drrc serve` in its own process, Debian's chromium in a phone's size."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.watching import watched
from tests.fakes.ports import free_port

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=ko-KR"]
START_SECONDS = 90

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def product() -> Iterator[str]:
    """The address of a running `drrc serve` with its own data folder."""
    data = Path(tempfile.mkdtemp(prefix="drrc-"))  # short: a unix socket lies in it
    port = free_port()
    settings = {"DRRC_PORT": str(port), "DRRC_DATA_DIR": str(data), "DRRC_RATE_PER_MINUTE": "1000"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DRRC_")}
    with (data / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli", "serve"], cwd=ROOT, env=clean | settings, stdout=log, stderr=log
        )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(base, server, data / "log")
        yield base
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(data, ignore_errors=True)


def _wait_until_ready(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the product did not start:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(product: str, chromium: Browser) -> Iterator[OpenPage]:
    """Opens the page like a phone does and waits for the greeting; afterwards nothing may have gone wrong unseen."""
    # A lost connection is the network's trouble, not the page's.
    with watched(chromium, ours=f"{product}/", forgiven="net::ERR_INTERNET_DISCONNECTED", patience=15) as visit:

        def begin(**options: Any) -> Page:
            page = visit(product, **options)
            page.locator(".said.bot").first.wait_for()
            return page

        yield begin


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps a picture of the page for people to look at."""

    def keep(page: Page, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.wait_for_timeout(500)  # let movement end
        page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{name}.png")

    return keep
