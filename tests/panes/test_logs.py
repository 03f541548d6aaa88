"""The logs pane: which log it reads, how it follows, what it says when there is none."""

from __future__ import annotations

import queue
from collections import defaultdict
from collections.abc import Iterator
from threading import Lock

from tests.support.panes import Bench, On, bench
from tests.support.runs import ETL, container, etl_log, nightly_etl, run, step
from tests.support.scripted import ScriptedSource, opened
from tests.support.waiting import until
from tui.domain.podname import node_id
from tui.domain.workflow import Manifest
from tui.errors import Refused, Rejected, Unreachable
from tui.panes.logs import LogsPane
from tui.sources.base import LogRequest, Stop

RUN = "serve-q1w2e"


def pod(name: str, workflow: str = RUN) -> str:
    """The name of a step's pod."""
    number = node_id(workflow, f"{workflow}.{name}").rpartition("-")[2]
    return f"{workflow}-{name.partition('(')[0]}-{number}"


def running(*steps: str, phase: str = "Running", sidecar: bool = False) -> Manifest:
    """A run whose steps all go on."""
    nodes = [step(RUN, "", "Running", type="Steps", children=steps)]
    nodes += [step(RUN, name, phase, began=5 - i) for i, name in enumerate(steps)]
    templates = [{"name": "main", "steps": []}]
    for name in steps:
        more = {"sidecars": [{"name": "proxy", "image": "p"}]} if sidecar else {}
        templates.append(container(name, **more))
    return run(RUN, "Running", nodes=nodes, spec={"entrypoint": "main", "templates": templates})


def line(second: int, text: str) -> bytes:
    return b"2026-03-17T06:29:%02d.000000000Z %s\n" % (second, text.encode())


class Pipe:
    """What one container writes: whoever begins to read gets all of it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._said: list[bytes | None] = []
        self._readers: list[queue.SimpleQueue[bytes | None]] = []

    def put(self, piece: bytes | None) -> None:
        """Write something; None ends the log."""
        with self._lock:
            self._said.append(piece)
            for reader in self._readers:
                reader.put(piece)

    def reader(self) -> queue.SimpleQueue[bytes | None]:
        """A way to read it from its beginning."""
        mine: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        with self._lock:
            for piece in self._said:
                mine.put(piece)
            self._readers.append(mine)
        return mine


class Written(ScriptedSource):
    """Logs that go on for as long as somebody reads them."""

    def __init__(self, *manifests: Manifest) -> None:
        super().__init__(*manifests)
        self.pipes: defaultdict[tuple[str, str], Pipe] = defaultdict(Pipe)
        self.reading: list[LogRequest] = []

    def pipe(self, name: str, container: str = "main") -> Pipe:
        return self.pipes[name, container]

    def log(self, request: LogRequest, stop: Stop) -> Iterator[bytes]:
        self._ask("log", request)
        mine = self.pipe(request.pod, request.container).reader()
        self.reading.append(request)
        take_back = stop.on_set(lambda: mine.put(None))
        try:
            while not stop.is_set and (piece := mine.get()) is not None:
                yield piece
        finally:
            take_back()
            self.reading.remove(request)


def head(on: On[LogsPane]) -> str:
    return on.pane.head.text


def asked(source: ScriptedSource) -> list[LogRequest]:
    return [about for what, about in source.asked if what == "log"]


def new(tools: Bench[LogsPane]) -> LogsPane:
    return LogsPane(tools)


async def test_a_running_step_is_followed_to_its_end() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        pipe = source.pipe(pod("api"))
        for i in range(30):
            pipe.put(line(i, f"request {i}"))
        await on.until(lambda: len(on.pane.book) == 30)
        assert "request 29" in on.app.screen_text and "request 1\n" not in on.app.screen_text
        assert "following" in head(on) and "30 lines" in head(on)
        pipe.put(line(31, "one more"))
        await on.until(lambda: "one more" in on.app.screen_text)
        assert "one more" not in on.app.screen_text.splitlines()[-1], "there is room for others"
        pipe.put(None)
        await on.until(lambda: "end of the log" in head(on))
        assert "one more" in on.app.screen_text.splitlines()[-1]
        assert "following" not in head(on)
        (request,) = asked(source)
        assert request.follow and request.timestamps and request.container == "main"


async def test_scrolling_up_ends_following_and_f_takes_it_up_again() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        pipe = source.pipe(pod("api"))
        for i in range(40):
            pipe.put(line(i, f"request {i}"))
        await on.until(lambda: len(on.pane.book) == 40)
        await on.pilot.press("k", "k", "k")
        assert "following" not in head(on)
        before = on.app.screen_text
        pipe.put(line(50, "unseen"))
        await on.until(lambda: len(on.pane.book) == 41)
        assert on.app.screen_text == before, "what is read does not move"
        await on.pilot.press("F")
        assert "unseen" in on.app.screen_text and "following" in head(on)


async def test_an_update_of_the_workflow_leaves_the_log_alone() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        source.pipe(pod("api")).put(line(1, "first"))
        await on.until(lambda: len(on.pane.book) == 1)
        for _ in range(3):
            on.app.show(running("api", "other"), "api")
        await on.pilot.pause()
        assert len(asked(source)) == 1 and on.app.text == "first"


async def test_switching_steps_quickly_never_mixes_their_logs() -> None:
    names = [f"step-{i}" for i in range(8)]
    source = Written()
    manifest = running(*names)
    async with bench(new, source) as on:
        for name in names:
            source.pipe(pod(name)).put(line(1, f"of {name}"))
        for name in names * 2:
            on.app.show(manifest, name)
            if name == "step-3":
                await on.pilot.pause()
        source.pipe(pod("step-7")).put(line(2, "of step-7 again"))
        await on.until(lambda: "again" in on.app.text)
        assert {said.split(" ")[1] for said in on.app.text.splitlines()} == {"step-7"}
        await on.until(lambda: len(source.reading) == 1)
        assert source.reading[0].pod == pod("step-7")


async def test_leaving_stops_reading_and_coming_back_reads_anew() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        await on.until(lambda: source.reading)
        on.pane.leave()
        await on.until(lambda: not source.reading)
        on.app.show(running("api"), "api")
        await on.until(lambda: source.reading)
    await until(lambda: not source.reading)  # the end of the app ends the reading


async def test_a_containers_log_is_chosen_and_the_next_step_begins_with_its_own() -> None:
    source = Written()
    manifest = running("api", "web", sidecar=True)
    async with bench(new, source) as on:
        on.app.show(manifest, "api")
        source.pipe(pod("api")).put(line(1, "of main"))
        source.pipe(pod("api"), "proxy").put(line(1, "of the proxy"))
        await on.until(lambda: on.app.text == "of main")
        await on.pilot.press("A", "2")
        await on.until(lambda: on.app.text == "of the proxy")
        assert "proxy" in head(on)
        on.app.show(manifest, "api")
        await on.pilot.pause()
        assert on.app.text == "of the proxy", "it stays while one looks at this step"
        del manifest["spec"]["templates"][-1]["sidecars"]
        source.pipe(pod("web")).put(line(1, "of web"))
        on.app.show(manifest, "web")
        await on.until(lambda: on.app.text == "of web")
        assert "main" in head(on), "a step that has no such container"


async def test_without_a_pod_there_are_no_containers_to_choose_from() -> None:
    source = ScriptedSource()
    async with bench(new, source) as on:
        await on.pilot.press("A")
        assert on.app.said == ["no pod belongs to this step, so there are no containers"]


async def test_times_go_from_off_to_relative_to_local_to_utc() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(30, "hello")]
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: on.app.text == "hello")
        seen = []
        for _ in range(4):
            await on.pilot.press("t")
            seen.append(on.app.text)
        assert seen[0].strip().startswith("-0:30") and seen[0].endswith("hello")
        assert seen[2] == "06:29:30.000 hello" and seen[3] == "hello"
        assert on.app.said[-1] == "times: off"


async def test_long_lines_wrap_and_pan() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "begin " + "x" * 140 + " the-end")]
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: len(on.pane.book) == 1)
        assert "the-end" not in on.app.screen_text
        await on.pilot.press("w")
        assert "the-end" in on.app.screen_text and "begin" in on.app.screen_text
        await on.pilot.press("w")
        for _ in range(9):
            await on.pilot.press("right")
        assert "the-end" in on.app.screen_text and "begin" not in on.app.screen_text


async def test_search_goes_to_hits_forwards_and_backwards_and_escape_ends_it() -> None:
    source = ScriptedSource()
    source.logs[POD_OF_ETL, "main"] = etl_log()
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "transform(2:shard:2)(1)")
        await on.until(lambda: len(on.pane.book) == len(etl_log()))
        await on.pilot.press("g", "slash", *"warn", "enter")
        await on.until(lambda: "/ 1 of 2" in head(on))
        await on.pilot.press("n")
        await on.until(lambda: "/ 2 of 2" in head(on))
        assert "memory above 90%" in on.app.screen_text
        await on.pilot.press("N")
        await on.until(lambda: "/ 1 of 2" in head(on))
        assert "customer_id is null" in on.app.screen_text
        await on.pilot.press("escape")
        assert "of 2" not in head(on)
        assert not on.pane.search_bar.is_open, "nothing is sought, so nothing says so"
        assert on.app.escapes == 0
        await on.pilot.press("escape")
        assert int(on.app.escapes) == 1, "only then it is the screen's"


POD_OF_ETL = pod("transform(2:shard:2)(1)", ETL)


async def test_e_goes_to_the_next_line_that_says_error() -> None:
    source = ScriptedSource()
    source.logs[POD_OF_ETL, "main"] = etl_log()
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "transform(2:shard:2)(1)")
        await on.until(lambda: len(on.pane.book) == len(etl_log()))
        await on.pilot.press("g")
        assert "cannot grow" not in on.app.screen_text
        await on.pilot.press("e")
        await on.until(lambda: "cannot grow the hash table" in on.app.screen_text)


async def test_when_its_pod_is_gone_the_archived_log_is_read() -> None:
    archived = nightly_etl()
    for node in archived["status"]["nodes"].values():
        for artifact in node.get("outputs", {}).get("artifacts", []):
            artifact.pop("s3", None)
            artifact["raw"] = {"data": "said long ago\nand this\n"}
    source = ScriptedSource()
    async with bench(new, source) as on:
        on.app.show(archived, "extract-orders")
        await on.until(lambda: "said long ago" in on.app.text)
        assert on.app.text.splitlines()[-1] == "and this"
        assert len(asked(source)) == 1, "the pod was asked first"


async def test_without_pod_and_archive_the_reason_is_told() -> None:
    source = ScriptedSource()
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "extract-users")
        await on.until(lambda: "its pod is gone, and its log was not archived" in said_or_shown(on))


def said_or_shown(on: On[LogsPane]) -> str:
    return f"{on.app.lines.placeholder} {head(on)}"


async def test_what_the_cluster_refuses_is_told_and_nothing_ends() -> None:
    source = ScriptedSource()
    source.refusal = Refused('user "dev" cannot get pods/log', status=403)
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "extract-users")
        await on.until(lambda: "cannot get pods/log" in said_or_shown(on))


async def test_a_followed_log_that_breaks_goes_on_without_a_line_twice() -> None:
    class Broken(Written):
        def log(self, request: LogRequest, stop: Stop) -> Iterator[bytes]:
            self._ask("log", request)
            if len(asked(self)) == 1:
                yield line(1, "first")
                yield line(2, "second")
                raise Unreachable("the connection was reset")
            yield line(2, "second")
            yield line(3, "third")

    source = Broken()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        await on.until(lambda: "third" in on.app.text)
        assert on.app.text.splitlines() == ["first", "second", "third"]
        assert asked(source)[1].since_time


async def test_a_step_that_has_not_begun_says_what_it_waits_for() -> None:
    source = ScriptedSource()
    async with bench(new, source) as on:
        waiting = running("api", phase="Pending")
        waiting["status"]["nodes"][node_id(RUN, f"{RUN}.api")]["message"] = "Unschedulable"
        on.app.show(waiting, "api")
        assert "not begun yet (Unschedulable)" in said_or_shown(on)
        assert not asked(source)


async def test_of_a_group_the_step_that_failed_is_read() -> None:
    source = ScriptedSource()
    source.logs[POD_OF_ETL, "main"] = etl_log()
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "transform(2:shard:2)")
        await on.until(lambda: "Killed" in on.app.text)
        told = opened(nightly_etl())
        on.pane.show(told.workflow, None, told.raw)
        await on.pilot.pause()
        assert "Killed" in on.app.text and len(asked(source)) == 1


async def test_a_previous_attempt_of_a_container_is_asked_for() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        await on.until(lambda: source.reading)
        await on.pilot.press("p")
        await on.until(lambda: len(asked(source)) == 2)
        assert asked(source)[1].previous and not asked(source)[1].follow
        assert "(previous attempt)" in head(on)


async def test_of_a_container_that_began_once_there_is_no_previous_attempt() -> None:
    source = ScriptedSource()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        await on.until(lambda: asked(source))
        source.refusal = Rejected(
            f'previous terminated container "main" in pod "{pod("api")}" not found'
        )
        await on.pilot.press("p")
        await on.until(lambda: "no attempt before this one" in on.app.screen_text)


async def test_the_previous_attempt_of_a_step_that_was_retried_is_the_one_before_it() -> None:
    source = Written(nightly_etl())
    first, second = (pod(f"transform(2:shard:2)({n})", ETL) for n in (0, 1))
    for name in (first, second):
        source.pipe(name).put(line(1, f"this is {name[-10:]}"))
        source.pipe(name).put(None)
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "transform(2:shard:2)(1)")
        await on.until(lambda: f"this is {second[-10:]}" in on.app.text)
        await on.pilot.press("p")
        await on.until(lambda: f"this is {first[-10:]}" in on.app.text)
        assert "transform(2:shard:2)(0)" in head(on) and "(previous attempt)" in head(on)
        on.app.show(nightly_etl(), "transform(2:shard:2)(1)")
        await on.pilot.pause()
        assert "(previous attempt)" in head(on), "news of the workflow change nothing"
        await on.pilot.press("p")
        await on.until(lambda: f"this is {second[-10:]}" in on.app.text)
        assert "(previous attempt)" not in head(on)
        await on.pilot.press("p")
        on.app.show(nightly_etl(), "transform(2:shard:2)(0)")
        await on.until(lambda: "transform(2:shard:2)(0) main" in head(on))
        assert "(previous attempt)" not in head(on), "another step begins with its own"
        await on.pilot.press("p")
        await on.until(lambda: "this is the first attempt" in on.app.said)
        assert not any(request.previous for request in asked(source))


async def test_a_pane_that_is_taken_away_before_it_is_there_is_harmless() -> None:
    async with bench(new, ScriptedSource()) as on:
        late = LogsPane(on.app)
        late.on_mount()  # as of a screen that is left at once: nothing is composed any more
        assert not late.children


class Broken(ScriptedSource):
    """A log that breaks after its first line."""

    def log(self, request: LogRequest, stop: Stop) -> Iterator[bytes]:
        yield line(1, "so far")
        if self.refusal is not None:
            raise self.refusal


async def test_where_a_log_breaks_the_status_line_says_why_until_it_is_read_again() -> None:
    source = Broken()
    source.refusal = Refused("the token is over", status=401)
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: "the token is over" in " ".join(on.app.said))
        assert on.app.text == "so far"
        source.refusal = None
        await on.pilot.press("F")
        await on.until(lambda: "end of the log" in head(on))
        assert on.app.said[-1] == "", "the complaint goes with its cause"


async def test_a_log_that_cannot_be_read_says_all_of_why_and_f_tries_again() -> None:
    source = ScriptedSource()
    reason = 'user "dev" cannot get pods/log in argo: ' + "ask for a role, " * 9 + "the end"
    source.refusal = Refused(reason, status=403)
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: on.app.screen_text.rstrip().endswith("the end"))
        words = " ".join(on.app.screen_text.split())
        assert words.startswith('user "dev" cannot')
        assert not on.app.said, "the pane has the words already"
        refused = len(asked(source))
        await on.pilot.press("F")
        await on.until(lambda: len(asked(source)) > refused)
        await on.until(lambda: on.app.screen_text.rstrip().endswith("the end"))
        source.refusal = None
        source.logs[pod("api"), "main"] = [line(1, "readable again")]
        await on.pilot.press("F")
        await on.until(lambda: on.app.text == "readable again")
        asked_before = len(asked(source))
        await on.pilot.press("F")
        assert len(asked(source)) == asked_before, "a log that was read is not read again"
