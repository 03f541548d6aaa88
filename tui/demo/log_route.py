"""Answering pods/log: which container, which lines, and following it to its end."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tui.demo import gotext, refusals
from tui.demo.clock import Clock
from tui.demo.podlogs import LogLine, PodLogs
from tui.demo.refusals import ApiError
from tui.demo.resources import Obj

_NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class LogWish:
    """Which lines of which container's run are asked for, and how."""

    namespace: str
    pod: str
    container: str
    previous: bool
    follow: bool
    timestamps: bool
    tail: int | None
    since: int
    """Nanoseconds since 1970."""
    limit: int | None
    """Bytes."""


def wish(pod: Obj, query: Mapping[str, str], clock: Clock) -> LogWish | None:
    """Read a request for a log; raises 400 and 422 in the kubelet's words.

    None is a pod that is on no node yet: its log is empty.
    """
    name = pod["metadata"]["name"]
    container = _container(pod, query.get("container", ""))
    tail = _count(name, query, "tailLines", 0)
    limit = _count(name, query, "limitBytes", 1)
    since = _since(name, query, clock)
    if not (pod.get("spec") or {}).get("nodeName"):
        return None
    previous = _flag(query, "previous")
    if not previous:
        _check_started(pod, container)
    return LogWish(
        namespace=pod["metadata"]["namespace"],
        pod=name,
        container=container,
        previous=previous,
        follow=_flag(query, "follow") and not previous,
        timestamps=_flag(query, "timestamps"),
        tail=tail,
        since=since,
        limit=limit,
    )


def _flag(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "").lower() in ("true", "1")


def _invalid(pod: str, field: str, message: str, reason: str = "FieldValueInvalid") -> ApiError:
    return ApiError(
        422,
        "Invalid",
        f'PodLogOptions "{pod}" is invalid: {field}: {message}',
        details={
            "name": pod,
            "kind": "PodLogOptions",
            "causes": [{"reason": reason, "message": message, "field": field}],
        },
    )


def _count(pod: str, query: Mapping[str, str], name: str, least: int) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        value = int(text)
    except ValueError:
        raise refusals.bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
    if value < least:
        than = "greater than or equal to 0" if not least else f"greater than {least - 1}"
        raise _invalid(pod, name, f"Invalid value: {value}: must be {than}")
    return value


def _since(pod: str, query: Mapping[str, str], clock: Clock) -> int:
    seconds, moment = _count(pod, query, "sinceSeconds", 1), query.get("sinceTime", "")
    if seconds is not None and moment:
        raise _invalid(
            pod,
            "[]",
            "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
            "FieldValueForbidden",
        )
    if seconds is not None:
        return nanos(clock.now()) - seconds * _NANO
    if not moment:
        return 0
    # A plus in a query is a space to those who forget to quote it.
    moment = moment.replace(" ", "+")
    if wrong := gotext.time_error(moment):
        raise refusals.bad_request(wrong)
    try:
        return nanos(datetime.fromisoformat(moment).astimezone(UTC))
    except ValueError:
        raise refusals.bad_request(f'parsing time "{moment}": day out of range') from None


def nanos(moment: datetime) -> int:
    """A time as nanoseconds since 1970, without going through a float."""
    past = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86_400 + past.seconds) * _NANO + past.microseconds * 1000


def _container(pod: Obj, asked: str) -> str:
    spec, name = pod.get("spec") or {}, pod["metadata"]["name"]
    mains = [each["name"] for each in spec.get("containers") or []]
    inits = [each["name"] for each in spec.get("initContainers") or []]
    if asked:
        if asked not in (*mains, *inits):
            raise refusals.bad_request(f"container {asked} is not valid for pod {name}")
        return asked
    if len(mains) == 1:
        return str(mains[0])
    raise refusals.bad_request(
        f"a container name must be specified for pod {name}, choose one of:"
        f" [{' '.join([*inits, *mains])}]"
    )


def _check_started(pod: Obj, container: str) -> None:
    status = pod.get("status") or {}
    states = [
        *(status.get("containerStatuses") or []),
        *(status.get("initContainerStatuses") or []),
    ]
    state = next((each.get("state") for each in states if each.get("name") == container), None)
    if state is None and (status.get("phase") or "Pending") != "Pending":
        return
    waiting = (state or {}).get("waiting")
    if state is not None and waiting is None:
        return
    reason = (waiting or {}).get("reason") or "ContainerCreating"
    if reason == "CrashLoopBackOff" and any(each.get("lastState") for each in states):
        return
    if reason in ("ErrImagePull", "ImagePullBackOff"):
        reason = "trying and failing to pull image"
    raise refusals.bad_request(
        f'container "{container}" in pod "{pod["metadata"]["name"]}" is waiting to start: {reason}'
    )


class LogStream:
    """The answer to one wish: what there is, and what is printed while it is read."""

    def __init__(self, logs: PodLogs, asked: LogWish) -> None:
        if asked.previous and not logs.has(
            asked.namespace, asked.pod, asked.container, previous=True
        ):
            raise refusals.bad_request(
                f'previous terminated container "{asked.container}" in pod "{asked.pod}" not found'
            )
        self._asked = asked
        self._left = asked.limit
        self._unread: deque[LogLine | None] = deque()
        self._arrived = asyncio.Event()
        where = (asked.namespace, asked.pod, asked.container)
        self._there = _chosen(logs.lines(*where, previous=asked.previous), asked)
        self._leave = logs.follow(*where, self._hear) if asked.follow else lambda: None

    def close(self) -> None:
        """Nothing more is wanted."""
        self._leave()

    def _hear(self, line: LogLine | None) -> None:
        self._unread.append(line)
        self._arrived.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The log in pieces of whole lines, the last one cut where the limit is."""
        for at in range(0, len(self._there), 500):
            if (piece := self._piece(self._there[at : at + 500])) is None:
                return
            yield piece
        if not self._asked.follow:
            return
        ended = False
        while not ended:
            await self._arrived.wait()
            self._arrived.clear()
            lines, ended = self._heard()
            piece = self._piece(lines)
            if piece is None:
                return
            if piece:
                yield piece

    def _heard(self) -> tuple[list[LogLine], bool]:
        lines: list[LogLine] = []
        while self._unread:
            line = self._unread.popleft()
            if line is None:
                return lines, True
            if line.nanos >= self._asked.since:
                lines.append(line)
        return lines, False

    def _piece(self, lines: Sequence[LogLine]) -> bytes | None:
        """Some lines as bytes; None when the limit is used up."""
        if self._left == 0:
            return None
        prefix = stamp if self._asked.timestamps else _nothing
        piece = "".join(f"{prefix(line)}{line.text}\n" for line in lines).encode(errors="replace")
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        return piece


def _chosen(lines: Sequence[LogLine], asked: LogWish) -> Sequence[LogLine]:
    chosen = [line for line in lines if line.nanos >= asked.since]
    if asked.tail is not None:
        chosen = chosen[len(chosen) - asked.tail :] if asked.tail < len(chosen) else chosen
    return chosen


def _nothing(line: LogLine) -> str:
    return ""


def stamp(line: LogLine) -> str:
    """The time before a line, always with nine digits, as container runtimes write it."""
    seconds, rest = divmod(line.nanos, _NANO)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{rest:09d}Z "
