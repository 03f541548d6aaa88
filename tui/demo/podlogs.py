"""What the containers of the demo cluster printed, line by line.

The kubelet of the stand-in writes here, the API's `pods/log` route reads and follows. A stream
keeps its last lines only, as a node's disk does, so that a busy container costs bounded memory;
a container that starts again keeps the lines of the run before it (`previous`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

KEPT_LINES = 20_000
"""Lines kept of one container's run; older ones are dropped."""

_NANO = 1_000_000_000


class LogLine(NamedTuple):
    """One line, without its line end."""

    nanos: int
    """When it was printed, in nanoseconds since 1970."""
    text: str
    is_argos: bool = False
    """Whether Argo's executor wrote it, into the same log as the program."""

    @property
    def stamp(self) -> str:
        """The time as the kubelet writes it: RFC 3339 with nanoseconds, zeros cut off."""
        seconds, rest = divmod(self.nanos, _NANO)
        whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        fraction = f".{rest:09d}".rstrip("0") if rest else ""
        return f"{whole}{fraction}Z"


Follower = Callable[[LogLine | None], None]
"""Called with every new line, and once with None when the container has ended."""

Key = tuple[str, str, str]


class _Stream:
    """One run of one container."""

    __slots__ = ("ended", "followers", "lines")

    def __init__(self) -> None:
        self.lines: deque[LogLine] = deque(maxlen=KEPT_LINES)
        self.ended = False
        self.followers: list[Follower] = []

    def end(self) -> None:
        self.ended = True
        followers, self.followers = self.followers, []
        for follower in followers:
            follower(None)


class PodLogs:
    """Logs of all containers, by namespace, pod and container."""

    def __init__(self) -> None:
        self._now: dict[Key, _Stream] = {}
        self._before: dict[Key, _Stream] = {}
        self._containers: dict[tuple[str, str], dict[str, None]] = {}
        """Pod → its containers that have logs."""

    def begin(self, namespace: str, pod: str, container: str) -> None:
        """The container starts; what an earlier run printed becomes `previous`."""
        key = (namespace, pod, container)
        if old := self._now.get(key):
            old.end()
            self._before[key] = old
        self._now[key] = self._new(key)

    def write(self, namespace: str, pod: str, container: str, lines: Iterable[LogLine]) -> None:
        """The container prints; lines come in the order of their times."""
        stream = self._stream((namespace, pod, container))
        for line in lines:
            stream.lines.append(line)
            for follower in tuple(stream.followers):
                follower(line)

    def end(self, namespace: str, pod: str, container: str) -> None:
        """The container has ended: followers are told, lines stay until the pod is gone."""
        if stream := self._now.get((namespace, pod, container)):
            stream.end()

    def has(self, namespace: str, pod: str, container: str, *, previous: bool = False) -> bool:
        """Whether the container has begun (or, for `previous`, had an earlier run)."""
        return (namespace, pod, container) in (self._before if previous else self._now)

    def lines(
        self, namespace: str, pod: str, container: str, *, previous: bool = False
    ) -> tuple[LogLine, ...]:
        """What is kept of the container's run, or of the run before it."""
        streams = self._before if previous else self._now
        stream = streams.get((namespace, pod, container))
        return tuple(stream.lines) if stream else ()

    def last(self, namespace: str, pod: str, container: str) -> LogLine | None:
        """The newest line of the container's run."""
        stream = self._now.get((namespace, pod, container))
        return stream.lines[-1] if stream and stream.lines else None

    def ended(self, namespace: str, pod: str, container: str) -> bool:
        """Whether nothing more will come."""
        stream = self._now.get((namespace, pod, container))
        return stream is not None and stream.ended

    def follow(
        self, namespace: str, pod: str, container: str, follower: Follower
    ) -> Callable[[], None]:
        """Call `follower` with what is printed from now on; returns how to stop.

        A container that has ended already answers at once with None.
        """
        stream = self._stream((namespace, pod, container))
        if stream.ended:
            follower(None)
            return lambda: None
        stream.followers.append(follower)

        def leave() -> None:
            if follower in stream.followers:
                stream.followers.remove(follower)

        return leave

    def _new(self, key: Key) -> _Stream:
        """A stream for a container that may have had none."""
        self._containers.setdefault(key[:2], {})[key[2]] = None
        return _Stream()

    def _stream(self, key: Key) -> _Stream:
        """The stream of a container's run, made if there is none."""
        stream = self._now.get(key)
        if stream is None:
            stream = self._now[key] = self._new(key)
        return stream

    def forget(self, namespace: str, pod: str) -> None:
        """The pod is deleted: its logs end and go."""
        # Thousands of pods may go at once, so that nothing is looked for among those of others.
        for container in self._containers.pop((namespace, pod), ()):
            for streams in (self._now, self._before):
                if stream := streams.pop((namespace, pod, container), None):
                    stream.end()
