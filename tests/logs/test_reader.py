"""A log is read wherever it is, goes on where it broke, and says why where it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.logs_pane import RUN, line, pod, running
from tests.support.scripted import ScriptedSource
from tui.domain import decode
from tui.domain.logs import EMPTY, LogBlock, LogSource, blocks_of
from tui.domain.logtargets import LogTarget, best_target
from tui.domain.node import NodeId
from tui.domain.workflow import Manifest, Workflow
from tui.errors import Busy, Missing, Refused, Rejected, SourceError, Unreachable
from tui.logs.reader import LONGEST_PAUSE, LOOK_AGAIN, TRIES, LogReader
from tui.ports.logs import LogRequest
from tui.ports.pods import Around
from tui.ports.threads import CancelToken


class AtOnce(CancelToken):
    """Waits for nothing, and remembers how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> bool:
        self.slept.append(seconds)
        return self.is_set


Answer = list[bytes | SourceError]


class Breaking(ScriptedSource):
    """Answers each reading of a log with the next of some answers; an error breaks it off."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__()
        self.given = list(answers)
        self.requests: list[LogRequest] = []

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        self.requests.append(request)
        return blocks_of(self._said(self.given.pop(0)), request.source)

    def _said(self, answer: Answer) -> Iterator[bytes]:
        for piece in answer:
            if isinstance(piece, SourceError):
                raise piece
            yield piece


def with_archive(manifest: Manifest, text: str) -> Manifest:
    """The same run; its steps have archived logs that say this."""
    for node in manifest["status"]["nodes"].values():
        node["outputs"] = {"artifacts": [{"name": "main-logs", "raw": {"data": text}}]}
    return manifest


class Read:
    """What was read of the log of `api`."""

    def __init__(
        self,
        source: ScriptedSource,
        manifest: Manifest,
        *,
        follow: bool = False,
        ends_with: str = "",
        **more: Any,
    ) -> None:
        """`ends_with` is what is archived as soon as the log waits for that."""
        self.workflow: Workflow = decode.from_manifest(manifest)
        self.sources: list[LogSource] = []
        self.told: list[str] = []
        self.lines: list[bytes] = []
        self.stop = AtOnce()
        self.error: Exception | None = None
        reader = LogReader(source, self.workflow, **more)
        target = best_target(self.workflow)
        assert isinstance(target, LogTarget)

        def waits(error: SourceError) -> None:
            self.told.append(f"waits: {error}")
            if ends_with:
                reader.workflow = decode.from_manifest(with_archive(manifest, ends_with))

        try:
            for block in reader.blocks(
                target,
                self.stop,
                number=self._number,
                is_followed=follow,
                waits=waits,
                told=lambda error, seconds: self.told.append(f"{error} {seconds:g}"),
                resumed=lambda: self.told.append("resumed"),
            ):
                self.lines += [block.line(index) for index in range(len(block))]
        except SourceError as error:
            self.error = error

    def _number(self, source: LogSource) -> int:
        self.sources.append(source)
        return len(self.sources) - 1


LOST = Unreachable("the connection broke")


def broken(times: int) -> list[Answer]:
    """So many times in a row nobody answers."""
    return [[LOST] for _ in range(times)]


def test_lines_say_of_which_step_and_container_they_are() -> None:
    read = Read(Breaking([line(1, "hello")]), running("api"))
    assert read.lines == [b"hello"]
    (source,) = read.sources
    assert (source.step, source.pod, source.container) == ("api", pod("api", RUN), "main")
    assert source.origin == "pod"
    assert [key for key, node in read.workflow.nodes.items() if node.title == "api"] == [
        source.node_id
    ]


@pytest.mark.parametrize("follow", [False, True])
def test_a_log_that_breaks_goes_on_without_a_line_twice_or_lost(follow: bool) -> None:
    source = Breaking(
        [line(1, "one"), line(2, "two"), LOST],
        [LOST],
        [Busy("etcd has no leader")],
        [line(2, "two"), line(2, "zwei"), line(3, "three")],
    )
    read = Read(source, running("api"), follow=follow, tail=100)
    assert read.lines == [b"one", b"two", b"zwei", b"three"]
    assert read.error is None
    assert [request.since_time for request in source.requests] == [
        None,
        *["2026-03-17T06:29:02.000000000Z"] * 3,
    ]
    assert [request.tail_lines for request in source.requests] == [100, None, None, None]
    assert read.told == [
        "the connection broke 1",
        "the connection broke 2",
        "etcd has no leader 4",
        "resumed",
    ]
    assert read.stop.slept == [1, 2, 4]


def test_a_log_is_read_again_as_soon_as_the_server_repeats_the_last_second_of_it() -> None:
    source = Breaking([line(1, "one"), LOST], [line(1, "one")])
    read = Read(source, running("api"), follow=True)
    assert read.lines == [b"one"]
    assert read.told == ["the connection broke 1", "resumed"]


def test_who_does_not_wait_for_ever_is_told_after_some_tries() -> None:
    read = Read(Breaking(*broken(TRIES + 1)), running("api"))
    assert read.error is LOST
    assert len(read.stop.slept) == TRIES
    assert max(read.stop.slept) <= 5


def test_who_is_patient_waits_as_long_as_it_takes() -> None:
    source = Breaking(*broken(100), [line(1, "back")])
    read = Read(source, running("api"), is_patient=True)
    assert read.lines == [b"back"]
    assert read.stop.slept[-1] == 5


@pytest.mark.parametrize("error", [Refused("no right"), Rejected("bad container")])
def test_what_will_not_be_otherwise_is_not_tried_again(error: SourceError) -> None:
    read = Read(Breaking([line(1, "so far"), error]), running("api"), is_patient=True)
    assert (read.lines, read.error, read.told) == ([b"so far"], error, [])


def waiting(reason: str) -> Rejected:
    """What the API answers about a container that has not started."""
    return Rejected(f'container "main" in pod "p" is waiting to start: {reason}', status=400)


def test_a_container_that_has_not_started_is_waited_for_and_each_reason_told_once() -> None:
    pulling, broken_pull = waiting("ContainerCreating"), waiting("ImagePullBackOff")
    answers: list[Answer] = [[pulling]]
    answers.extend([broken_pull] for _ in range(50))
    read = Read(Breaking(*answers, [line(1, "begun")]), running("api"), follow=True)
    assert (read.lines, read.error) == ([b"begun"], None)
    assert read.told == [f"waits: {pulling}", f"waits: {broken_pull}", "resumed"]
    assert read.stop.slept == [LOOK_AGAIN] * 51


def test_a_container_that_has_started_is_known_before_its_first_line() -> None:
    class Opened(Breaking):
        def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
            yield from super().log(request, stop)
            yield EMPTY

    read = Read(Opened([waiting("ImagePullBackOff")], []), running("api"), follow=True)
    assert read.told[1:] == ["resumed"]
    assert read.lines == []


def test_waiting_for_a_container_uses_up_no_tries_of_who_does_not_wait_for_ever() -> None:
    answers: list[Answer] = [[waiting("ContainerCreating")] for _ in range(TRIES + 1)]
    read = Read(Breaking(*answers, [LOST], [line(1, "begun")]), running("api"), follow=True)
    assert (read.lines, read.error) == ([b"begun"], None)


def test_a_pod_that_is_not_there_while_its_step_has_not_begun_is_asked_for_less_and_less() -> None:
    gone, nowhere = Missing("no pod"), Rejected("pod p does not have a host assigned", status=400)
    answers: list[Answer] = [[gone], [gone], [nowhere], [waiting("ContainerCreating")], [gone]]
    pending = running("api", phase="Pending")
    read = Read(Breaking(*answers, [line(1, "begun")]), pending, follow=True)
    assert (read.lines, read.error) == ([b"begun"], None)
    assert read.stop.slept == [1.0, 1.5, 2.25, LOOK_AGAIN, 1.5]
    assert read.told[:2] == [f"waits: {gone}", f"waits: {nowhere}"]
    many: list[Answer] = [[gone] for _ in range(20)]
    read = Read(Breaking(*many, [line(1, "begun")]), pending, follow=True)
    assert max(read.stop.slept) == LONGEST_PAUSE and sum(read.stop.slept) > 80


def test_who_reads_once_is_told_that_the_pod_of_a_step_that_has_not_begun_is_not_there() -> None:
    read = Read(Breaking([Missing("no pod")]), running("api", phase="Pending"))
    assert isinstance(read.error, Missing)


def test_a_step_that_never_ran_has_no_log_and_no_error() -> None:
    workflow = decode.from_manifest(running("api", phase="Pending"))

    class Skipping(Breaking):
        def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
            skipped = {key: replace(node, phase="Skipped") for key, node in workflow.nodes.items()}
            workflow.nodes.update(skipped)
            return super().log(request, stop)

    target = best_target(workflow)
    assert target is not None
    reader = LogReader(Skipping([Missing("no pod")], [Missing("no pod")]), workflow)
    assert not list(reader.blocks(target, AtOnce(), number=lambda source: 0, is_followed=True))


def test_who_reads_once_is_told_at_once_that_a_container_has_not_started() -> None:
    answer = waiting("PodInitializing")
    assert Read(Breaking([answer]), running("api"), is_patient=True).error is answer


def test_a_log_whose_pod_is_gone_comes_from_the_archive_as_the_program_wrote_it() -> None:
    own = "2025-05-05T05:05:05Z written by the program itself"
    archive = with_archive(running("api"), f"kept\n{own}\n")
    read = Read(Breaking([Missing("gone")]), archive)
    assert read.lines == [b"kept", own.encode()]
    assert [source.origin for source in read.sources] == ["pod", "archive"]
    assert Read(Breaking([Missing("gone")]), archive, tail=1).lines == [own.encode()]
    assert Read(Breaking([Missing("gone")]), archive, tail=0).lines == []


def test_a_pod_that_goes_while_its_log_is_read_leaves_the_rest_in_the_archive() -> None:
    own = 'time=2026-11-29T04:08:43Z level=INFO msg="waiting for signals" argo=true'
    source = Breaking([line(1, own), line(2, "one"), line(3, "two"), LOST], [Missing("gone")])
    read = Read(source, with_archive(running("api"), "one\ntwo\nthree\n"), follow=True)
    rule = "── api: its pod is gone, from the archive on ──".encode()
    assert read.lines == [own.encode(), b"one", b"two", rule, b"three"]
    assert [source.origin for source in read.sources] == ["pod", "archive", "seam"]


def test_the_last_words_of_the_executor_are_no_line_of_the_archive_however_they_come() -> None:
    own = "time=2026-11-29T04:08:43Z level=INFO msg=exited argo=true"
    last = "Error: exit status 1"
    source = Breaking([line(1, "one"), line(2, own), line(3, last), LOST], [Missing("gone")])
    read = Read(source, with_archive(running("api"), "one\ntwo\n"), follow=True)
    assert read.lines[:3] == [b"one", own.encode(), last.encode()]
    assert read.lines[4:] == [b"two"]


def test_a_pod_that_goes_before_its_step_is_over_is_found_in_the_archive_when_it_is() -> None:
    source = Breaking([line(1, "one"), LOST], [Missing("gone")])
    read = Read(source, running("api"), follow=True, ends_with="one\ntwo\n")
    assert read.lines[0] == b"one" and read.lines[-1] == b"two"
    assert "waits: gone; its step is not over yet" in read.told
    assert read.error is None


def test_a_log_that_is_nowhere_says_so() -> None:
    read = Read(Breaking([line(1, "one"), LOST], [Missing("gone")]), running("api"))
    assert read.lines == [b"one"]
    assert str(read.error) == "its pod is gone, and its log was not archived: it may end early"
    read = Read(Breaking([Missing("gone")]), running("api"))
    assert "was not archived" in str(read.error)


def test_of_a_log_that_is_nowhere_nothing_is_said_of_times_in_its_archive() -> None:
    noted: list[str] = []
    read = Read(
        Breaking([Missing("gone")]),
        running("api"),
        since_time="2026-01-01T00:00:00Z",
        noted=lambda target, words: noted.append(words),
    )
    assert "was not archived" in str(read.error)
    assert noted == []


def test_what_a_server_says_ends_without_an_empty_line() -> None:
    assert str(Missing("previous terminated container not found\n")).endswith("found")


def test_the_start_before_this_one_is_in_no_archive() -> None:
    read = Read(Breaking([Missing("gone")]), with_archive(running("api"), "x\n"), previous=True)
    assert (read.lines, str(read.error)) == ([], "gone")
    (source,) = read.sources
    assert source.origin == "previous"


def test_who_stops_reads_no_further() -> None:
    class Stopping(Breaking):
        def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
            stop.set()
            return super().log(request, stop)

    source = Stopping([LOST])
    assert Read(source, running("api"), is_patient=True).lines == []
    assert len(source.requests) == 1


def test_what_a_container_said_before_it_was_started_again_stands_before_it_after_a_seam() -> None:
    source = ScriptedSource()
    source.previous_logs[pod("api"), "main"] = [line(1, "first"), line(2, "crash")]
    source.logs[pod("api"), "main"] = [line(9, "again")]
    read = Read(source, running("api"), is_alone=True)
    assert [each.decode() for each in read.lines] == [
        *("first", "crash", "── main was started again ──", "again"),
    ]
    assert [each.origin for each in read.sources] == ["pod", "previous", "seam"]
    assert Read(source, running("api")).lines == [b"again"], "among others it costs no request"
    assert Read(source, running("api"), is_alone=True, tail=1).lines == [b"again"]


def test_one_that_was_started_once_has_no_seam_and_the_archive_goes_on_where_its_pod_did() -> None:
    source = Breaking([line(1, "one")], [Rejected("previous terminated container not found")])
    read = Read(source, running("api"), is_alone=True)
    assert read.lines == [b"one"]
    restarted = Breaking(
        [line(5, "two"), LOST], [line(1, "one")], [Missing("its pod is gone", status=404)]
    )
    manifest = with_archive(running("api"), "two\nthree\n")
    read = Read(restarted, manifest, is_alone=True, is_patient=True)
    assert [each.decode() for each in read.lines] == [
        *("one", "── main was started again ──", "two"),
        *("── api: its pod is gone, from the archive on ──", "three"),
    ]


class Restarting(Breaking):
    """Its pod is as one after the other of some states says, each time it is looked at."""

    def __init__(self, *answers: Answer, states: list[dict[str, Any]]) -> None:
        super().__init__(*answers)
        self.states = states
        self.ports[Around] = self

    def pod(self, namespace: str, name: str) -> Manifest | None:
        told = {"name": "main", "restartCount": 1, "state": self.states.pop(0)}
        status = {"phase": "Running", "containerStatuses": [told]}
        return {"metadata": {}, "spec": {"restartPolicy": "OnFailure"}, "status": status}


FAILED, DONE = {"terminated": {"exitCode": 1}}, {"terminated": {"exitCode": 0}}


def test_a_container_that_is_started_again_under_an_open_log_goes_on_after_a_seam() -> None:
    waits = {"waiting": {"reason": "CrashLoopBackOff"}}
    later = {"running": {"startedAt": "2026-03-17T06:29:58Z"}}
    source = Restarting(
        [line(1, "one"), line(2, "crash")],
        [Rejected("previous terminated container not found")],
        [line(59, "again")],
        states=[FAILED, waits, waits, later, DONE],
    )
    read = Read(source, running("api"), follow=True, is_alone=True)
    said = [each.decode() for each in read.lines]
    assert said == ["one", "crash", "── main was started again ──", "again"]
    assert read.told == [
        "waits: main will be started again",
        "waits: main waits to be started again: CrashLoopBackOff",
        "resumed",
    ]
    assert source.requests[-1].since_time, "what was read is not asked for again"
    assert not source.states and not source.given


def test_a_stream_that_ended_while_its_container_runs_is_gone_on_with_and_has_no_seam() -> None:
    source = Restarting(
        [line(1, "one")],
        [Rejected("previous terminated container not found")],
        [line(1, "one"), line(2, "two")],
        states=[{"running": {"startedAt": "2026-03-17T06:29:00Z"}}, DONE],
    )
    assert Read(source, running("api"), follow=True, is_alone=True).lines == [b"one", b"two"]


@pytest.mark.parametrize("where", ["spec", "template"])
def test_of_many_logs_one_whose_container_may_be_started_again_goes_on_after_a_seam(
    where: str,
) -> None:
    manifest = running("api")
    patched = manifest["spec"] if where == "spec" else manifest["spec"]["templates"][1]
    patched["podSpecPatch"] = '{"restartPolicy":"OnFailure"}'
    later = {"running": {"startedAt": "2026-03-17T06:29:58Z"}}
    waits = {"waiting": {"reason": "CrashLoopBackOff"}}
    source = Restarting([line(1, "one")], [line(59, "again")], states=[waits, later, DONE])
    read = Read(source, manifest, follow=True)
    said = [each.decode() for each in read.lines]
    assert said == ["one", "── main was started again ──", "again"]
    assert read.told == ["waits: main waits to be started again: CrashLoopBackOff", "resumed"]


def test_who_reads_once_or_many_asks_for_no_pod() -> None:
    source = Restarting([line(1, "one")], [line(1, "one")], [Rejected("none")], states=[])
    assert Read(source, running("api"), follow=True).lines == [b"one"]
    assert Read(source, running("api"), is_alone=True).lines == [b"one"]


def of_agent() -> Manifest:
    """A run with two steps that the agent does."""
    manifest = running("get", "put")
    for node in manifest["status"]["nodes"].values():
        if node["type"] == "Pod":
            node["type"] = "HTTP"
    return manifest


def test_the_log_of_an_agent_begins_with_the_lines_of_the_step_that_is_meant() -> None:
    manifest = of_agent()
    nodes = manifest["status"]["nodes"].values()
    ids = {node["displayName"]: node["id"] for node in nodes}
    source = ScriptedSource()
    said = [
        "agent begins",
        f"Processing task nodeID={ids['put']}",
        f"Processing task nodeID={ids['get']}",
        f"Sending result nodeID={ids['get']}",
        f"Sending result nodeID={ids['put']}",
    ]
    workflow = decode.from_manifest(manifest)
    node = workflow.nodes[NodeId(ids["get"])]
    target = best_target(workflow, node)
    assert target is not None
    source.logs[target.pod, "main"] = [line(i, text) for i, text in enumerate(said)]
    reader = LogReader(source, workflow, is_alone=True)
    blocks = list(reader.blocks(target, AtOnce(), number=lambda source: 0))
    found = [block.line(i).decode() for block in blocks for i in range(len(block))]
    seam = f"── of the agent, for all steps that it does: {target.pod} ──"
    assert found == [said[2], said[3], seam, said[0], said[1], said[4]]


def read_partly(*said: str, archive: str, **more: Any) -> tuple[list[str], list[str]]:
    """What is read of a pod that goes, of which these lines were the last, and what is noted."""
    source = Breaking(
        [*(line(i, text) for i, text in enumerate(said)), LOST],
        [Missing("its pod is gone", status=404)],
    )
    notes: list[str] = []
    manifest = with_archive(running("api"), archive)
    read = Read(
        source,
        manifest,
        is_patient=True,
        noted=lambda target, words: notes.append(words),
        **more,
    )
    return [each.decode() for each in read.lines], notes


GONE = "── api: its pod is gone, from the archive on ──"


@pytest.mark.parametrize("more", [{"tail": 2}, {"since_time": "2026-03-17T06:29:00Z"}])
def test_of_a_log_that_was_read_partly_the_archive_goes_on_where_its_pod_ended(
    more: dict[str, Any],
) -> None:
    archive = "one\ntwo\nthree\nfour\ntwo\nthree\nfive\n"
    assert read_partly("two", "three", archive=archive, **more) == (
        ["two", "three", GONE, "five"],
        [],
    )
    told, notes = read_partly("rotated", archive="one\ntwo\n", **more)
    assert told == ["rotated", GONE, "one", "two"]
    assert "what its pod said last is not in its archived log" in notes[0]


def test_of_the_archive_as_many_last_lines_are_read_as_kubectl_would_and_since_is_said() -> None:
    gone: Answer = [Missing("its pod is gone", status=404)]
    manifest = with_archive(running("api"), "".join(f"{i}\n" for i in range(50)))
    assert Read(Breaking(gone), manifest, tail=3).lines == [b"47", b"48", b"49"]
    assert Read(Breaking(gone), manifest, tail=0).lines == []
    notes: list[str] = []
    read = Read(
        Breaking(gone),
        manifest,
        since_time="2026-03-17T06:29:00Z",
        noted=lambda target, words: notes.append(words),
    )
    assert len(read.lines) == 50 and "has no times" in notes[0]


def test_a_log_without_times_that_breaks_is_read_anew_without_the_lines_that_were_read() -> None:
    said = [b"one\n", b"two\n", b"three\n"]

    class Bare(Breaking):
        def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
            self.requests.append(request)
            return blocks_of(self._said(self.given.pop(0)), request.source, stamped=False)

    source = Bare([*said[:2], LOST], [said[0], LOST], [*said])
    read = Read(source, running("api"), wants_times=False)
    assert read.lines == [b"one", b"two", b"three"]
    assert [(each.stamped, each.since_time) for each in source.requests] == [(False, None)] * 3
    followed = Breaking([line(1, "one")])
    assert Read(followed, running("api"), wants_times=False, follow=True).lines == [b"one"]
    assert followed.requests[0].stamped, "a followed log goes on from its last time"
