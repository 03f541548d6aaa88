"""The file of an incident: what was saved reads as it did, and a hostile one does no harm."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.support import headless
from tests.support.runs import NOW, nightly_etl, run, step
from tests.support.scripted import ScriptedSource
from tui.artifacts.items import Item, state_of
from tui.artifacts.served import served
from tui.domain import decode
from tui.domain.artifact import NodeArtifact
from tui.domain.identity import ObjectKey, Target
from tui.domain.incident import (
    CONTENTS,
    EVENTS,
    OBJECTS,
    SAMPLES,
    SUFFIX,
    WHY,
    WORKFLOW,
    log_member,
)
from tui.domain.location import S3Location
from tui.domain.logs import LogSource
from tui.domain.logtargets import log_targets
from tui.domain.node import NodeId
from tui.domain.podname import agent_pod_name, node_id
from tui.domain.samples import RunSamples
from tui.domain.workflow import WORKFLOW as KIND
from tui.domain.workflow import WorkflowRef
from tui.errors import InputError, Missing, NotOffered, Refused, SourceError
from tui.incident import Saving
from tui.logs.reader import LogReader
from tui.ports.artifacts import ServedArtifacts
from tui.ports.connection import Connection, offered
from tui.ports.events import Event, Events
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.metrics import PodUsage
from tui.ports.objects import Objects
from tui.ports.pods import Around, ContainerState, Pod, Pods
from tui.ports.samples import SavedSamples
from tui.ports.threads import CancelToken
from tui.sources.incident import NOT_SAVED, read

RUN = "nightly-etl-x7k2p"
AGENTS = (("ask", "HTTP"), ("plug", "Plugin"))
POD = f"{RUN}-extract-{node_id(RUN, f'{RUN}.extract-orders').rpartition('-')[2]}"
LOG = b"2026-03-17T05:00:00Z one\n2026-03-17T05:00:01Z two\n2026-03-17T05:00:02Z three\n"


def source() -> ScriptedSource:
    found = ScriptedSource(nightly_etl())
    found.logs[POD, "main"] = [LOG]
    told = Event("Warning", "Failed", "no room", "2026-03-17T05:00:00Z", object_kind="Workflow")
    found.events_of[RUN] = (told,)
    return found


def saved(folder: Path, found: ScriptedSource | None = None) -> Path:
    path = folder / f"run{SUFFIX}"
    Saving(found or source(), nightly_etl(), now=NOW, pod_names="v2").write(path)
    return path


def text_of(connection: Connection, **request: Any) -> bytes:
    asked = LogRequest("argo", POD, follow=False, **request)
    blocks = offered(connection, PodLogs).log(asked, CancelToken())
    return b"".join(block.stamped() for block in blocks)


def test_run_logs_and_events_are_as_they_were(tmp_path: Path) -> None:
    connection = read(str(saved(tmp_path)))
    target = Target(ObjectKey("", KIND, "argo", RUN))
    assert offered(connection, Objects).get(target) == decode.unpacked_manifest(nightly_etl())
    assert text_of(connection).splitlines()[0].endswith(b" one")
    assert len(text_of(connection).splitlines()) == 3
    (event,) = offered(connection, Events).events(WorkflowRef("argo", RUN))
    assert event.message == "no room"
    connection.close()


def test_the_log_of_an_agent_is_saved_while_its_steps_are_pending(tmp_path: Path) -> None:
    path = tmp_path / f"run{SUFFIX}"
    asks = [step(RUN, name, "Pending", type=kind) for name, kind in AGENTS]
    going = run(RUN, "Running", nodes=[step(RUN, "", "Running", type="Steps"), *asks])
    found, agent = ScriptedSource(going), agent_pod_name(RUN)
    states = tuple(ContainerState(name, "running") for name in ("main", "hello"))
    found.pods_of[RUN] = (Pod(agent, "argo", "Running", containers=states),)
    found.logs[agent, "main"] = [LOG]
    found.logs[agent, "hello"] = [LOG]
    contents = Saving(found, going, now=NOW, pod_names="v2").write(path)
    assert list(contents.why_not) == [log_member(agent, "init")], "no other log is missed"
    connection = read(str(path))
    for container in ("main", "hello"):
        request = LogRequest("argo", agent, container, follow=False)
        blocks = offered(connection, PodLogs).log(request, CancelToken())
        assert sum(map(len, blocks)) == 3
    connection.close()
    said = headless.run(["logs", str(path)])
    assert (said.code, said.out) == (0, "".join(f"{agent}: {x}\n" for x in ("one", "two", "three")))


def sampled() -> RunSamples:
    """What was measured of the pod while somebody looked."""
    samples = RunSamples()
    for memory in (900 << 20, 100 << 20):
        samples.take(NOW.timestamp(), {POD: PodUsage(5, memory, {"main": (5, memory)})})
    samples.take(NOW.timestamp(), {})
    return samples


def test_what_was_measured_is_saved_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / f"run{SUFFIX}"
    saving = Saving(source(), nightly_etl(), now=NOW, pod_names="v2", samples=sampled())
    contents = saving.write(path)
    assert not [each for each in contents.lacks if "samples" in each]
    connection = read(str(path))
    found = offered(connection, SavedSamples).samples(WorkflowRef("argo", RUN))
    assert found == sampled() and found.memory_peaks() == {(POD, "main"): 900 << 20}
    connection.close()


def test_of_a_run_that_goes_on_a_sample_is_taken_when_it_is_saved(tmp_path: Path) -> None:
    path, going = tmp_path / f"run{SUFFIX}", ScriptedSource(run("one", "Running"))
    going.usage_of["one"] = {"one": PodUsage(7, 9, {"main": (7, 9)})}
    contents = Saving(going, run("one", "Running"), now=NOW, pod_names="v2").write(path)
    assert not [each for each in contents.lacks if "samples" in each]
    connection = read(str(path))
    found = offered(connection, SavedSamples).samples(WorkflowRef("argo", "one"))
    assert found.memory_peaks() == {("one", "main"): 9}
    connection.close()


def test_a_file_without_samples_says_so_and_opens(tmp_path: Path) -> None:
    path = saved(tmp_path)
    connection = read(str(path))
    assert "resource samples: nobody looked at it while it ran" in connection.contents.lacks
    connection.close()
    older = tmp_path / f"older{SUFFIX}"
    with tarfile.open(path) as had, tarfile.open(older, "w:gz") as made:
        for member in had:
            if member.name != SAMPLES:
                made.addfile(member, had.extractfile(member))
    connection = read(str(older))
    found = offered(connection, SavedSamples).samples(WorkflowRef("argo", RUN))
    assert not found.is_measured and found.why_not == NOT_SAVED
    connection.close()


@pytest.mark.parametrize(
    ("request_", "lines"),
    [
        ({"tail_lines": 1}, ["three"]),
        ({"tail_lines": 0}, []),
        ({"since_time": "2026-03-17T05:00:01Z"}, ["two", "three"]),
        ({"since_time": "2026-03-17T05:00:01Z", "tail_lines": 1}, ["three"]),
    ],
)
def test_a_part_of_a_log_is_what_the_cluster_would_give(
    tmp_path: Path, request_: dict[str, Any], lines: list[str]
) -> None:
    connection = read(str(saved(tmp_path)))
    told = text_of(connection, **request_).decode().splitlines()
    assert [line.partition(" ")[2] for line in told] == lines
    connection.close()


def with_archived_log(data: str) -> dict[str, Any]:
    """The run, with the archived log of its first step written into it."""
    found = nightly_etl()
    node = found["status"]["nodes"][node_id(RUN, f"{RUN}.extract-orders")]
    node["outputs"] = {"artifacts": [{"name": "main-logs", "raw": {"data": data}}]}
    return found


def test_the_archived_log_of_a_step_is_its_log_without_times_and_the_lines_of_argo(
    tmp_path: Path,
) -> None:
    found, run = source(), with_archived_log("")
    own = b'2026-03-17T05:00:00Z time=2026-03-17T05:00:00.1Z level=INFO msg="begun" argo=true\n'
    found.logs[POD, "main"] = [own, LOG]
    path = tmp_path / f"run{SUFFIX}"
    Saving(found, run, now=NOW, pod_names="v2").write(path)
    connection = read(str(path))
    assert len(text_of(connection).splitlines()) == 4
    node = NodeId(node_id(RUN, f"{RUN}.extract-orders"))
    served = offered(connection, ServedArtifacts)
    at = served.path(decode.from_manifest(run), node, "main-logs", "out")
    with served.content(at, CancelToken()) as content:
        assert b"".join(content.pieces) == b"one\ntwo\nthree\n"
        assert content.headers["Content-Length"] == "14"
    connection.close()


def test_of_a_pod_that_was_gone_the_log_is_the_archived_one_as_it_was_written(
    tmp_path: Path,
) -> None:
    text = "2020-01-01T00:00:00Z this is a time of the program\nlast\n"
    run = with_archived_log(text)
    path = tmp_path / f"run{SUFFIX}"
    contents = Saving(ScriptedSource(run), run, now=NOW, pod_names="v2").write(path)
    assert contents.archived == (log_member(POD, "main"),)
    connection = read(str(path))
    workflow = decode.from_manifest(run)
    (target,) = (
        each
        for each in log_targets(workflow, pod_names="v2")
        if (each.pod, each.container) == (POD, "main")
    )
    origins: list[str] = []

    def number(source: LogSource) -> int:
        origins.append(source.origin)
        return len(origins) - 1

    blocks = list(LogReader(connection, workflow).blocks(target, CancelToken(), number=number))
    assert b"".join(block.data for block in blocks).decode() == text
    assert {origins[block.source] for block in blocks} == {"archive"}
    connection.close()


def test_what_could_not_be_had_is_said_with_the_reason(tmp_path: Path) -> None:
    refusing = source()
    refusing.refusal = Refused("not allowed to read pods/log", status=403)
    connection = read(str(saved(tmp_path, refusing)))
    assert any("not allowed to read pods/log" in each for each in connection.contents.lacks)
    with pytest.raises(Missing, match=r"is not in the file: .*not allowed to read pods/log"):
        text_of(connection)
    workflow = decode.from_manifest(nightly_etl())
    served = offered(connection, ServedArtifacts)
    with pytest.raises(NotOffered, match="not in the file"):
        served.path(workflow, NodeId("nowhere"), "model", "out")
    connection.close()


def test_what_no_source_could_tell_is_not_told_to_have_been_gone(tmp_path: Path) -> None:
    """As of a run that was saved through an Argo Server, which knows neither pods nor events."""
    lacks = {Pods: "no pods are told here", Events: "no events are told here"}
    connection = read(str(saved(tmp_path, ScriptedSource(nightly_etl(), lacks=lacks))))
    workflow = decode.from_manifest(nightly_etl())
    with pytest.raises(Missing, match="the pods are not in the file: no pods are told here"):
        offered(connection, Pods).pods(workflow.ref)
    with pytest.raises(Missing, match="the pods are not in the file"):
        offered(connection, Around).pod("argo", POD)
    with pytest.raises(Missing, match="the events are not in the file: no events are told here"):
        offered(connection, Events).events(workflow.ref)
    connection.close()
    (tmp_path / "other").mkdir()
    connection = read(str(saved(tmp_path / "other")))
    assert offered(connection, Pods).pods(workflow.ref) == ()
    connection.close()


class OfPodsOnly(ScriptedSource):
    """As a recording in which nobody looked at the events of the run itself."""

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        if not pod:
            raise Missing(f"the events of {ref.name} were not recorded")
        return super().events(ref, pod)


def test_events_that_some_have_are_saved_and_only_the_others_are_told_to_be_lacking(
    tmp_path: Path,
) -> None:
    connection = read(str(saved(tmp_path, OfPodsOnly(nightly_etl()))))
    workflow = decode.from_manifest(nightly_etl())
    assert offered(connection, Events).events(workflow.ref, POD) == (), "it had none"
    with pytest.raises(Missing, match="not in the file: the events of nightly"):
        offered(connection, Events).events(workflow.ref)
    connection.close()


def test_an_artifact_that_was_not_saved_is_told_to_be_left_out(tmp_path: Path) -> None:
    connection = read(str(saved(tmp_path, source())))
    workflow = decode.from_manifest(nightly_etl())
    place = S3Location("bucket", "key")
    kept = NodeArtifact(NodeId("nowhere"), "train", "model", "out", place, key="key")
    (artifact,) = served(connection, workflow, [kept])
    assert state_of(Item(artifact, artifact.location), "ok") == "not in the file"
    connection.close()


def test_a_file_that_is_there_stays_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    path = tmp_path / f"run{SUFFIX}"
    path.write_bytes(b"mine")
    saving = Saving(source(), nightly_etl(), now=NOW, pod_names="v2")
    with pytest.raises(InputError, match="is there already"):
        saving.write(path)
    assert path.read_bytes() == b"mine"
    saving.write(path, overwrite=True)
    connection = read(str(path))
    assert connection.contents.name == RUN
    connection.close()
    assert [each.name for each in tmp_path.iterdir()] == [path.name], "nothing is left behind"
    assert path.stat().st_mode & 0o077 == 0, "others may not read it"


def test_a_folder_that_cannot_be_written_is_an_error_that_says_so(tmp_path: Path) -> None:
    saving = Saving(source(), nightly_etl(), now=NOW, pod_names="v2")
    with pytest.raises(InputError, match="cannot be written"):
        saving.write(tmp_path / "nowhere" / f"run{SUFFIX}")


# --- files that are none -------------------------------------------------------------------------

GOOD: dict[str, bytes] = {
    CONTENTS: b'{"version": 1, "name": "a"}',
    WORKFLOW: json.dumps(nightly_etl()).encode(),
    OBJECTS: b"[]",
    EVENTS: b"[]",
    WHY: b"",
}


def packed(path: Path, members: dict[str, bytes], *links: str) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            tar.addfile(about, io.BytesIO(data))
        for name in links:
            about = tarfile.TarInfo(name)
            about.type, about.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(about)
    return path


def test_links_and_odd_names_are_nothing_and_are_written_nowhere(tmp_path: Path) -> None:
    evil = {"../../evil": b"x", "/tmp/evil-incident": b"x", **GOOD}
    link = log_member(POD, "main")
    connection = read(str(packed(tmp_path / f"a{SUFFIX}", evil, link)))
    with pytest.raises(Missing):
        text_of(connection)
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"a{SUFFIX}"]
    assert not Path("/tmp/evil-incident").exists()
    connection.close()


@pytest.mark.parametrize("name", [CONTENTS, WORKFLOW, OBJECTS, EVENTS])
@pytest.mark.parametrize("data", [None, b"", b"[", b"3", b"\xff\xfe", b'{"a": [' * 5000])
def test_a_member_that_lacks_or_is_rubbish_is_named(
    tmp_path: Path, name: str, data: bytes | None
) -> None:
    members = {key: value for key, value in GOOD.items() if key != name}
    if data is not None:
        members[name] = data
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        read(str(packed(tmp_path / f"a{SUFFIX}", members)))


def test_a_newer_file_is_refused_with_what_opens_it(tmp_path: Path) -> None:
    newer = {**GOOD, CONTENTS: b'{"version": 99, "by": "argo-tui 9.0"}'}
    with pytest.raises(InputError, match="newer program"):
        read(str(packed(tmp_path / f"a{SUFFIX}", newer)))


def test_a_file_that_is_cut_off_anywhere_is_an_error_and_never_a_crash(tmp_path: Path) -> None:
    whole = packed(tmp_path / f"whole{SUFFIX}", GOOD).read_bytes()
    cut = tmp_path / f"cut{SUFFIX}"
    for length in range(0, len(whole) - 8, max(1, len(whole) // 97)):
        cut.write_bytes(whole[:length])
        with pytest.raises((InputError, SourceError)):
            read(str(cut))


@pytest.mark.parametrize("data", [b"", b"not packed", gzip.compress(b"no archive"), b"\x1f\x8b"])
def test_what_is_no_archive_is_an_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / f"a{SUFFIX}"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read(str(path))


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError, match="No such file"):
        read(f"/nowhere/a{SUFFIX}")
