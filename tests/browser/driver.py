"""Chromium over plain WebDriver: no package beside the browser and its driver (Debian: chromium, chromium-driver)."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from tests.services.processes import free_port, listening

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
MISSING = None if CHROMIUM and DRIVER else "没有 Chromium 或 ChromeDriver，网页没有测：apt-get install chromium chromium-driver"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " ", "Shift": "\ue008"}
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """One headless window. `wait` polls; nothing sleeps blindly."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.process = subprocess.Popen([str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert listening(port, 20)
        self.base = f"http://127.0.0.1:{port}"
        options = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", f"--user-data-dir={folder}",
        ]
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
            "goog:chromeOptions": {"binary": CHROMIUM, "args": options},
        }}})
        self.session = f"/session/{answer['sessionId']}"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.loads(reply.read())["value"]

    def close(self) -> None:
        try:
            self._call("DELETE", self.session)
        finally:
            self.process.terminate()
            self.process.wait(10)

    def open(self, url: str, width: int = 400, height: int = 760) -> None:
        """A new visitor at `url`: storage of the tab is empty, the network is there, the colours are light."""
        self.cdp("Network.enable")
        self.network()
        self.cdp("Emulation.setEmulatedMedia", features=[])
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        # Emptied where no page of ours runs: one that is just starting writes back what it has read.
        self._call("POST", self.session + "/url", {"url": urljoin(url, "/nothing-is-here")})
        self.run("try { sessionStorage.clear() } catch {}")
        self.logs("performance")
        self.logs("browser")
        self._call("POST", self.session + "/url", {"url": url})

    def reload(self) -> None:
        self._call("POST", self.session + "/refresh", {})

    def cdp(self, command: str, **params: Any) -> Any:
        return self._call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": params})

    def network(self, offline: bool = False, latency: int = 0) -> None:
        """Latency in milliseconds, added to every request."""
        self.cdp("Network.emulateNetworkConditions", offline=offline, latency=latency, downloadThroughput=-1, uploadThroughput=-1)

    def logs(self, kind: str) -> list[Any]:
        return list(self._call("POST", self.session + "/se/log", {"type": kind}))

    def requests(self) -> list[str]:
        """Every address asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.logs("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]

    def run(self, script: str, *args: Any) -> Any:
        return self._call("POST", self.session + "/execute/sync", {"script": script, "args": list(args)})

    def wait(self, condition: str, *args: Any, seconds: float = 20) -> None:
        """Until the expression is true."""
        if not until(lambda: bool(self.run(f"return Boolean({condition})", *args)), seconds):
            raise AssertionError(f"never: {condition} {args}\n{self.run('return document.body.innerText')}")

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0])?.innerText || ''", selector))

    def texts(self, selector: str) -> list[str]:
        return list(self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", selector))

    def count(self, selector: str) -> int:
        return int(self.run("return document.querySelectorAll(arguments[0]).length", selector))

    def press(self, *keys: str) -> None:
        """Real key presses, one after another; a name of KEYS or text."""
        actions = [{"type": kind, "value": c} for key in keys for c in KEYS.get(key, key) for kind in ("keyDown", "keyUp")]
        self._call("POST", self.session + "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def click(self, selector: str, text: str = "") -> None:
        """A real click on the last element that fits."""
        found = self.run(
            "return [...document.querySelectorAll(arguments[0])].filter(e => e.innerText.includes(arguments[1])).pop()", selector, text
        )
        assert found, f"no {selector} with {text}"
        self._call("POST", f"{self.session}/element/{found[_ELEMENT]}/click", {})

    def frame(self, expression: str | None) -> None:
        """Look into the frame that `expression` is, or at the page again."""
        chosen = self.run("return " + expression) if expression else None
        self._call("POST", self.session + "/frame", {"id": chosen})

    def screenshot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._call("GET", self.session + "/screenshot")))


def until(check: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(0.05)
    return False
