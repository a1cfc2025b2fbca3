"""`python -m bot.demo_bot`: the demo's bot. It is `sevbot run`, and ends with the demo, however that was ended.

The demo holds the other end of its standard input, which the system closes even for one that was killed.
"""

import os
import signal
import sys
from threading import Thread

from bot.cli import run


def _end_with_the_demo() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=_end_with_the_demo, name="end", daemon=True).start()
    run()
