"""`python -m bot.playground`: the local Slack as a process of its own."""

import argparse
import signal
import threading
from pathlib import Path

from bot.playground.playground import Playground


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bot.playground", description="A local Slack, for one app.")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--store", type=Path, help="keep the workspace in this file")
    parser.add_argument("--deliver-to", help="deliver events by signed HTTP to this address instead of Socket Mode")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Playground(port=options.port, store=options.store, deliver_to=options.deliver_to) as slack:
        print(f"The local Slack is at {slack.url}", flush=True)  # noqa: T201 -- a program's own output
        ended.wait()


if __name__ == "__main__":
    main()
