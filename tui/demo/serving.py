"""Running the demo cluster until it is told to end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable

from tui.demo.cluster import DemoCluster, Facts, Options

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(options: Options, ready: Callable[[Facts], None], *, with_parent: bool = False) -> None:
    """Serve until a signal comes; `with_parent`, also until standard input ends.

    The parent holds the other end of that pipe, and however it dies, the system closes it. (The
    parent death signal of Linux will not do: it comes when the thread ends that started us.)

    Raises: SettingsError if it cannot serve.
    """
    gc.disable()
    asyncio.run(_serve(options, ready, with_parent))


async def _serve(options: Options, ready: Callable[[Facts], None], with_parent: bool) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in _SIGNALS:
        loop.add_signal_handler(number, ended.set)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), _read_end, loop, ended)
    cluster = DemoCluster(options)
    try:
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


def _read_end(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Something came on standard input, or nothing will come any more."""
    if not os.read(sys.stdin.fileno(), 4096):
        loop.remove_reader(sys.stdin.fileno())
        ended.set()
