"""What Linux says of a process: whether it waits, works or is stopped.

Where there is no /proc nothing is known, and nothing is waited for.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def state_of(pid: int) -> str:
    """A letter: S waits, R works or would if it had a processor, T is stopped, Z has ended."""
    return _stat(Path(f"/proc/{pid}/stat"))[:1].decode()


def ticks_of(pid: int) -> int:
    """Ticks of processor time used so far."""
    fields = _stat(Path(f"/proc/{pid}/stat")).split()
    return int(fields[11]) + int(fields[12]) if fields else 0


def is_at_work(pid: int) -> bool:
    """Whether a thread of it works, or would if it had a processor or what it reads from disk."""
    tasks = Path(f"/proc/{pid}/task")
    with suppress(OSError):
        return any(_stat(each / "stat")[:1] in (b"R", b"D") for each in tasks.iterdir())
    return False


def memory(pid: int) -> int:
    """Bytes of memory that it has now; 0 where nothing is known."""
    return _of_status(pid, "VmRSS:")


def peak_memory(pid: int) -> int:
    """Bytes of memory that it had at most so far; 0 where nothing is known."""
    return _of_status(pid, "VmHWM:")


def _of_status(pid: int, name: str) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


def inside_tmux(tmux: Sequence[str]) -> list[int]:
    """Process ids of a tmux server and of what runs in its pane."""
    asked = [*tmux, "display-message", "-p", "#{pid} #{pane_pid}"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    return [int(pid) for pid in told.stdout.split()]


def _stat(path: Path) -> bytes:
    """The fields from the state on; nothing of a process that is gone."""
    try:
        return path.read_bytes().rpartition(b")")[2].lstrip()
    except OSError:
        return b""
