"""Logs that go on through what happens to their pods while somebody reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.logs_pane import RUN, Written, head, line, new, pod, running
from tests.support.panes import On, bench
from tests.support.runs import container, run, step
from tests.support.scripted import ScriptedSource
from tui.domain import decode
from tui.domain.logs import LogBlock, LogSource, blocks_of
from tui.domain.logtargets import best_target
from tui.domain.text import SGR
from tui.domain.workflow import Manifest
from tui.errors import Missing, Unreachable
from tui.logs.reader import LogReader
from tui.panes.logs import LogsPane
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken


class Deleted(Written):
    """A cluster in which a pod is deleted while its log is followed."""

    is_gone = False

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        if self.is_gone:
            self._ask("log", request)
            raise Missing(f"there is no pod {request.pod}", status=404)
        return super().log(request, stop)

    def _pieces(self, request: LogRequest, stop: CancelToken) -> Iterator[bytes]:
        yield from super()._pieces(request, stop)
        if self.is_gone:
            raise Unreachable("the connection broke")

    def delete(self, name: str) -> None:
        """The pod goes, and with it whoever reads its log."""
        self.is_gone = True
        self.pipe(name).put(None)


def archived(manifest: Manifest, text: str, phase: str) -> Manifest:
    """The same run, its step over and its log archived."""
    for node in manifest["status"]["nodes"].values():
        if node["type"] == "Pod":
            node["phase"] = phase
            node["outputs"] = {"artifacts": [{"name": "main-logs", "raw": {"data": text}}]}
    return manifest


async def test_a_pod_that_is_deleted_under_an_open_log_leaves_its_lines_and_the_archive() -> None:
    source = Deleted()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        source.pipe(pod("api")).put(line(1, "one") + line(2, "two"))
        await on.until(lambda: on.app.text == "one\ntwo")
        source.delete(pod("api"))
        await on.until(lambda: bool(on.app.said) and "trying again" in on.app.said[-1])
        assert on.app.text == "one\ntwo", "what was shown stays"
        on.app.show(running("api"), "api")
        await on.until(lambda: "its step is not over yet" in on.app.said[-1])
        on.app.show(archived(running("api"), "one\ntwo\nthree\n", "Failed"), "api")
        await on.until(lambda: "three" in on.app.text)
        assert on.app.text.splitlines() == [
            "one",
            "two",
            "── api: its pod is gone, from the archive on ──",
            "three",
        ]
        await on.until(lambda: "end of the log" in head(on))


def deleted(*names: str) -> Manifest:
    """A run whose step `api` ended since its pod was deleted; the others go on."""
    manifest = running(*names)
    for node in manifest["status"]["nodes"].values():
        if node["displayName"] == "api":
            node.update(phase="Error", message="pod deleted")
    return manifest


async def read_to_its_end(on: On[LogsPane], source: Written) -> None:
    """The log of `api`, whose pod then ended: one line."""
    on.app.show(running("api"), "api")
    source.pipe(pod("api")).put(line(1, "one"))
    source.pipe(pod("api")).put(None)
    await on.until(lambda: "end of the log" in head(on))


TOO_EARLY = "── api: its pod was deleted, so its log may end early ──"


async def test_a_log_that_ended_since_its_pod_was_deleted_says_that_it_may_lack_its_end() -> None:
    source = Written()
    async with bench(new, source) as on:
        await read_to_its_end(on, source)
        assert on.app.text == "one"
        for _ in range(2):  # Argo sees some time later what became of it
            on.app.show(deleted("api"), "api")
            await on.until(lambda: on.app.text.splitlines() == ["one", TOO_EARLY])


async def test_so_it_does_among_the_logs_of_a_run_once() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api", "web"), "")
        for name in ("api", "web"):
            source.pipe(pod(name)).put(line(1, name))
        await on.until(lambda: on.pane.book.total == 2)
        source.pipe(pod("api")).put(None)
        for _ in range(2):
            on.app.show(deleted("api", "web"), "")
            await on.until(lambda: TOO_EARLY in on.app.text)
        assert on.app.text.count("ends early") + on.app.text.count("end early") == 1
        kept = archived(deleted("api", "web"), "api\n", "Error")
        on.app.show(kept, "")
        assert on.pane.book.total == 3


async def test_an_archived_log_of_a_pod_that_was_deleted_is_all_of_it() -> None:
    source = Written()
    async with bench(new, source) as on:
        await read_to_its_end(on, source)
        on.app.show(archived(deleted("api"), "one\n", "Error"), "api")
        await on.until(lambda: "end of the log" in head(on))
        assert on.app.text == "one"


def retried(*attempts: str) -> Manifest:
    """A run whose step has been tried so often, with these phases."""
    last = attempts[-1]
    names = [f"work({number})" for number in range(len(attempts))]
    nodes = [
        step(RUN, "", "Running", type="Steps", children=("work",)),
        step(RUN, "work", last, type="Retry", children=names),
        *(
            step(RUN, name, phase, template="work", inside="work", began=20 - number)
            for number, (name, phase) in enumerate(zip(names, attempts, strict=True))
        ),
    ]
    templates = [
        {"name": "main", "steps": []},
        container("work", retryStrategy={"limit": 3}),
    ]
    return run(RUN, "Running", nodes=nodes, spec={"entrypoint": "main", "templates": templates})


async def test_a_step_that_is_tried_again_under_an_open_log_goes_on_after_a_rule() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(retried("Running"), "work")
        source.pipe(pod("work(0)")).put(line(1, "first try"))
        await on.until(lambda: "first try" in on.app.text)
        source.pipe(pod("work(0)")).put(line(2, "broken"))
        source.pipe(pod("work(0)")).put(None)
        await on.until(lambda: "broken" in on.app.text)
        on.app.show(retried("Failed", "Running"), "work")
        source.pipe(pod("work(1)")).put(line(5, "second try"))
        await on.until(lambda: "second try" in on.app.text)
        lines = [" ".join(row.split()) for row in SGR.sub("", on.app.text).splitlines()]
        assert lines == [
            "work(0) first try",
            "work(0) broken",
            "── work(1): attempt 2 ──",
            "work(1) second try",
        ]


class Cut(ScriptedSource):
    """A log whose connection is cut after so many bytes, and again; then it is whole."""

    def __init__(self, lines: list[bytes], cuts: list[int]) -> None:
        super().__init__()
        self._lines = lines
        self._cuts = list(cuts)

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        # The API knows whole seconds only.
        since = (request.since_time or "")[:19].encode()
        whole = b"".join(each for each in self._lines if each[:19] >= since)
        return blocks_of(self._answer(whole), request.source)

    def _answer(self, whole: bytes) -> Iterator[bytes]:
        end = self._cuts.pop(0) if self._cuts else len(whole)
        for at in range(0, min(end, len(whole)), 37):
            yield whole[at : min(at + 37, end)]
        if end < len(whole):
            raise Unreachable("the connection broke")


class AtOnce(CancelToken):
    """Waits for nothing."""

    def sleep(self, seconds: float) -> bool:
        return self.is_set


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=60).map(sorted),
    st.lists(st.integers(0, 1500), max_size=6),
)
def test_a_connection_that_is_cut_at_any_byte_loses_no_line_and_brings_none_twice(
    seconds: list[int], cuts: list[int]
) -> None:
    lines = [line(second, f"line {number}") for number, second in enumerate(seconds)]
    workflow = decode.from_manifest(running("api"))
    reader = LogReader(Cut(lines, cuts), workflow, is_patient=True)
    target = best_target(workflow)
    assert target is not None
    sources: list[LogSource] = []

    def number(source: LogSource) -> int:
        sources.append(source)
        return 0

    found: list[Any] = []
    for block in reader.blocks(target, AtOnce(), number=number, is_followed=True):
        found += [block.line(index).decode() for index in range(len(block))]
    assert found == [f"line {number}" for number in range(len(lines))]
