"""`argo-tui submit`, `stop`, `delete` …: what is sent, how often, and what is said."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.cutting import BreakingLine
from tests.support.fake_api import Answer, Asked, FakeApi, Reply, fake_api, write_kubeconfig
from tests.support.headless import Said, run
from tests.support.scripted import manifest
from tests.support.waiting import wait_until
from tui.cli import main
from tui.demo.resources import CRON_WORKFLOWS, WORKFLOW_TEMPLATES, WORKFLOWS

LABEL = "workflows.argoproj.io/"
PATH = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows"
Ask = Callable[..., Said]
ENDED = "2026-01-01T12:00:00Z"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def ask(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.delenv("ARGO_INSTANCEID", raising=False)
    monkeypatch.delenv("ARGO_NAMESPACE", raising=False)
    return lambda *words: run([words[0], "--kubeconfig", str(cluster.kubeconfig), *words[1:]])


def saved(tmp_path: Path, **metadata: Any) -> str:
    path = tmp_path / "w.yaml"
    made = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": metadata or {"name": "made"},
        "spec": {
            "entrypoint": "main",
            "arguments": {"parameters": [{"name": "a", "value": "1"}]},
            "templates": [{"name": "main", "container": {"image": "a"}}],
        },
    }
    path.write_text(json.dumps(made))
    return str(path)


def pod(name: str, phase: str) -> dict[str, Any]:
    return {"id": name, "name": name, "type": "Pod", "phase": phase, "templateName": "main"}


def gate(name: str, **more: Any) -> dict[str, Any]:
    node = f"{name}-1"
    waiting = {
        "id": node,
        "name": f"{name}.approve",
        "displayName": "approve",
        "type": "Suspend",
        "phase": "Running",
        **more,
    }
    return {"phase": "Running", "nodes": {node: waiting}}


# --- what each does ------------------------------------------------------------------------------


def test_stop_and_terminate_say_what_argo_says(ask: Ask, cluster: Cluster) -> None:
    cluster.workflow("s1")
    cluster.workflow("s2")
    assert ask("stop", "s1") == (0, "workflow s1 stopped\n", "")
    assert ask("terminate", "s2") == (0, "workflow s2 terminated\n", "")
    for name, shutdown in (("s1", "Stop"), ("s2", "Terminate")):
        assert (cluster.get(WORKFLOWS, name) or {})["spec"]["shutdown"] == shutdown


def test_suspend_then_resume(ask: Ask, cluster: Cluster) -> None:
    cluster.workflow("p")
    assert ask("suspend", "p", "p").out == "workflow p suspended\n", "the same one once"
    assert (cluster.get(WORKFLOWS, "p") or {})["spec"]["suspend"] is True
    assert ask("resume", "p").out == "workflow p resumed\n"
    assert "suspend" not in (cluster.get(WORKFLOWS, "p") or {})["spec"]


def test_set_goes_by_the_name_it_has_in_argo_too(cluster: Cluster) -> None:
    cluster.workflow("h", status=gate("h"))
    where = ["--kubeconfig", str(cluster.kubeconfig)]
    words = ["node", "set", *where, "h", "--node-field-selector", "displayName=approve"]
    assert run([*words, "--phase", "Succeeded"]).out == "workflow values set\n"
    node = (cluster.get(WORKFLOWS, "h") or {})["status"]["nodes"]["h-1"]
    assert node["phase"] == "Succeeded"


def test_set_supplies_what_a_gate_waits_for(ask: Ask, cluster: Cluster) -> None:
    outputs = {"parameters": [{"name": "answer", "valueFrom": {"supplied": {}}}]}
    cluster.workflow("g", status=gate("g", outputs=outputs))
    value = 'yes, "quoted"\nünï ' + "x" * 100_000
    words = ["set", "g", "--node-field-selector", "displayName=approve"]
    assert ask(*words, "-p", f"answer={value}").out == "workflow values set\n"
    node = (cluster.get(WORKFLOWS, "g") or {})["status"]["nodes"]["g-1"]
    assert node["outputs"]["parameters"] == [{"name": "answer", "value": value}]
    assert node["phase"] == "Running"
    said = ask("set", "g")
    assert said.code == 1 and "use a node field selector to target them" in said.err


def test_retry_prints_the_workflow_as_get_does(ask: Ask, cluster: Cluster) -> None:
    status = {"phase": "Failed", "nodes": {"r": pod("r", "Failed")}}
    cluster.workflow("r", "Failed", status=status)
    cluster.pod("r", phase="Failed")
    said = ask("retry", "r", "--no-color")
    assert said.code == 0 and said.out.startswith("Name:                r\n")
    found = cluster.get(WORKFLOWS, "r") or {}
    assert "finishedAt" not in found["status"] or found["status"]["finishedAt"] is None
    assert found["status"]["nodes"] == {}


def test_resubmit_gives_the_new_name(ask: Ask, cluster: Cluster) -> None:
    cluster.workflow("old", "Failed")
    said = ask("resubmit", "old", "-o", "name", "-p", "a=2")
    assert said.code == 0 and said.out.startswith("old-")
    made = cluster.get(WORKFLOWS, said.out.strip()) or {}
    assert made["metadata"]["labels"][f"{LABEL}resubmitted-from-workflow"] == "old"
    assert made["spec"]["arguments"]["parameters"] == [{"name": "a", "value": "2"}]


VALUES = {
    "none": "",
    "equals": "a=b=c",
    "lines": "two\nlines\r\n",
    "unicode": "日本 ü \u200b",
    "dashes": "--",
    "flag": "-x",
    "quotes": "'\"`$(id)",
    "long": "x" * 100_000,
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_of_a_resubmission_arrives_as_it_was_given(
    value: str, ask: Ask, cluster: Cluster
) -> None:
    if cluster.get(WORKFLOWS, "given") is None:
        cluster.workflow("given", "Failed")
    for flag in (["-p", f"a={value}"], [f"--parameter=a={value}"]):
        said = ask("resubmit", "given", "-o", "name", *flag)
        assert said.code == 0, said.err
        made = cluster.get(WORKFLOWS, said.out.strip()) or {}
        assert made["spec"]["arguments"]["parameters"] == [{"name": "a", "value": value}]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_arrives_as_it_was_given(
    value: str, ask: Ask, cluster: Cluster, tmp_path: Path
) -> None:
    said = ask("submit", saved(tmp_path, generateName="v-"), "-p", f"a={value}", "-o", "name")
    assert said.code == 0, said.err
    made = cluster.get(WORKFLOWS, said.out.strip()) or {}
    assert made["spec"]["arguments"]["parameters"] == [{"name": "a", "value": value}]


def test_submit_takes_files_a_parameter_file_and_labels(
    ask: Ask, cluster: Cluster, tmp_path: Path
) -> None:
    values = tmp_path / "p.yaml"
    values.write_text("b: two\n")
    words = ["submit", saved(tmp_path), "-f", str(values), "-l", "team=data", "--priority", "3"]
    said = ask(*words, "--serviceaccount", "runner", "-o", "json")
    made = json.loads(said.out)
    assert made["metadata"]["name"] == "made" and made["metadata"]["namespace"] == "argo"
    assert made["metadata"]["labels"]["team"] == "data"
    assert made["spec"]["priority"] == 3 and made["spec"]["serviceAccountName"] == "runner"
    assert [one["name"] for one in made["spec"]["arguments"]["parameters"]] == ["b", "a"]
    again = ask(*words)
    assert again.code == 1 and "made exists already" in again.err


def test_submit_from_a_template_and_a_cron_workflow(ask: Ask, cluster: Cluster) -> None:
    spec = {"entrypoint": "m", "templates": [{"name": "m", "container": {"image": "a"}}]}
    meta = {"namespace": "argo", "name": "etl"}
    cluster.create(WORKFLOW_TEMPLATES, {"metadata": meta, "spec": spec})
    cluster.create(
        CRON_WORKFLOWS, {"metadata": meta, "spec": {"schedules": ["@daily"], "workflowSpec": spec}}
    )
    of_template = ask("submit", "--from", "wftmpl/etl", "-o", "name")
    of_cron = ask("submit", "--from", "cronwf/etl", "-o", "name", "--name", "by-hand")
    made = cluster.get(WORKFLOWS, of_template.out.strip()) or {}
    assert made["spec"]["workflowTemplateRef"] == {"name": "etl"}
    assert of_cron.out == "by-hand\n"
    owner = (cluster.get(WORKFLOWS, "by-hand") or {})["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"]) == ("CronWorkflow", "etl")


def test_dry_runs_keep_nothing(ask: Ask, cluster: Cluster, tmp_path: Path) -> None:
    path = saved(tmp_path, name="dry")
    assert "name: dry" in ask("submit", path, "--dry-run", "-o", "yaml").out
    assert ask("submit", path, "--server-dry-run", "-o", "name").out == "dry\n"
    assert cluster.get(WORKFLOWS, "dry") is None
    cluster.workflow("kept")
    assert ask("stop", "kept", "--dry-run").out == "workflow kept stopped (dry-run)\n"
    assert ask("delete", "kept", "--dry-run").out == "Workflow 'kept' deleted (dry-run)\n"
    assert "shutdown" not in (cluster.get(WORKFLOWS, "kept") or {})["spec"]


def test_what_is_only_printed_is_where_it_would_be_made(ask: Ask, tmp_path: Path) -> None:
    """In the namespace of the context, where neither flag nor manifest names one."""
    path = saved(tmp_path, name="dry")
    made = json.loads(ask("submit", path, "--dry-run", "-o", "json").out)
    assert made["metadata"] == {"name": "dry", "namespace": "argo"}
    assert "Created: dry in argo." in ask("plan", "submit", path).out
    other = ask("submit", path, "-n", "ml", "--dry-run", "-o", "json")
    assert json.loads(other.out)["metadata"]["namespace"] == "ml"


def test_several_namespaces_are_no_place_for_a_new_workflow(
    ask: Ask, cluster: Cluster, tmp_path: Path
) -> None:
    path = saved(tmp_path, name="dry")
    for of in ([path], ["--from", "wftmpl/etl"]):
        for where in (["-n", "argo,ml"], ["-A"]):
            said = ask("submit", *of, *where)
            assert said.code == 2 and "choose one namespace with -n" in said.err
    assert cluster.get(WORKFLOWS, "dry") is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["submit"], "nothing to submit"),
        (["submit", "x.yaml", "--from", "wftmpl/x"], "cannot combine --from"),
        (["submit", "x.yaml", "--dry-run"], "--dry-run should have an output option"),
        (["submit", "x", "--watch", "--wait"], "choose one of --wait and --watch"),
        (["submit", "x", "--notify"], "--notify tells an end that is waited for"),
        (["submit", "x", "--wait", "--server-dry-run"], "cannot be combined"),
        (["retry", "a", "b", "--watch"], "cannot watch more than one workflow"),
        (["resubmit", "a", "b", "--name", "c"], "cannot give 2 workflows one name"),
        (["stop"], "no workflow is named"),
        (["delete"], "requires either a workflow or other argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_two_and_nothing_is_done(
    words: list[str], why: str, ask: Ask, cluster: Cluster
) -> None:
    for name in ("a", "b"):
        if cluster.get(WORKFLOWS, name) is None:
            cluster.workflow(name, "Failed")
    said = ask(*words)
    assert (said.code, said.out) == (2, "") and why in said.err


def test_what_is_no_workflow_is_not_submitted(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("kind: WorkflowTemplate\nmetadata: {name: t}\nspec: {}\n")
    said = ask("submit", str(path))
    assert said.code == 2 and "this is a WorkflowTemplate" in said.err


# --- more than one -------------------------------------------------------------------------------


@pytest.fixture
def three(cluster: Cluster) -> Iterator[list[str]]:
    names = [f"three-{number}" for number in range(3)]
    for name in names:
        cluster.workflow(name, metadata={"labels": {"batch": "three"}})
    yield names
    for name in names:
        if cluster.get(WORKFLOWS, name) is not None:
            cluster.delete(WORKFLOWS, name)


@pytest.mark.parametrize("verb", ["stop", "terminate", "delete"])
def test_more_than_one_is_not_ended_by_a_script_that_did_not_say_yes(
    verb: str, three: list[str], ask: Ask, cluster: Cluster
) -> None:
    said = ask(verb, "-l", "batch=three")
    assert (said.code, said.out) == (1, "")
    assert "3 workflows" in said.err and "--yes" in said.err
    assert all("shutdown" not in (cluster.get(WORKFLOWS, one) or {})["spec"] for one in three)
    said = ask(verb, "-l", "batch=three", "--yes")
    assert said.code == 0 and len(said.out.splitlines()) == 3
    if verb == "delete":
        assert [cluster.get(WORKFLOWS, name) for name in three] == [None] * 3


class Keyboard(io.StringIO):
    """What somebody types."""

    def isatty(self) -> bool:
        return True


class Terminal(Keyboard):
    """What somebody reads."""


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_on_a_terminal_more_than_one_is_asked_about(
    answer: str,
    code: int,
    three: list[str],
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tui.cli import main

    told = Terminal()
    monkeypatch.setattr(sys, "stdin", Keyboard(answer))
    monkeypatch.setattr(sys, "stderr", told)
    words = ["delete", "--kubeconfig", str(cluster.kubeconfig), *three]
    assert main(words) == code
    assert told.getvalue().startswith("Delete 3 workflows on demo?\n  argo/three-0\n")
    left = [name for name in three if cluster.get(WORKFLOWS, name) is not None]
    assert left == ([] if code == 0 else three)


def test_one_that_is_refused_keeps_nobody_from_the_others(ask: Ask, cluster: Cluster) -> None:
    cluster.workflow("runs-on")
    cluster.workflow("was-done", "Succeeded")
    said = ask("suspend", "runs-on", "was-done")
    cluster.patch(WORKFLOWS, "was-done", {"metadata": {"labels": {f"{LABEL}completed": "true"}}})
    said = ask("suspend", "was-done", "runs-on")
    assert said.code == 1 and "was-done: cannot suspend completed workflows" in said.err
    assert said.out == "workflow runs-on suspended\n"


def test_read_only_refuses_before_anything_is_read(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.json({})) as api:
        config = str(write_kubeconfig(tmp_path, api.url))
        for verb in ("stop", "delete", "retry", "resubmit", "suspend", "resume"):
            said = run([verb, "w", "--read-only", "--kubeconfig", config])
            assert said.code == 1 and "read-only" in said.err
        assert api.asked == []


# --- on a bad line -------------------------------------------------------------------------------

VERBS = {
    "stop": ["stop", "w"],
    "terminate": ["terminate", "w"],
    "suspend": ["suspend", "w"],
    "resume": ["resume", "held"],
    "set": ["set", "held", "--node-field-selector", "displayName=approve", "--phase", "Failed"],
    "delete": ["delete", "w"],
    "retry": ["retry", "failed"],
    "resubmit": ["resubmit", "failed"],
    "submit": ["submit", "FILE"],
    "cron suspend": ["cron", "suspend", "nightly"],
    "cron resume": ["cron", "resume", "held"],
    "cron trigger": ["cron", "trigger", "nightly"],
}


def object_at(path: str) -> dict[str, Any]:
    """What is read at that path of the API."""
    name = path.rpartition("/")[2]
    if "/cronworkflows/" not in path:
        return object_called(name)
    workflow = {"entrypoint": "main", "templates": [{"name": "main", "container": {"image": "a"}}]}
    spec = {"schedules": ["@daily"], "suspend": name == "held", "workflowSpec": workflow}
    return {**manifest(name), "kind": "CronWorkflow", "spec": spec, "status": {}}


def object_called(name: str) -> dict[str, Any]:
    if name == "held":
        return manifest(name, nodes=gate(name)["nodes"])
    if name == "failed":
        return manifest(name, phase="Failed", nodes={name: pod(name, "Failed")})
    return manifest(name)


def answering(write: Callable[[Asked, Reply], None]) -> Answer:
    """Reads are answered as they should be; writes like this."""

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.path.startswith("/apis/auth"):
            reply.json({"status": {}}, 201)
        elif asked.method == "GET":
            reply.json(object_at(asked.path))
        else:
            write(asked, reply)

    return answer


def writes(api: FakeApi) -> list[Asked]:
    return [
        asked
        for asked in api.asked
        if asked.method != "GET"
        and not asked.path.startswith("/apis/auth")
        and asked.query.get("dryRun") != "All"
    ]


def told_of(words: list[str], api: FakeApi, tmp_path: Path, *more: str, url: str = "") -> Said:
    words = [saved(tmp_path) if word == "FILE" else word for word in words]
    return run([*words, *more, "--kubeconfig", str(write_kubeconfig(tmp_path, url or api.url))])


def rehearsed(asked: Asked, reply: Reply) -> bool:
    """Answers a rehearsal as a server does; true if it was one."""
    if asked.query.get("dryRun") == "All":
        reply.json(json.loads(asked.body))
        return True
    return False


@pytest.mark.parametrize("words", VERBS.values(), ids=VERBS)
def test_a_line_that_breaks_before_the_answer_leaves_it_unknown_and_sends_once(
    words: list[str], tmp_path: Path
) -> None:
    def breaks(asked: Asked, reply: Reply) -> None:
        if not rehearsed(asked, reply):
            reply.cut()

    with fake_api(answering(breaks)) as api:
        said = told_of(words, api, tmp_path)
    assert said.code == 1 and "is not known" in said.err
    assert len(writes(api)) == 1, "it is sent once"


@pytest.mark.parametrize("words", VERBS.values(), ids=VERBS)
def test_an_answer_that_breaks_off_leaves_it_unknown_and_sends_once(
    words: list[str], tmp_path: Path
) -> None:
    def breaks(asked: Asked, reply: Reply) -> None:
        if not rehearsed(asked, reply):
            reply.bare(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
            reply.cut()

    with fake_api(answering(breaks)) as api:
        said = told_of(words, api, tmp_path)
    assert said.code == 1 and "is not known" in said.err
    assert len(writes(api)) == 1


@pytest.mark.parametrize("words", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize("share", [0, 0.1, 0.99], ids=["none of it", "its beginning", "the most"])
def test_a_line_that_breaks_while_a_write_leaves_is_given_nothing_a_second_time(
    share: float, words: list[str], tmp_path: Path
) -> None:
    def done(asked: Asked, reply: Reply) -> None:
        reply.json(json.loads(asked.body) if asked.body else {})

    with fake_api(answering(done)) as api, BreakingLine(api.url, share).serving() as line:
        said = told_of(words, api, tmp_path, url=line.url)
        assert said.code == 1 and "is not known" in said.err
        assert line.writes == 1, "it is sent once"
        # What has no body is whole, or is none.
        assert [one for one in writes(api) if one.body and _is_whole(one)] == []


def _is_whole(asked: Asked) -> bool:
    return len(asked.body) == int(asked.headers["Content-Length"])


@pytest.mark.parametrize("words", VERBS.values(), ids=VERBS)
def test_a_server_that_is_away_is_sent_nothing(words: list[str], tmp_path: Path) -> None:
    with fake_api(answering(lambda asked, reply: reply.json({}))) as api:
        pass
    said = told_of(words, api, tmp_path)
    assert said.code == 1 and said.err and "is not known" not in said.err.partition("hint")[0]
    assert writes(api) == []


def test_after_a_broken_line_nothing_more_is_begun(tmp_path: Path) -> None:
    with fake_api(answering(lambda asked, reply: reply.cut())) as api:
        said = told_of(["stop", "a", "b", "c", "--yes"], api, tmp_path)
    assert said.code == 1 and "not begun: b, c" in said.err
    assert len(writes(api)) == 1


def test_what_has_no_name_yet_is_told_by_its_beginning(tmp_path: Path) -> None:
    path = saved(tmp_path, generateName="hello-")
    with fake_api(answering(lambda asked, reply: reply.cut())) as api:
        said = told_of(["submit", path, path], api, tmp_path)
    assert said.code == 1 and "not begun: hello-…\n" in said.err
    assert len(writes(api)) == 1


# --- conflicts -----------------------------------------------------------------------------------


class Changing:
    """A cluster in which somebody changes the workflow between our reading and our write."""

    def __init__(self, after: dict[str, Any]) -> None:
        self.after = after
        self.refused = 0
        self.taken: list[Asked] = []

    def answer(self, asked: Asked, reply: Reply) -> None:
        if asked.path.startswith("/apis/auth"):
            reply.json({"status": {}}, 201)
        elif asked.method == "GET":
            reply.json(self.after if self.refused else object_called("held"))
        elif not self.refused:
            self.refused += 1
            reply.refuse(409, "Conflict", "the object has been modified")
        else:
            self.taken.append(asked)
            reply.json(json.loads(asked.body))


def changed(**more: Any) -> dict[str, Any]:
    found = object_called("held")
    found["metadata"] = {**found["metadata"], "resourceVersion": "99"}
    return {**found, **more}


def test_a_conflict_shows_what_is_different_and_is_left_to_a_person(tmp_path: Path) -> None:
    more = gate("held")["nodes"]
    second = {**more["held-1"], "id": "held-2", "name": "held.sign", "displayName": "sign"}
    cluster = Changing(changed(status={"phase": "Running", "nodes": {**more, "held-2": second}}))
    with fake_api(cluster.answer) as api:
        said = told_of(["resume", "held"], api, tmp_path)
    assert said.code == 1 and cluster.taken == []
    assert "- Passed: 1 waiting step: approve" in said.err
    assert "+ Passed: 2 waiting steps: approve, sign" in said.err


def test_a_conflict_that_changes_nothing_of_the_plan_is_overcome(tmp_path: Path) -> None:
    cluster = Changing(changed())
    with fake_api(cluster.answer) as api:
        said = told_of(["resume", "held"], api, tmp_path)
    assert said == (0, "workflow held resumed\n", "")
    assert [json.loads(one.body)["metadata"]["resourceVersion"] for one in cluster.taken] == ["99"]


def test_yes_takes_the_new_plan_and_sends_it_on_what_is_there_now(tmp_path: Path) -> None:
    more = gate("held")["nodes"]
    second = {**more["held-1"], "id": "held-2", "name": "held.sign", "displayName": "sign"}
    cluster = Changing(changed(status={"phase": "Running", "nodes": {**more, "held-2": second}}))
    with fake_api(cluster.answer) as api:
        said = told_of(["resume", "held", "--yes"], api, tmp_path)
    assert said.code == 0 and "+ Passed: 2 waiting steps: approve, sign" in said.err
    (sent,) = cluster.taken
    nodes = json.loads(sent.body)["status"]["nodes"].values()
    assert [node["phase"] for node in nodes] == ["Succeeded", "Succeeded"]


def test_a_cluster_that_always_refuses_is_given_up(tmp_path: Path) -> None:
    def refuses(asked: Asked, reply: Reply) -> None:
        reply.refuse(409, "Conflict", "the object has been modified")

    with fake_api(answering(refuses)) as api:
        said = told_of(["suspend", "w"], api, tmp_path)
    assert said.code == 1 and "it says the same" in said.err
    assert len(writes(api)) == 6


def test_another_one_of_that_name_is_never_acted_on(tmp_path: Path) -> None:
    other = changed()
    other["metadata"]["uid"] = "another"
    cluster = Changing(other)
    with fake_api(cluster.answer) as api:
        said = told_of(["suspend", "held", "--yes"], api, tmp_path)
    assert said.code == 1 and "another one has its name now" in said.err
    assert cluster.taken == []


class OnTerminal(io.StringIO):
    """What a person sees."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("term", "notice"),
    [
        ("xterm-256color", "\a\x1b]9;argo-tui: ringing: {}\a"),
        ("foot", "\a\x1b]777;notify;argo-tui;argo-tui: ringing: {}\a"),
    ],
)
@pytest.mark.parametrize(("phase", "code"), [("Succeeded", 0), ("Failed", 1)])
def test_the_end_of_what_was_submitted_rings_where_somebody_asked_for_it(
    term: str,
    notice: str,
    phase: str,
    code: int,
    tmp_path: Path,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", term)
    for name in ("TMUX", "STY", "ARGO_INSTANCEID", "ARGO_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    path = saved(tmp_path, name="ringing")

    def end() -> None:
        # Here nobody runs it.
        wait_until(lambda: cluster.get(WORKFLOWS, "ringing"))
        cluster.patch(WORKFLOWS, "ringing", {"status": {"phase": phase, "finishedAt": ENDED}})

    ending = threading.Thread(target=end)
    ending.start()
    out, err = io.StringIO(), OnTerminal()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        ended = main(
            ["submit", "--kubeconfig", str(cluster.kubeconfig), path, "--wait", "--notify"]
        )
    ending.join()
    cluster.delete(WORKFLOWS, "ringing")
    assert ended == code
    assert err.getvalue().endswith(notice.format("failed" if code else "succeeded"))
    assert "\x1b]" not in out.getvalue()
