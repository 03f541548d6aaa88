"""`python -m tui`, and the console script.

An interrupt while Python still imports ends the program without a word, as it does others.
"""

from __future__ import annotations

import signal
from typing import NoReturn


def entry() -> NoReturn:
    """Run the command line of this process."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from tui.cli import entry as run

    signal.signal(signal.SIGINT, before)
    run()


if __name__ == "__main__":
    entry()
