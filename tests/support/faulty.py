"""A cluster of a few workflows behind a socket, and what goes wrong on the way to it.

The cluster answers lists in pages, and watches from its history, as objects or as Tables. A fault
takes the place of one of its answers. Clocks and waits are passed in: a second of waiting is a step
of a counter, and silence is noticed after some milliseconds.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.fake_api import Asked, FakeApi, Reply, fake_api, status, write_kubeconfig
from tests.support.tables import COLUMNS, TABLED, cells, table
from tests.support.waiting import wait_until
from tui.domain.identity import Origin, Part
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Live, Scope, Stale, Stood, Unreadable
from tui.ports.threads import CancelToken
from tui.sources.audiences import ListAudience, RowAudience
from tui.sources.collections import ManyObjects
from tui.sources.credentials import Login
from tui.sources.kubeconfig import choose
from tui.sources.pulse import Pulse
from tui.sources.reflector import Reflector
from tui.sources.tables import TabledObjects
from tui.sources.transport import Transport
from tui.state.inbox import Inbox
from tui.state.watch import WatchSession

PAGE = 2
"""Objects that the cluster puts on a page, whatever is asked for."""
SILENCE = 0.1
"""Real seconds until silence is noticed, where there is some."""
PATIENCE = 20.0
"""The same where there is none: machines are slow at times."""
PATH = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows"
PHASES = ("Pending", "Running", "Succeeded", "Failed", "Error")
BASE = 10_000
"""Versions begin here."""


class VirtualToken(CancelToken):
    """Sleeps on a clock of its own, where time passes at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> bool:
        """Time passes."""
        self.slept.append(seconds)
        self.now += seconds
        return self.is_set


class Brief(Pulse):
    """Silence is suspicious soon, and stays so."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def limit(self, end: float) -> float:
        """Real seconds."""
        return self._seconds


class SteppedLoop:
    """An event loop that goes on by a beat when a test says so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._soon: list[Callable[[], object]] = []
        self._later: list[tuple[float, Callable[[], object]]] = []
        self._now = 0.0

    def call_soon_threadsafe(self, callback: Callable[[], object]) -> object:
        """At the next beat."""
        with self._lock:
            self._soon.append(callback)
        return None

    def call_later(self, delay: float, callback: Callable[[], object]) -> object:
        """When so much time has passed."""
        self._later.append((self._now + delay, callback))
        return None

    def is_closed(self) -> bool:
        """Never."""
        return False

    def time(self) -> float:
        """Its own clock."""
        return self._now

    def beat(self, seconds: float) -> None:
        """Let so much time pass."""
        self._now += seconds
        with self._lock:
            soon, self._soon = self._soon, []
        due = [call for at, call in self._later if at <= self._now]
        self._later = [(at, call) for at, call in self._later if at > self._now]
        for call in (*due, *soon):
            call()


class Shop:
    """The workflows that there are, and their history."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.objects: dict[str, dict[str, Any]] = {}
        self.version = BASE
        self.compacted = 0
        self.history: list[tuple[int, str, dict[str, Any]]] = []
        self.changed = threading.Condition()
        self.is_closing = False
        self._snapshots: dict[int, list[dict[str, Any]]] = {}

    def write(self, name: str, phase: str = "") -> None:
        """A workflow is made, or changes; without a phase it goes."""
        with self.changed:
            self.version += 1
            old = self.objects.get(name)
            if not phase:
                gone = dict(self.objects.pop(name))
                gone["metadata"] = {**gone["metadata"], "resourceVersion": str(self.version)}
                self.history.append((self.version, "DELETED", gone))
            else:
                uid = old["metadata"]["uid"] if old else f"{name}-{self.version}"
                made = _workflow(name, uid, self.version, phase)
                self.objects[name] = made
                self.history.append((self.version, "MODIFIED" if old else "ADDED", made))
            self.changed.notify_all()

    def churn(self, count: int = 3) -> None:
        """Some writes of any kind."""
        for _ in range(count):
            name = self.random.choice("abcdefghij")
            is_end = name in self.objects and self.random.random() < 0.3
            self.write(name, "" if is_end else self.random.choice(PHASES))

    def compact(self) -> None:
        """The history is gone, and so are lists that are being read."""
        with self.changed:
            self.version += 1
            self.compacted = self.version
            self.history.clear()
            self._snapshots.clear()
            self.changed.notify_all()

    def page(self, more: str) -> tuple[list[dict[str, Any]], int, str] | None:
        """Objects, version and where it goes on; None where that is forgotten."""
        with self.changed:
            version, start = self.version, 0
            if more:
                version, start = (int(part) for part in more.split("-"))
                if version not in self._snapshots:
                    return None
            else:
                self._snapshots[version] = [self.objects[name] for name in sorted(self.objects)]
            found = self._snapshots[version]
            goes_on = f"{version}-{start + PAGE}" if start + PAGE < len(found) else ""
            return found[start : start + PAGE], version, goes_on

    def after(self, version: int) -> list[tuple[int, str, dict[str, Any]]]:
        """What happened since."""
        return [each for each in self.history if each[0] > version]

    def close(self) -> None:
        """End all watches."""
        with self.changed:
            self.is_closing = True
            self.changed.notify_all()

    @property
    def state(self) -> dict[str, str]:
        """Name → phase."""
        with self.changed:
            return {name: obj["status"]["phase"] for name, obj in self.objects.items()}


def _workflow(name: str, uid: str, version: int, phase: str) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "name": name,
            "namespace": "argo",
            "uid": uid,
            "resourceVersion": str(version),
            "creationTimestamp": "2026-11-01T10:00:00Z",
        },
        "status": {"phase": phase, "startedAt": "2026-11-01T10:00:00Z"},
    }


@dataclass
class Bad:
    """One answer that goes wrong."""

    shop: Shop
    asked: Asked
    reply: Reply
    ending: threading.Event

    @property
    def is_table(self) -> bool:
        """Whether a Table is asked for."""
        return "as=Table" in self.asked.headers["Accept"]

    def whole(self, **headers: str) -> bytes:
        """All bytes of the right answer to a list."""
        return http(200, self.body(), **headers)

    def body(self) -> bytes:
        """That of the right answer to a list."""
        page = self.shop.page(self.asked.query.get("continue", ""))
        assert page is not None
        return list_body(*page, is_table=self.is_table)

    def events(self, count: int = 2) -> list[bytes]:
        """The next lines of the watch, after making as many happen."""
        self.shop.churn(count)
        after = self.shop.after(int(self.asked.query["resourceVersion"]))
        return [self.line(kind, obj) for _, kind, obj in after]

    def line(self, kind: str, obj: Any) -> bytes:
        """A line of the watch."""
        return event(kind, obj, is_table=self.is_table)

    def send(self, data: bytes) -> None:
        """These bytes, then the connection ends."""
        self.reply.bare(data)
        self.reply.cut()

    def stream(self, *pieces: bytes, end: bool = False) -> None:
        """A watch that begins with these pieces, then the connection ends."""
        self.reply.begin()
        for piece in pieces:
            self.reply.piece(piece)
        if end:
            self.reply.end()
        else:
            self.reply.cut()


def http(code: int, body: bytes, **headers: str) -> bytes:
    """All bytes of an answer."""
    fields = {"content_type": "application/json", "content_length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {code} Some Words"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def event(kind: str, obj: Any, *, is_table: bool, columns: bool = False) -> bytes:
    """A line of a watch."""
    if is_table and isinstance(obj, dict) and "status" in obj and obj.get("kind") == "Workflow":
        version = obj["metadata"]["resourceVersion"]
        shown = table(_cells(obj), version=version, columns=COLUMNS if columns else None)
    elif is_table and kind == "BOOKMARK":
        shown = table(version=obj["metadata"].get("resourceVersion", ""), columns=None)
    else:
        shown = obj
    return json.dumps({"type": kind, "object": shown}).encode() + b"\n"


def _cells(obj: Mapping[str, Any]) -> list[Any]:
    return cells(obj["metadata"]["name"], obj["status"]["phase"], "3m")


def list_body(items: list[dict[str, Any]], version: int, more: str, *, is_table: bool) -> bytes:
    if is_table:
        rows = [_cells(each) for each in items]
        return json.dumps(table(*rows, version=str(version), more=more)).encode()
    return json.dumps(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "items": items,
            "kind": "WorkflowList",
            "metadata": {"continue": more, "resourceVersion": str(version)},
        }
    ).encode()


@dataclass(frozen=True)
class Fault:
    """What goes wrong once, or several times in a row, and what is said of it meanwhile."""

    name: str
    at: str
    """`list` (a first page), `page` (a later one) or `watch`."""
    do: Callable[[Bad], None]
    tells: type[Stale] | type[Unreadable] | None = Stale
    """How the list stands meanwhile; None where nothing is said of it."""
    waits: tuple[float, float] = (0.0, 60.0)
    """The least and the most seconds that may be announced."""
    times: int = 1
    is_silent: bool = False
    """Whether it is the silence that is noticed."""
    begins: bool = False
    """Whether its answer begins well, so that the list may be called live."""


@dataclass
class Log:
    """What happened, in its order: requests, faults, and what was told."""

    entries: list[tuple[str, float, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, now: float, what: Any) -> None:
        """One more."""
        with self.lock:
            self.entries.append((kind, now, what))

    def told(self) -> list[Any]:
        """The events that were told."""
        return [what for kind, _, what in list(self.entries) if kind == "told"]


class Followed:
    """A list that is followed through faults."""

    def __init__(
        self, shop: Shop, token: VirtualToken, log: Log, transport: Transport, silence: float
    ) -> None:
        self.shop = shop
        self.silence = silence
        self.token = token
        self.log = log
        self.transport = transport
        self.faults: list[Fault] = []

    # --- the server ------------------------------------------------------------------------

    def answer(self, asked: Asked, reply: Reply, ending: threading.Event) -> None:
        """Answer one request, by the first fault that is for such a one, or well."""
        self.log.add("asked", self.token.now, asked)
        where = "watch" if asked.is_watch else "page" if "continue" in asked.query else "list"
        with self.shop.changed:
            fault = next((each for each in self.faults if each.at == where), None)
            if fault is not None:
                self.faults.remove(fault)
        if fault is not None:
            self.shop.churn(2)
            self.log.add("fault", self.token.now, fault)
            fault.do(Bad(self.shop, asked, reply, ending))
        elif asked.is_watch:
            self._watch(asked, reply)
        else:
            self._list(asked, reply)

    def _list(self, asked: Asked, reply: Reply) -> None:
        page = self.shop.page(asked.query.get("continue", ""))
        if page is None:
            reply.refuse(410, "Expired", "too old")
            return
        reply.raw(list_body(*page, is_table="as=Table" in asked.headers["Accept"]))

    def _watch(self, asked: Asked, reply: Reply) -> None:
        is_table = "as=Table" in asked.headers["Accept"]
        at = int(asked.query["resourceVersion"] or 0)
        self.log.add("good watch", self.token.now, asked)
        reply.begin()
        if at < self.shop.compacted:
            gone = status(410, "Expired", f"too old resource version: {at}")
            reply.event("ERROR", gone)
            reply.end()
            return
        columns = True
        while True:
            with self.shop.changed:
                self.shop.changed.wait_for(partial(self._has_news, at), timeout=SILENCE / 4)
                if self.shop.is_closing:
                    reply.cut()
                    return
                new = self.shop.after(at)
                if at < self.shop.compacted:
                    new = [(self.shop.version, "ERROR", status(410, "Expired", "too old"))]
            if not new and at <= self.shop.version:
                mark = {"kind": "Workflow", "metadata": {"resourceVersion": str(at)}}
                reply.piece(event("BOOKMARK", mark, is_table=is_table))
            for version, kind, obj in new:
                reply.piece(event(kind, obj, is_table=is_table, columns=columns))
                at, columns = version, False
                if kind == "ERROR":
                    reply.end()
                    return

    def _has_news(self, at: int) -> bool:
        return self.shop.is_closing or bool(self.shop.after(at))

    # --- what is known ---------------------------------------------------------------------

    def known(self) -> dict[str, str]:
        """Name → phase, by all that was told."""
        session: WatchSession[Any] = WatchSession(parts=(PART,))
        session.take(self.log.told(), datetime.now(UTC))
        return _state(session)

    def stands(self) -> Any:
        """How the list stands now."""
        stood = [event for event in self.log.told() if isinstance(event, Stood)]
        return stood[-1].standing if stood else None

    def is_right(self) -> bool:
        """Whether the list is live and has what the cluster has."""
        return isinstance(self.stands(), Live) and self.known() == self.shop.state

    def rest(self) -> None:
        """Wait until the list is right, whatever may still go wrong later."""
        wait_until(self.is_right)

    def settle(self) -> None:
        """Wait until all faults were met and the list is right."""
        wait_until(lambda: not self.faults and self.is_right())


PART = Part("fake", WORKFLOWS.id, Origin.CLUSTER, "argo")


def _state(session: WatchSession[Any]) -> dict[str, str]:
    rows = list(session.known.values())
    found = {row.key.name: row.value.phase for row in rows}
    assert len(found) == len(rows), "a workflow is there twice"
    return found


@contextmanager
def followed(folder: Path, *, seed: int = 0, silence: float = SILENCE) -> Iterator[Followed]:
    """A list of workflows in a cluster where things go wrong, followed for as long as the block."""
    shop, token, log = Shop(seed), VirtualToken(), Log()
    for name in "abcde":
        shop.write(name, "Running")
    ending = threading.Event()
    there: list[Followed] = []

    def answer(asked: Asked, reply: Reply) -> None:
        there[0].answer(asked, reply, ending)

    with fake_api(answer) as api:
        transport = transport_to(api, folder, silence)
        follows = Followed(shop, token, log, transport, silence)
        there.append(follows)
        try:
            yield follows
        finally:
            shop.close()
            ending.set()
            token.set()
            transport.close()


def transport_to(api: FakeApi, folder: Path, silence: float) -> Transport:
    """Requests to it, that wait so many seconds for an answer."""
    chosen = choose(str(write_kubeconfig(folder, api.url)), "", {})
    return Transport(
        Login(chosen, {}),
        server=chosen.server,
        gzip=True,
        read_timeout=silence,
        write_timeout=silence,
    )


@contextmanager
def running(
    follows: Followed, *, as_table: bool, inbox: Inbox[Any] | None = None
) -> Iterator[None]:
    """The reflector of the list, on a thread."""
    token, log = follows.token, follows.log

    def sink(told: Any) -> None:
        log.add("told", token.now, told)
        if inbox is not None:
            inbox.put(told)

    scope = Scope(("argo",))
    collection: Any
    audience: Any
    if as_table:
        collection = TabledObjects(follows.transport, TABLED, PART, scope, opening=follows.silence)
        audience = RowAudience(PART, sink, token)
    else:
        collection = ManyObjects(follows.transport, WORKFLOWS, "argo", opening=follows.silence)
        audience = ListAudience(PART, sink, token)
    reflector: Reflector[Any] = Reflector(
        collection,
        audience,
        token,
        pulse=Brief(follows.silence * 2),
        now=lambda: token.now,
        jitter=lambda: 0.5,
    )
    thread = threading.Thread(target=reflector.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        token.set()
        thread.join(10)
        assert not thread.is_alive()
