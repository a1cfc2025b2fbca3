"""A real browser, driven over the DevTools protocol: Debian's Chromium, without a window."""

import json
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import httpx
from websockets.sync.client import connect

CHROMIUM = shutil.which("chromium")
WITHIN = 30.0
"""Seconds for which a thing on the page is waited for."""


class Browser:
    """A page, as somebody sees and uses it."""

    def __init__(self, folder: Path, url: str) -> None:
        assert CHROMIUM is not None
        options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0")
        self._process = subprocess.Popen(
            [CHROMIUM, *options, f"--user-data-dir={folder}", "--window-size=1400,900", url],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._number = 0
        self._stack = ExitStack()
        self._stack.callback(self._process.wait)
        self._stack.callback(self._process.kill)
        port = self._port(folder / "DevToolsActivePort")
        pages = httpx.get(f"http://127.0.0.1:{port}/json", timeout=WITHIN).json()
        address = next(each["webSocketDebuggerUrl"] for each in pages if each["type"] == "page")
        self._socket = self._stack.enter_context(connect(address, max_size=None, compression=None))

    def _port(self, file: Path) -> str:
        end = time.monotonic() + WITHIN
        while not file.exists() or not file.read_text():
            assert time.monotonic() < end, "Chromium does not start"
            time.sleep(0.05)
        return file.read_text().split()[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer: dict[str, Any] = json.loads(self._socket.recv(timeout=WITHIN))
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                found: dict[str, Any] = answer["result"]
                return found

    def finds(self, script: str) -> Any:
        """What a script says of the page; None where it can't."""
        return self._ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def waits(self, script: str, *, within: float = WITHIN) -> Any:
        """What a script says of the page, as soon as that is anything true."""
        end = time.monotonic() + within
        while not (found := self.finds(script)):
            assert time.monotonic() < end, f"never so: {script}\n{self.finds('document.body.innerText')}"
            time.sleep(0.05)
        return found

    def clicks(self, label: str, *, in_: str = "body") -> None:
        """Press the button of that label with the mouse."""
        button = f"[...document.querySelectorAll({in_ + ' button'!r})].find(one => one.innerText.trim() === {label!r})"
        self.waits(f"Boolean({button})")
        box = f"(() => {{ const box = {button}.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        before, place = None, self.waits(box)
        while before != place:  # until nothing moves any more, as a person would wait
            time.sleep(0.1)
            before, place = place, self.waits(box)
        x, y = place
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def presses_enter(self) -> None:
        """Press Enter where one writes."""
        for kind, text in (("keyDown", "\r"), ("keyUp", "")):
            self._ask(
                "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text=text
            )
