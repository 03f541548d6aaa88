"""Running the demo cluster until it is told to end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui.demo.child import FOLDER
from tui.demo.cluster import DemoCluster, Facts, Options
from tui.errors import SettingsError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(options: Options, ready: Callable[[Facts], None], *, with_parent: bool = False) -> None:
    """Serve until a signal comes; `with_parent`, also until standard input ends.

    The parent holds the other end of that pipe, and however it dies, the system closes it. (The
    parent death signal of Linux will not do: it comes when the thread ends that started us.)

    Raises: SettingsError if it cannot serve.
    """
    gc.disable()
    try:
        asyncio.run(_serve(options, ready, with_parent))
    finally:
        gc.enable()


async def _serve(options: Options, ready: Callable[[Facts], None], with_parent: bool) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in _SIGNALS:
        loop.add_signal_handler(number, ended.set)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), _read_end, loop, ended)
    with _in_words():
        cluster = DemoCluster(options)
    try:
        with _in_words():
            facts = await cluster.start()
        if not options.scale:
            # Who connects now has an answer as soon as the scenes are there.
            ready(facts)
        cluster.furnish()
        if options.scale:
            ready(facts)
        # What the scenes made lives as long as the process; the collector need not look at it.
        gc.collect()
        gc.freeze()
        gc.enable()
        await ended.wait()
    finally:
        await cluster.stop()


@contextmanager
def _in_words() -> Iterator[None]:
    """A disk that is full or cannot be written is no crash."""
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"the demo cluster cannot be started: {error.strerror or error}", hint=FOLDER
        ) from error


def _read_end(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Something came on standard input, or nothing will come any more."""
    if not os.read(sys.stdin.fileno(), 4096):
        loop.remove_reader(sys.stdin.fileno())
        ended.set()
