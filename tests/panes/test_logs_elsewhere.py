"""The logs pane where the log is not there: archives, refusals, attempts before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.logs_pane import POD_OF_ETL, RUN, Written, asked, head, line, new, pod, running
from tests.support.panes import On, bench
from tests.support.runs import ETL, etl_log, nightly_etl
from tests.support.scripted import ScriptedSource, never_restarted
from tui.domain.identity import Origin
from tui.domain.logs import EMPTY, LogBlock, blocks_of
from tui.domain.podname import agent_pod_name, node_id
from tui.errors import Refused, Rejected, Unreachable
from tui.panes.logs import READING_DELAY, LogsPane
from tui.ports.connection import Place
from tui.ports.logs import LogRequest
from tui.ports.pods import ContainerState, Pod
from tui.ports.threads import CancelToken


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
        def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
            if request.previous:
                raise never_restarted(request)
            self._ask("log", request)
            return blocks_of(self._said(), request.source)

        def _said(self) -> Iterator[bytes]:
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
        await on.until(lambda: asked(source))
        await on.pilot.pause(2 * READING_DELAY)
        assert "not begun yet (Unschedulable)" in said_or_shown(on), "until there are lines"
        assert len(asked(source)) == 1 and "following" not in head(on)


async def test_of_a_saved_run_no_log_of_a_step_that_has_not_begun_is_asked_for() -> None:
    source = ScriptedSource(place=Place("saved.yaml", origin=Origin.FILE))
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Pending"), "api")
        await on.pilot.pause()
        assert "not begun yet (Pending)" in said_or_shown(on)
        assert not asked(source)


@pytest.mark.parametrize("name", ["ask", ""], ids=["alone", "among others"])
@pytest.mark.parametrize("kind", ["HTTP", "Plugin"])
async def test_of_a_saved_run_the_log_of_an_agent_that_was_at_work_is_read(
    kind: str, name: str
) -> None:
    source = ScriptedSource(place=Place("saved.yaml", origin=Origin.FILE))
    source.logs[agent_pod_name(RUN), "main"] = [line(1, "Processing task")]
    manifest = running("ask", "plug", phase="Pending")
    for node in manifest["status"]["nodes"].values():
        node["type"] = kind if node["type"] == "Pod" else node["type"]
    async with bench(new, source) as on:
        on.app.show(manifest, name)
        await on.until(lambda: "Processing task" in on.app.text)
        assert "following" not in head(on)
        assert on.pane.book.total == 1


async def test_the_log_of_a_pod_that_runs_while_its_step_is_said_to_be_pending_is_read() -> None:
    source = Starting()
    source.reason = "ContainerCreating"
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Pending"), "api")
        await on.until(lambda: asked(source))
        assert "not begun yet (Pending)" in said_or_shown(on)
        source.pipe(pod("api")).put(line(1, "first"))
        source.reason = ""
        await on.until(lambda: on.app.text == "first")
        assert "not begun" not in said_or_shown(on) and "following" in head(on)
        on.app.show(running("api"), "api")  # the workflow says now that it runs
        source.pipe(pod("api")).put(line(2, "second"))
        await on.until(lambda: on.app.text == "first\nsecond")
        assert len(source.reading) == 1


async def test_what_a_step_waits_for_is_told_anew_and_a_step_that_never_ran_ends() -> None:
    source = ScriptedSource()
    async with bench(new, source) as on:
        waiting = running("api", phase="Pending")
        on.app.show(waiting, "api")
        assert "not begun yet (Pending)" in said_or_shown(on)
        waiting = running("api", phase="Pending")
        waiting["status"]["nodes"][node_id(RUN, f"{RUN}.api")]["message"] = "Unschedulable"
        on.app.show(waiting, "api")
        assert "not begun yet (Unschedulable)" in said_or_shown(on)
        skipped = running("api", phase="Skipped")
        on.app.show(skipped, "api")
        await on.until(lambda: "it was skipped" in said_or_shown(on))


class Starting(Written):
    """A container that the API says waits to start, for as long as `reason` stands."""

    reason = "ImagePullBackOff"

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        if self.reason:
            self._ask("log", request)
            what = f'container "main" in pod "{request.pod}" is waiting to start: {self.reason}'
            raise Rejected(what, status=400)
        yield EMPTY
        yield from super().log(request, stop)


async def test_a_container_that_waits_to_start_says_so_and_is_read_as_soon_as_it_runs() -> None:
    source = Starting()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        await on.until(lambda: "is waiting to start: ImagePullBackOff" in said_or_shown(on))
        assert "following" not in head(on)
        source.reason = "trying and failing to pull image"
        on.app.show(running("api", "other"), "api")  # news of the workflow: it is looked at once
        await on.until(lambda: "failing to pull image" in on.app.lines.placeholder)
        source.reason = ""
        on.app.show(running("api"), "api")
        await on.until(lambda: on.app.lines.placeholder == "reading …")
        assert "following" in head(on), "it runs, and has said nothing yet"
        source.pipe(pod("api")).put(line(1, "begun"))
        await on.until(lambda: on.app.text == "begun")
        assert not on.app.said


async def test_of_a_group_all_attempts_are_read_with_a_rule_between_them() -> None:
    source = ScriptedSource()
    source.logs[POD_OF_ETL, "main"] = etl_log()
    source.logs[pod("transform(2:shard:2)(0)", ETL), "main"] = [
        b"2026-03-17T00:00:01.000000000Z of the first attempt\n"
    ]
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "transform(2:shard:2)")
        await on.until(lambda: "Killed" in on.app.text)
        text = on.app.text
        first, rule = text.index("of the first attempt"), text.index("attempt 2 ──")
        assert first < rule < text.index("Killed")


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

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        if request.previous:
            raise never_restarted(request)
        yield from blocks_of([line(1, "so far")], request.source)
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


async def test_a_log_that_failed_in_an_outage_is_read_by_itself_when_the_cluster_is_back() -> None:
    source = ScriptedSource()
    source.refusal = Unreachable("https://prod does not answer")
    source.logs[pod("api"), "main"] = [line(1, "readable again")]
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: "does not answer; trying again" in said_or_shown(on))
        source.refusal = None
        on.app.show(running("api", phase="Succeeded"), "api")  # the watch is back, and tells
        await on.until(lambda: on.app.text == "readable again")
        assert "end of the log" in head(on)


async def test_an_outage_while_a_log_is_read_is_told_until_it_is_read_again() -> None:
    class Flaky(Written):
        def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
            if request.previous:
                raise never_restarted(request)
            if asked(self):
                return super().log(request, stop)
            self._ask("log", request)
            return blocks_of(self._broken(), request.source)

        def _broken(self) -> Iterator[bytes]:
            yield line(1, "first")
            raise Unreachable("the connection broke")

    source = Flaky()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        await on.until(lambda: "the connection broke; trying again" in " ".join(on.app.said))
        assert on.app.text == "first" and "following" not in head(on)
        await on.pilot.press("F")
        await on.until(lambda: len(asked(source)) == 2)
        source.pipe(pod("api")).put(line(1, "first"))  # the last second, as the server repeats it
        await on.until(lambda: on.app.said[-1] == "")
        assert on.app.text == "first" and "following" in head(on)
        source.pipe(pod("api")).put(line(2, "second"))
        await on.until(lambda: on.app.text.splitlines() == ["first", "second"])


OWN = 'time=2026-11-29T04:08:43Z level=INFO msg="sub-process exited" argo=true error="status 1"'


async def test_lines_of_argos_own_are_dimmed_hidden_by_a_key_and_no_errors() -> None:
    source = ScriptedSource()
    said = [OWN, "hello", OWN, "Error: exit status 1"]
    source.logs[pod("api"), "main"] = [line(i, text) for i, text in enumerate(said)]
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Failed"), "api")
        await on.until(lambda: len(on.pane.book) == 4)
        muted = on.pane.lines.token("muted")
        looks = [next(iter(on.pane.lines.render_line(y))).style for y in range(4)]
        assert [look == muted for look in looks] == [True, False, True, True]
        levels = [on.pane.book.level(index) for index in range(4)]
        assert levels == ["own", "", "own", "own"]
        await on.pilot.press("H")
        assert on.app.text == "hello" and "3 of Argo's hidden" in head(on)
        await on.pilot.press("H")
        assert on.app.text.splitlines() == said


async def test_a_log_of_argos_own_lines_only_says_how_to_see_them() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, OWN)]
    async with bench(new, source) as on:
        await on.pilot.press("H")
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: "only lines of Argo's own; H shows them" in said_or_shown(on))
        await on.pilot.press("H")
        assert on.app.text == OWN


async def test_hiding_lines_keeps_the_place_one_reads() -> None:
    source = ScriptedSource()
    said = [line(i % 60, OWN if i % 2 else f"line {i}") for i in range(200)]
    source.logs[pod("api"), "main"] = said
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: len(on.pane.book) == 200)
        await on.pilot.press("g", *["j"] * 60)
        first, _ = on.pane.lines.shown_range
        assert on.pane.book.line(first) == "line 60"
        await on.pilot.press("H")
        first, _ = on.pane.lines.shown_range
        assert on.pane.book.line(first) == "line 60"


async def test_the_log_of_an_offloaded_workflow_is_found_by_its_pods() -> None:
    source = ScriptedSource()
    away = running("api")
    away["status"]["nodes"] = {}
    away["status"]["offloadNodeStatusVersion"] = "fnv:605184127"
    ended = ContainerState("main", "terminated", exit_code=1)
    source.pods_of[RUN] = (
        Pod("p-1", "argo", "Succeeded", "n-1", f"{RUN}[0].one", started_at="1"),
        Pod("p-2", "argo", "Failed", "n-2", f"{RUN}[0].two", containers=(ended,), started_at="2"),
    )
    source.logs["p-2", "main"] = [line(1, "of the second")]
    async with bench(new, source) as on:
        on.app.show(away)
        await on.until(lambda: on.app.text == "of the second")
        assert head(on).startswith("two main")


async def test_an_offloaded_workflow_without_pods_says_where_its_steps_are() -> None:
    away = running("api")
    away["status"]["nodes"] = {}
    away["status"]["offloadNodeStatusVersion"] = "fnv:605184127"
    async with bench(new, ScriptedSource()) as on:
        on.app.show(away)
        await on.until(lambda: "none of its pods is left" in said_or_shown(on))
        assert "in Argo's database" in said_or_shown(on)


async def test_a_step_from_a_cache_says_that_it_never_ran() -> None:
    hit = running("api", phase="Succeeded")
    node = hit["status"]["nodes"][node_id(RUN, f"{RUN}.api")]
    node["memoizationStatus"] = {"hit": True, "cacheName": "results", "key": "k"}
    async with bench(new, ScriptedSource()) as on:
        on.app.show(hit, "api")
        assert "its outputs are from the cache results" in said_or_shown(on)
