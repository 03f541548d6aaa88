"""A table of what goes wrong between a list and its cluster, and what has to come of each.

After every fault: the next request is sent no later than was announced, the list is what the
cluster has within three beats of the first good answer, nothing of it lost or twice, and it was
never called live while it was not. Each is tried on a list of objects and on one of Tables, the
latter also when it has been followed for a while and is begun anew.
"""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import Asked, Reply, fake_api, status
from tests.support.faulty import (
    PART,
    PATH,
    PATIENCE,
    SILENCE,
    Bad,
    Fault,
    Followed,
    SteppedLoop,
    event,
    followed,
    http,
    list_body,
    running,
    transport_to,
)
from tui.errors import Missing, Refused, SourceError, Unreachable
from tui.ports.collections import Live, Stale, Stood, Unreadable
from tui.sources.reflector import FIRST_WAIT, QUICK_REFUSALS
from tui.state.inbox import BUSY_BEAT, Inbox
from tui.state.watch import WatchSession

BEATS = 3
PORTAL = b"<html><body><a href='https://login.example/'>Log in</a> for free Wi-Fi</body></html>"
NOW = datetime(2026, 11, 29, 12, 0, 0, tzinfo=UTC)


# --- what goes wrong -------------------------------------------------------------------------


def cut(share: float) -> Callable[[Bad], None]:
    """The connection ends after that share of the answer."""

    def do(bad: Bad) -> None:
        whole = bad.whole()
        bad.send(whole[: int(len(whole) * share)])

    return do


def refused(code: int, reason: str = "", **more: Any) -> Callable[[Bad], None]:
    """The server says no."""
    return lambda bad: bad.reply.refuse(code, reason, f"no: {reason}", **more)


def later(value: str | None, *, date: str = "", details: int = 0) -> Callable[[Bad], None]:
    """Too many requests, come back later."""

    def do(bad: Bad) -> None:
        told = status(
            429, "TooManyRequests", "later", **({"retryAfterSeconds": details} if details else {})
        )
        headers = {"retry_after": value} if value is not None else {}
        if date:
            headers["date"] = date
        bad.send(http(429, json.dumps(told).encode(), **headers))

    return do


def http_date(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


def answers(body: bytes, code: int = 200, **headers: str) -> Callable[[Bad], None]:
    """Another answer than was asked for."""
    return lambda bad: bad.send(http(code, body, **headers))


def changed(change: Callable[[dict[str, Any]], None]) -> Callable[[Bad], None]:
    """The right answer, changed."""

    def do(bad: Bad) -> None:
        body = json.loads(bad.body())
        change(body)
        bad.send(http(200, json.dumps(body).encode()))

    return do


def silent(bad: Bad) -> None:
    """Nothing comes."""
    bad.ending.wait(4 * SILENCE)
    bad.reply.cut()


def silent_after_headers(bad: Bad) -> None:
    """Nothing comes after the beginning."""
    whole = bad.whole()
    bad.reply.bare(whole[: whole.index(b"\r\n\r\n") + 10])
    silent(bad)


def half_a_chunk(bad: Bad) -> None:
    """A chunk that is longer than what comes of it."""
    bad.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"ffff\r\n" + bad.body()
    )


def no_chunk(bad: Bad) -> None:
    """The length of a chunk is none."""
    bad.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + bad.body())


def packed(spoil: Callable[[bytes], bytes]) -> Callable[[Bad], None]:
    """gzip that cannot be unpacked."""
    return lambda bad: bad.send(
        http(200, spoil(gzip.compress(bad.body())), content_encoding="gzip")
    )


def wrong_length(more: int) -> Callable[[Bad], None]:
    """A Content-Length that is not that of the body."""

    def do(bad: Bad) -> None:
        bad.send(bad.whole(content_length=str(len(bad.body()) + more)))

    return do


def never_ending(bad: Bad) -> None:
    """A page that goes on with itself."""
    body = json.loads(bad.body())
    body["metadata"]["continue"] = bad.asked.query["continue"]
    bad.send(http(200, json.dumps(body).encode()))


def watch_of(*lines: Callable[[Bad], bytes], end: bool = False) -> Callable[[Bad], None]:
    """A watch of these lines, and then an end."""

    def do(bad: Bad) -> None:
        events = bad.events()
        bad.stream(events[0], *(line(bad) for line in lines), end=end)

    return do


def line(kind: str, obj: Any) -> Callable[[Bad], bytes]:
    """A line of a watch as it is given."""
    return lambda bad: json.dumps({"type": kind, "object": obj}).encode() + b"\n"


def raw(data: bytes) -> Callable[[Bad], bytes]:
    """Any bytes."""
    return lambda bad: data


def twice(bad: Bad) -> None:
    """Every event comes twice."""
    events = bad.events(4)
    bad.stream(*(each for one in events for each in (one, one)))


def replayed(bad: Bad) -> None:
    """The events come again from the beginning."""
    events = bad.events(4)
    bad.stream(*events, *events)


def in_pieces(size: int) -> Callable[[Bad], None]:
    """Events in pieces of so many bytes; the last one is cut."""

    def do(bad: Bad) -> None:
        data = b"".join(bad.events(3))[:-3]
        bad.stream(*(data[at : at + size] for at in range(0, len(data), size)))

    return do


def silent_watch(bad: Bad) -> None:
    """A watch that begins, and says nothing more."""
    bad.reply.begin()
    bad.ending.wait(5 * SILENCE)
    bad.reply.cut()


def made_anew(bad: Bad) -> None:
    """The cluster was made anew: what it knows is of smaller versions than ours."""
    with bad.shop.changed:
        bad.shop.version = 5
        bad.shop.history.clear()
        bad.shop.objects.clear()
    bad.shop.write("new", "Running")
    bad.reply.cut()


def history_gone(bad: Bad) -> None:
    """410, and it is so."""
    bad.shop.compact()
    bad.reply.refuse(410, "Expired", "too old resource version")


def history_gone_in_an_event(bad: Bad) -> None:
    """410 inside a 200, and it is so."""
    bad.shop.compact()
    bad.stream(line("ERROR", status(410, "Expired", "too old"))(bad), end=True)


def no_items(body: dict[str, Any]) -> None:
    for name in ("items", "rows"):
        body.pop(name, None)
    body["metadata"].pop("resourceVersion")


QUIET: dict[str, Any] = {"tells": None}
SILENT: dict[str, Any] = {"is_silent": True, "tells": Stale}
BEGINS: dict[str, Any] = {"tells": None, "begins": True}
REFUSED: dict[str, Any] = {"waits": (30.0, 90.0)}

LISTS = [
    # On a connection that was used before the first one may be the server's end of it: it is asked
    # again at once, without a word.
    ("cut before the first byte", cut(0), {"times": 2}),
    ("cut in the status line", cut(0.01), {}),
    ("cut in the headers", cut(0.1), {}),
    ("cut in the middle of the body", cut(0.6), {}),
    ("cut before the last byte", cut(0.999), {}),
    ("half a chunk", half_a_chunk, {}),
    ("a chunk of no length", no_chunk, {}),
    ("gzip that is garbage", packed(lambda data: b"\x1f\x8b" + b"garbage" * 9), {}),
    ("gzip that was cut", packed(lambda data: data[: len(data) // 2]), {}),
    ("gzip with a wrong checksum", packed(lambda data: data[:-8] + b"\0" * 8), {}),
    ("gzip that is none", packed(lambda data: b"{}"), {}),
    ("a length that is too short", wrong_length(-9), {}),
    ("a length that is too long", wrong_length(9), {}),
    ("a length that is absurd", answers(b"{}", content_length="9" * 30), {}),
    ("a captive portal", answers(PORTAL, content_type="text/html"), {}),
    ("a captive portal's 511", answers(PORTAL, 511, content_type="text/html"), {}),
    ("a redirect", answers(b"", 302, location="http://127.0.0.1:1/login"), {}),
    ("a permanent redirect", answers(b"", 308, location="http://127.0.0.1:1/"), {}),
    ("an empty body", answers(b""), {}),
    ("no HTTP at all", lambda bad: bad.send(b"SSH-2.0-OpenSSH_9.2\r\n"), {}),
    ("JSON that is another thing", answers(b"{}"), {}),
    ("JSON that is a list", answers(b"[]"), {}),
    ("JSON that is null", answers(b"null"), {}),
    ("a Status in a 200", answers(json.dumps(status(500, "", "oops")).encode()), {}),
    ("a list without items and version", changed(no_items), {}),
    ("bytes that are no text", answers(b'{"items":[{"metadata":{"name":"\xff"'), {}),
    ("nothing but depth", answers(b'{"items":' + b"[" * 100_000), {}),
    ("401 once", refused(401, "Unauthorized"), QUIET),
    ("401 twice", refused(401, "Unauthorized"), {"times": 2, **REFUSED}),
    ("403", refused(403, "Forbidden"), REFUSED),
    ("404 of the kind", answers(b"404 page not found\n", 404), REFUSED),
    ("408", refused(408, "Timeout"), {}),
    ("500", refused(500, "InternalError"), {}),
    ("502 of a proxy", answers(b"<h1>Bad Gateway</h1>", 502), {}),
    ("503, again and again", refused(503, "ServiceUnavailable"), {"times": 3}),
    ("504 with a time to wait", refused(504, "Timeout", retryAfterSeconds=2), {"waits": (2, 2.5)}),
    ("429 and seconds", later("7"), {"waits": (7, 7.5)}),
    ("429 and a date", later(http_date(9), date=http_date(0)), {"waits": (9, 9.5)}),
    ("429 and a date that is past", later(http_date(-9), date=http_date(0)), {"waits": (0.2, 1)}),
    (
        "429 and a date, by a clock that is hours off",
        later(http_date(7209), date=http_date(7200)),
        {"waits": (9, 9.5)},
    ),
    ("429 and an absurd number", later("9" * 40), {"waits": (3600, 3601)}),
    (
        "429 and an absurd date",
        later("Fri, 31 Dec 9999 23:59:59 GMT", date=http_date(0)),
        {"waits": (3600, 3601)},
    ),
    ("429 and a negative number", later("-5"), {"waits": (0.2, 1)}),
    ("429 and zero", later("0"), {"waits": (0.2, 1.1)}),
    ("429 and words", later("soon"), {"waits": (0.2, 1)}),
    ("429 and nothing", later(None), {"waits": (0.2, 1)}),
    ("429 and seconds in the body", later(None, details=4), {"waits": (4, 4.5)}),
    ("silence before the headers", silent, SILENT),
    ("silence after the headers", silent_after_headers, SILENT),
]
"""Name, what is done instead of the right answer to a list, and what comes of it."""

PAGES = [
    ("a page that goes on with itself", never_ending, {}),
    ("410 for a page", lambda bad: bad.reply.refuse(410, "Expired", "too old"), QUIET),
    ("400 for a page", refused(400, "BadRequest"), {}),
]

OF_A_PAGE = (
    "cut before the first byte",
    "cut in the middle of the body",
    "half a chunk",
    "gzip that is garbage",
    "a captive portal",
    "JSON that is another thing",
    "401 once",
    "401 twice",
    "429 and seconds",
    "silence after the headers",
)
"""Those of a first page that are tried on a later one, too."""

WATCHES = [
    ("refused: 403", refused(403, "Forbidden"), REFUSED),
    ("401 once", refused(401, "Unauthorized"), QUIET),
    ("401 twice", refused(401, "Unauthorized"), {"times": 2, **REFUSED}),
    ("429 and seconds", later("7"), {"waits": (7, 7.5)}),
    ("500", refused(500, "InternalError"), {}),
    ("cut before the first byte", lambda bad: bad.send(b""), {"times": 2}),
    ("a captive portal", answers(PORTAL, content_type="text/html"), {}),
    ("silence before the headers", silent, SILENT),
    ("silence after the headers", silent_watch, BEGINS | SILENT),
    ("410 in the status", history_gone, QUIET),
    ("410 in an event", history_gone_in_an_event, BEGINS),
    ("an end without a word", lambda bad: bad.stream(end=True), BEGINS),
    ("an end after an event", watch_of(end=True), BEGINS),
    ("a cut after an event", watch_of(), BEGINS),
    ("a cut in an event", watch_of(raw(b'{"type":"ADDED","object":{"me')), BEGINS),
    ("events byte by byte", in_pieces(1), BEGINS),
    ("events in odd pieces", in_pieces(7), BEGINS),
    ("events twice", twice, BEGINS),
    ("events again from the beginning", replayed, BEGINS),
    ("a bookmark without a version", watch_of(line("BOOKMARK", {"metadata": {}})), BEGINS),
    ("a bookmark of nothing", watch_of(line("BOOKMARK", {})), BEGINS),
    ("blank lines", watch_of(raw(b"\n\r\n\n")), BEGINS),
    ("an event of no known type", watch_of(line("SHRUGGED", {"metadata": {}})), BEGINS),
    (
        "500 in an event",
        watch_of(line("ERROR", status(500, "", "oops"))),
        BEGINS | {"tells": Stale},
    ),
    ("an error without words", watch_of(line("ERROR", {})), BEGINS | {"tells": Stale}),
    ("an error that is null", watch_of(line("ERROR", None)), BEGINS | {"tells": Stale}),
    ("an object that is null", watch_of(line("ADDED", None)), BEGINS | {"tells": Stale}),
    ("an object that is a list", watch_of(line("ADDED", [])), BEGINS | {"tells": Stale}),
    ("an object that is a text", watch_of(line("ADDED", "a")), BEGINS | {"tells": Stale}),
    ("a line that is no JSON", watch_of(raw(b"oops\n")), BEGINS | {"tells": Stale}),
    ("a line of HTML", watch_of(raw(PORTAL + b"\n")), BEGINS | {"tells": Stale}),
    ("a cluster made anew", made_anew, BEGINS | SILENT),
]


def rows() -> list[Fault]:
    """The table: each fault of a list at both places."""
    made = [Fault(name, "list", do, **more) for name, do, more in LISTS]
    made += [Fault(name, "page", do, **more) for name, do, more in PAGES]
    made += [Fault(name, "page", do, **more) for name, do, more in LISTS if name in OF_A_PAGE]
    made += [Fault(name, "watch", do, **more) for name, do, more in WATCHES]
    return made


ROWS = rows()


# --- what has to come of it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_table", "again"),
    [(False, False), (True, False), (True, True)],
    ids=["objects", "table", "table again"],
)
@pytest.mark.parametrize("fault", ROWS, ids=lambda each: f"{each.at}: {each.name}")
def test_after_a_fault_the_list_is_what_the_cluster_has(
    tmp_path: Path, fault: Fault, again: bool, as_table: bool
) -> None:
    silence = SILENCE if fault.is_silent else PATIENCE
    with followed(tmp_path, silence=silence) as follows:
        loop = SteppedLoop()
        session: WatchSession[Any] = WatchSession(parts=(PART,))
        inbox: Inbox[Any] = Inbox(loop, lambda batch: session.take(batch, datetime.now(UTC)))
        if not again:
            follows.faults = [fault] * fault.times
        with running(follows, as_table=as_table, inbox=inbox):
            if again:
                follows.settle()
                with follows.shop.changed:
                    follows.faults = [fault] * fault.times
                follows.shop.compact()
            follows.settle()
            before = _deliver(loop, session, follows)
        assert before <= BEATS
        _check_waits(follows, fault)
        _check_honesty(follows)
        told = {type(each) for each in _standings(follows)}
        stood = Unreadable if fault.tells and not again and _is_refusal(follows) else fault.tells
        assert told - {Live} == ({stood} if stood else set())


def _deliver(loop: SteppedLoop, session: WatchSession[Any], follows: Followed) -> int:
    """Let the loop beat until the list is right; how many beats that takes."""
    for beats in range(BEATS + 1):
        found = {row.key.name: row.value.phase for row in session.known.values()}
        if found == follows.shop.state and session.standings.is_live:
            assert len(session.known) == len(found), "nothing is there twice"
            return beats
        loop.beat(BUSY_BEAT)
    raise AssertionError(f"after {BEATS} beats: {found}, not {follows.shop.state}")


def _standings(follows: Followed) -> list[Any]:
    return [event.standing for event in follows.log.told() if isinstance(event, Stood)]


def _is_refusal(follows: Followed) -> bool:
    return any(isinstance(each, Unreadable) for each in _standings(follows))


def _check_waits(follows: Followed, fault: Fault) -> None:
    """What was announced is what the server asked for, and is kept."""
    refusals = 0
    for standing in _standings(follows):
        if isinstance(standing, Stale | Unreadable):
            assert standing.error.what
            least, most = fault.waits
            if isinstance(standing, Stale) and isinstance(standing.error, Refused | Missing):
                # Who let us read before may just have begun, and know no rights yet.
                refusals += 1
                least, most = (0.0, 2 * FIRST_WAIT) if refusals <= QUICK_REFUSALS else fault.waits
            assert least <= standing.retry_in <= most or fault.times > 1
    _check_next_tries(follows)


def _check_next_tries(follows: Followed) -> None:
    """After every announcement the next request came in time."""
    entries = follows.log.entries
    for at, (kind, now, what) in enumerate(entries):
        if kind != "told" or not isinstance(what, Stood):
            continue
        if isinstance(what.standing, Stale | Unreadable):
            after = next(then for kind, then, _ in entries[at:] if kind == "asked")
            assert after <= now + what.standing.retry_in + 1e-6


def _check_honesty(follows: Followed) -> None:
    """The list was called live only while a watch was open."""
    is_open = False
    for kind, _, what in follows.log.entries:
        if kind == "good watch" or (kind == "fault" and what.begins):
            is_open = True
        elif kind == "asked" and "continue" not in what.query:
            # Later pages may be fetched ahead, when nobody wants them any more.
            is_open = False
        elif kind == "told" and isinstance(what, Stood) and isinstance(what.standing, Live):
            assert is_open, "it was called live without a watch"


# --- every byte ------------------------------------------------------------------------------


@pytest.mark.parametrize("as_table", [False, True], ids=["objects", "table"])
@pytest.mark.parametrize("at", ["list", "watch"])
def test_an_answer_may_be_cut_at_any_byte(tmp_path: Path, at: str, as_table: bool) -> None:
    patient = followed(tmp_path, silence=PATIENCE)
    with patient as follows, running(follows, as_table=as_table):
        follows.settle()
        whole = len(http(200, _watch_or_list(follows, at, as_table)))
        for end in range(0, whole, whole // 15):
            with follows.shop.changed:
                follows.faults = [Fault(f"cut after {end}", at, _cut_after(end, at))]
            follows.shop.compact()
            follows.settle()


def _watch_or_list(follows: Followed, at: str, as_table: bool) -> bytes:
    objects = list(follows.shop.objects.values())
    if at == "list":
        return list_body(objects[:2], 1, "1-2", is_table=as_table)
    return b"".join(event("MODIFIED", each, is_table=as_table) for each in objects[:3])


def _cut_after(end: int, at: str) -> Callable[[Bad], None]:
    def do(bad: Bad) -> None:
        if at == "list":
            bad.send(bad.whole()[:end])
            return
        lines = b"".join(bad.events(3))
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        bad.send((head + lines)[:end])

    return do


# --- what is changed -------------------------------------------------------------------------

WRITES: list[tuple[str, str, Any]] = [
    ("POST", PATH, {"metadata": {"generateName": "a-"}}),
    ("PUT", f"{PATH}/a", {"metadata": {"name": "a"}}),
    ("PATCH", f"{PATH}/a", {"spec": {"suspend": True}}),
    ("DELETE", f"{PATH}/a", None),
]
UNKNOWN = "it may have been done or not"


def bytes_of(data: bytes) -> Callable[[Reply], None]:
    """These bytes, then the connection ends."""

    def do(reply: Reply) -> None:
        reply.bare(data)
        reply.cut()

    return do


FATES: list[tuple[str, Callable[[Reply], None], type[SourceError], str]] = [
    ("cut before the first byte", lambda reply: reply.cut(), Unreachable, UNKNOWN),
    (
        "cut in the headers",
        bytes_of(b"HTTP/1.1 200 OK\r\nContent-Le"),
        Unreachable,
        UNKNOWN,
    ),
    (
        "cut in the body",
        bytes_of(http(200, b"{}" * 99)[:-9]),
        Unreachable,
        UNKNOWN,
    ),
    ("silence", lambda reply: reply.hold(), Unreachable, "stopped answering; " + UNKNOWN),
    (
        "a captive portal",
        lambda reply: reply.raw(PORTAL, headers={"Content-Type": "text/html"}),
        Unreachable,
        UNKNOWN,
    ),
    ("a redirect", lambda reply: reply.raw(b"", 307, {"Location": "/other"}), SourceError, ""),
    ("401", lambda reply: reply.refuse(401, "Unauthorized"), Refused, ""),
    ("403", lambda reply: reply.refuse(403, "Forbidden"), Refused, ""),
    ("409", lambda reply: reply.refuse(409, "Conflict"), SourceError, ""),
    ("429", lambda reply: reply.refuse(429, headers={"Retry-After": "1"}), SourceError, ""),
    ("500", lambda reply: reply.refuse(500, "InternalError"), SourceError, ""),
    ("504", lambda reply: reply.refuse(504, "Timeout"), SourceError, ""),
]


@pytest.mark.parametrize("kept", [False, True], ids=["new connection", "used connection"])
@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[each[0] for each in WRITES])
@pytest.mark.parametrize(
    ("fate", "kind", "words"), [each[1:] for each in FATES], ids=[each[0] for each in FATES]
)
def test_a_write_is_sent_once_whatever_becomes_of_it(
    tmp_path: Path,
    fate: Callable[[Reply], None],
    kind: type[SourceError],
    words: str,
    method: str,
    path: str,
    body: Any,
    kept: bool,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.method == "GET":
            reply.json({})
        else:
            fate(reply)

    with fake_api(answer) as api:
        transport = transport_to(api, tmp_path, SILENCE if "stopped" in words else PATIENCE)
        if kept:
            transport.get("/version")
        with pytest.raises(kind) as failed:
            transport.send(method, path, (), body)
        assert words in failed.value.what
        assert [each.method for each in api.asked if each.method != "GET"] == [method]
        transport.close()


# --- whatever happens ------------------------------------------------------------------------

SEEDS = int(os.environ.get("SOAK", "20"))
FOREVER = [
    fault
    for fault in ROWS
    if not fault.is_silent and fault.name not in ("nothing but depth", "a length that is absurd")
]


@pytest.mark.parametrize("as_table", [False, True], ids=["objects", "table"])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_the_list_is_what_the_cluster_has(
    tmp_path: Path, seed: int, as_table: bool
) -> None:
    chance = random.Random(seed)
    with followed(tmp_path, seed=seed, silence=PATIENCE) as follows:
        with running(follows, as_table=as_table):
            for _ in range(4):
                with follows.shop.changed:
                    follows.faults = chance.choices(FOREVER, k=chance.randint(1, 4))
                follows.shop.churn(chance.randint(0, 9))
                # A watch is opened, and a list asked for, when the history is gone.
                while follows.faults:
                    with follows.shop.changed:
                        if len(follows.shop.state) < 3:  # so there is no later page to be broken
                            follows.faults = [f for f in follows.faults if f.at != "page"]
                    follows.shop.compact()
                    follows.rest()
                follows.settle()
        _check_honesty(follows)
        _check_next_tries(follows)
