"""`python -m bot.demo_bot`: the demo's bot. It is `sevbot run`, and ends with the demo, however that was ended.

The demo holds the other end of its standard input, which the system closes even for one that was killed.
"""

import signal
import sys
import time
from threading import Thread, main_thread

from bot.cli import run


def _end_with_the_demo() -> None:
    sys.stdin.buffer.read()
    while True:  # a signal that comes in the moment before the main thread falls asleep does not wake it
        signal.pthread_kill(main_thread().ident or 0, signal.SIGTERM)
        time.sleep(0.2)


if __name__ == "__main__":
    Thread(target=_end_with_the_demo, name="end", daemon=True).start()
    run()
