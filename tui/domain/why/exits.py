"""What the number means with which a container ended."""

from __future__ import annotations

SIGNALS = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    4: "SIGILL",
    6: "SIGABRT",
    7: "SIGBUS",
    8: "SIGFPE",
    9: "SIGKILL",
    11: "SIGSEGV",
    13: "SIGPIPE",
    14: "SIGALRM",
    15: "SIGTERM",
    24: "SIGXCPU",
    25: "SIGXFSZ",
}
MEANINGS = {
    126: "its command is there but could not be executed",
    127: "its command was not found",
    132: "the program ran an instruction that this processor does not have",
    134: "the program gave itself up",
    135: "the program touched memory that is not there",
    136: "the program divided by zero or the like",
    137: "it was killed",
    139: "the program touched memory that is not its own",
    141: "it wrote to a pipe that nobody read any more",
    143: "it was asked to end",
}
"""Exit code → what happened; codes of one's own are not in it."""

EXECUTOR = 64
"""The exit code of Argo's executor where it fails itself (argo.md 1.5)."""


def signal_of(code: int) -> str:
    """The signal that an exit code stands for; "" for none."""
    return SIGNALS.get(code - 128, f"signal {code - 128}" if 128 < code < 160 else "")


def meaning(code: int) -> str:
    """What a code says beyond its number; "" for one that only the program can explain."""
    signal = signal_of(code)
    words = MEANINGS.get(code, f"it was ended by {signal}" if signal else "")
    return f"{words} ({signal})" if signal and code in MEANINGS else words
