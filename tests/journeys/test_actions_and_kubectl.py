"""Every action by key, menu, command and script, on one and on all that is marked, and what the
real kubectl says of it then.

This cluster has no engine: whatever changes was sent by the program. What is compared is all that
differs between the objects before and after, so that no field changes unseen.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.headless import run
from tests.support.kubectl import VERSIONS, Kubectl, binary
from tests.support.pty import Pty, run_tui
from tui.demo.resources import CRON_WORKFLOWS, WORKFLOW_TEMPLATES

pytestmark = [pytest.mark.kubectl, pytest.mark.pty]

Json = dict[str, Any]
KINDS = ("wf", "cronwf", "wftmpl", "pods")
NAMES = dict(zip(("Workflow", "CronWorkflow", "WorkflowTemplate", "Pod"), KINDS, strict=True))
LABEL = "workflows.argoproj.io/"
BY_THE_SERVER = {f"metadata.{each}" for each in ("resourceVersion", "generation", "managedFields")}
TIME = "a time"
STARTED, FINISHED = "2026-01-01T11:59:00Z", "2026-01-01T12:00:00Z"
SPEC = {"entrypoint": "main", "templates": [{"name": "main", "container": {"image": "a"}}]}


class Change(NamedTuple):
    """What became of an object: the fields that differ, by their paths."""

    kind: str
    name: str
    fields: Mapping[str, Any] | str


class Way(NamedTuple):
    """An action, and the three ways to do it."""

    words: str
    """After `argo-tui`."""
    key: str
    command: str
    """Typed after `:`."""
    said: str
    """On the status line."""


def by(action: str) -> Json:
    """The labels that say who did it."""
    return {f"metadata.labels.{LABEL}action": action, f"metadata.labels.{LABEL}actor": "demo"}


EDITOR = "import pathlib, sys; f = pathlib.Path(sys.argv[-1]); "
EDITOR += (
    "f.write_text(f.read_text().replace('image: a', 'image: b').replace('new-template', 'made'))"
)
"""What stands in the place of the person's editor."""
WAYS = {
    "stop": Way("stop", "X", "stop", "Stopped"),
    "terminate": Way("terminate", "T", "terminate", "Terminated"),
    "suspend": Way("suspend", "s", "suspend", "Suspended"),
    "resume": Way("resume", "s", "resume", "Resumed"),
    "retry": Way("retry", "r", "retry", "Retried"),
    "resubmit": Way("resubmit", "R", "resubmit", "Resubmitted as"),
    "delete": Way("delete --yes", "D", "delete", "Deleted"),
    "cron suspend": Way("cron suspend", "s", "suspend", "Suspended"),
    "cron resume": Way("cron resume", "s", "resume", "Resumed"),
    "cron trigger": Way("cron trigger", "R", "trigger", "Triggered"),
    "cron delete": Way("cron delete --yes", "D", "delete", "Deleted"),
    "template submit": Way("template submit", "R", "submit", "Submitted"),
    "template delete": Way("template delete --yes", "D", "delete", "Deleted"),
}


def expected(what: str, name: str) -> list[Change]:
    """What kubectl is to see differ."""
    if what in ("stop", "terminate"):
        return [Change("wf", name, {"spec.shutdown": what.capitalize(), **by(what.capitalize())})]
    if what == "suspend":
        return [Change("wf", name, {"spec.suspend": True, **by("Suspend")})]
    if what == "resume":
        return [Change("wf", name, {"spec.suspend": None, **by("Resume")})]
    if what == "cron suspend":
        return [Change("cronwf", name, {"spec.suspend": True})]
    if what == "cron resume":
        return [Change("cronwf", name, {"spec.suspend": False})]
    if what.endswith("delete"):
        kind = {"cron delete": "cronwf", "template delete": "wftmpl"}.get(what, "wf")
        return [Change(kind, name, "gone")]
    if what == "retry":
        # Argo leaves the label of the phase to its controller (argo.md 5.4).
        fields = {
            f"metadata.labels.{LABEL}completed": None,
            **by("Retry"),
            "status.phase": None,
            "status.message": None,
            "status.startedAt": TIME,
            "status.finishedAt": None,
            "status.conditions": [{"type": "Completed", "status": "False"}],
            "status.nodes": {},
        }
        return [Change("wf", name, fields), Change("pods", name, "gone")]
    made: Json = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata.generateName": f"{name}-",
        f"metadata.labels.{LABEL}creator": "demo",
        "metadata.namespace": "argo",
    }
    if what == "template submit":
        made[f"metadata.labels.{LABEL}workflow-template"] = name
        made["spec.workflowTemplateRef.name"] = name
        return [Change("wf", f"{name}-…", made)]
    made |= {"spec.entrypoint": "main", "spec.templates": SPEC["templates"]}
    if what == "resubmit":
        of_what: Json = {f"metadata.labels.{LABEL}resubmitted-from-workflow": name}
    else:
        of_what = {
            f"metadata.labels.{LABEL}cron-workflow": name,
            f"metadata.annotations.{LABEL}scheduled-time": TIME,
            "metadata.ownerReferences": [("CronWorkflow", name)],
        }
    return [Change("wf", f"{name}-…", {**made, **of_what})]


# --- the cluster, before and after ---------------------------------------------------------------


@pytest.fixture(scope="module")
def kubectl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubectl]:
    version = next((each for each in VERSIONS if binary(each)), "")
    if not version:
        pytest.skip(f"no kubectl of {', '.join(VERSIONS)} on this machine")
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        path = binary(version) or ""
        yield Kubectl(path, version, cluster, tmp_path_factory.mktemp("cache"))


def make(cluster: Cluster, what: str, name: str) -> None:
    """Something that this can be done to."""
    metadata = {"namespace": "argo", "name": name}
    if what.startswith("cron"):
        held = {"suspend": True} if what == "cron resume" else {}
        spec = {"schedules": ["0 7 * * *"], "workflowSpec": SPEC, **held}
        cluster.create(CRON_WORKFLOWS, {"metadata": metadata, "spec": spec})
    elif what.startswith("template"):
        cluster.create(WORKFLOW_TEMPLATES, {"metadata": metadata, "spec": SPEC})
    elif what in ("retry", "resubmit", "delete"):
        over = {"phase": "Failed", "startedAt": STARTED, "finishedAt": FINISHED}
        node = {"id": name, "name": name, "type": "Pod", "templateName": "main", **over}
        status = {**over, "message": "it failed", "nodes": {name: node}}
        labels = {f"{LABEL}phase": "Failed", f"{LABEL}completed": "true"}
        cluster.workflow(name, "Failed", metadata={"labels": labels}, status=status)
        cluster.pod(name, phase="Failed")
    else:
        cluster.workflow(name, spec={**SPEC, **({"suspend": True} if what == "resume" else {})})


Seen = dict[tuple[str, str], Json]


def look(kubectl: Kubectl) -> Seen:
    """All objects of our kinds, as kubectl reads them."""
    found: Seen = {}
    for each in json.loads(kubectl("get", ",".join(KINDS), "-o", "json"))["items"]:
        found[NAMES[each["kind"]], each["metadata"]["name"]] = each
    return found


def differences(before: Seen, after: Seen) -> list[Change]:
    """What became of every object that is another now, or new, or gone."""
    found = []
    for kind, name in {**before, **after}:
        old, new = before.get((kind, name)), after.get((kind, name))
        if old is None and new is not None:
            found.append(Change(kind, _without_suffix(new), _made(new)))
        elif new is None:
            found.append(Change(kind, name, "gone"))
        elif fields := _differing(flat(old), flat(new)):
            found.append(Change(kind, name, fields))
    return sorted(found, key=lambda change: KINDS.index(change.kind))


def _differing(old: Json, new: Json) -> Json:
    """The fields that differ; a node of the status is looked at where somebody changes one."""
    paths = {path for path in {*old, *new} if old.get(path) != new.get(path)} - BY_THE_SERVER
    return {
        path: _steady(path, new.get(path)) for path in paths if not path.startswith("status.nodes.")
    }


def _made(new: Json) -> Json:
    """The fields of a new object, without those that are the server's alone."""
    own = BY_THE_SERVER | {f"metadata.{each}" for each in ("name", "uid", "creationTimestamp")}
    fields = {path: _steady(path, value) for path, value in flat(new).items() if path not in own}
    for owner in fields.pop("metadata.ownerReferences", ()):
        fields["metadata.ownerReferences"] = [(owner["kind"], owner["name"])]
    return fields


def _without_suffix(new: Json) -> str:
    """The name without what the server made up."""
    metadata = new["metadata"]
    assert metadata["name"].startswith(metadata["generateName"])
    return f"{metadata['generateName']}…"


def _steady(path: str, value: Any) -> Any:
    """A value, or the word for a time of this run."""
    is_time = path in ("status.startedAt", f"metadata.annotations.{LABEL}scheduled-time")
    return TIME if is_time and value else value


def flat(value: Any, path: str = "") -> Json:
    """What is in it by the paths of its fields, lists as they are."""
    if isinstance(value, dict) and value:
        inner = [flat(each, f"{path}.{key}" if path else key) for key, each in value.items()]
        return {key: each for fields in inner for key, each in fields.items()}
    return {path: value}


# --- by a script ---------------------------------------------------------------------------------


def do_by_script(cluster: Cluster, words: str, *more: str) -> None:
    """A command that does what it should, and complains of nothing."""
    said = run([*words.split(), "--kubeconfig", str(cluster.kubeconfig), *more])
    assert said.code == 0 and said.err == "", said


@pytest.mark.parametrize("what", WAYS)
def test_by_a_script(what: str, kubectl: Kubectl) -> None:
    name = f"by-script-{what.replace(' ', '-')}"
    make(kubectl.cluster, what, name)
    before = look(kubectl)
    do_by_script(kubectl.cluster, WAYS[what].words, name)
    assert differences(before, look(kubectl)) == expected(what, name)


def make_gate(cluster: Cluster, name: str) -> Json:
    """A workflow of one step, which waits for a value; that step."""
    waiting = {"name": "answer", "valueFrom": {"supplied": {}}}
    node = {
        "id": name,
        "name": name,
        "displayName": "approve",
        "type": "Suspend",
        "phase": "Running",
        "outputs": {"parameters": [waiting]},
    }
    cluster.workflow(name, status={"phase": "Running", "nodes": {name: node}})
    return node


def make_chain(cluster: Cluster, name: str) -> None:
    """A workflow that succeeded: three steps one after the other, each with its pod."""
    over = {"phase": "Succeeded", "startedAt": STARTED, "finishedAt": FINISHED}
    nodes: Json = {name: {"id": name, "name": name, "type": "DAG", "templateName": "main", **over}}
    steps = ("first", "second", "third")
    for step, following in zip(steps, (*steps[1:], ""), strict=True):
        node = f"{name}-{step}"
        nodes[node] = {
            "id": node,
            "name": f"{name}.{step}",
            "displayName": step,
            "type": "Pod",
            "templateName": "say",
            "boundaryID": name,
            "children": [f"{name}-{following}"] if following else [],
            **over,
        }
        cluster.pod(pod_of(name, step), phase="Succeeded")
    nodes[name]["children"] = [f"{name}-first"]
    tasks = [{"name": step, "template": "say"} for step in steps]
    for task, before in zip(tasks[1:], steps, strict=False):
        task["depends"] = before
    templates = [
        {"name": "main", "dag": {"tasks": tasks}},
        {"name": "say", "container": {"image": "a"}},
    ]
    labels = {f"{LABEL}phase": "Succeeded", f"{LABEL}completed": "true"}
    notes = {f"{LABEL}pod-name-format": "v1"}
    cluster.workflow(
        name,
        "Succeeded",
        metadata={"labels": labels, "annotations": notes},
        spec={"entrypoint": "main", "templates": templates},
        status={**over, "nodes": nodes},
    )


def pod_of(name: str, step: str) -> str:
    """What the pod of a step is called, in the format in which it is its node id."""
    return f"{name}-{step}"


def test_a_gate_is_answered_by_a_script(kubectl: Kubectl) -> None:
    node = make_gate(kubectl.cluster, "gate")
    before = look(kubectl)
    where = ("--node-field-selector", "displayName=approve")
    do_by_script(kubectl.cluster, "set", "gate", *where, "-p", "answer=é 'so'", "-m", "-- fine")
    after = look(kubectl)
    (change,) = differences(before, after)
    # Argo has no name for this action (argo.md 5.0).
    assert change == Change("wf", "gate", {f"metadata.labels.{LABEL}actor": "demo"})
    now = after["wf", "gate"]["status"]["nodes"]["gate"]
    answered = [{"name": "answer", "value": "é 'so'"}]
    assert now == {**node, "message": "-- fine", "outputs": {"parameters": answered}}


def written(folder: Path, name: str, image: str) -> str:
    """A file with a template."""
    templates = [{"name": "main", "container": {"image": image}}]
    made = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": name},
        "spec": {**SPEC, "templates": templates},
    }
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(made))
    return str(path)


def test_a_template_is_created_updated_and_linted_by_a_script(
    kubectl: Kubectl, tmp_path: Path
) -> None:
    before = look(kubectl)
    path = written(tmp_path, "by-script", "a")
    do_by_script(kubectl.cluster, "template lint", path)
    assert look(kubectl) == before, "linting changes nothing"
    do_by_script(kubectl.cluster, "template create", path)
    made = look(kubectl)["wftmpl", "by-script"]
    assert made["spec"] == SPEC
    before = look(kubectl)
    do_by_script(kubectl.cluster, "template update", written(tmp_path, "by-script", "b"))
    (change,) = differences(before, look(kubectl))
    templates = [{"name": "main", "container": {"image": "b"}}]
    # Replaced, as argo replaces it: what the file does not say is gone, who created it, too.
    creator = {f"metadata.labels.{LABEL}creator": None}
    fields = {"spec.templates": templates, **by("Update"), **creator}
    assert change == Change("wftmpl", "by-script", fields)


SPAN = ("2026-01-05", "2026-01-07T12:00:00Z")
TIMES = {f"2026-01-{day:02}T07:00:00Z" for day in (5, 6, 7)}


def backfilled(before: Seen, after: Seen, name: str) -> set[str]:
    """The times for which a cron workflow has new runs, each of which is marked as such."""
    new = [each for key, each in after.items() if key not in before]
    assert all(each["metadata"]["labels"][f"{LABEL}backfill"] == name for each in new)
    assert {key: after[key] for key in before} == before, "nothing else is changed"
    return {each["metadata"]["annotations"][f"{LABEL}scheduled-time"] for each in new}


def test_a_backfill_by_a_script(kubectl: Kubectl) -> None:
    make(kubectl.cluster, "cron", "by-script-backfill")
    before = look(kubectl)
    start, end = SPAN
    words = "cron backfill --yes by-script-backfill"
    do_by_script(kubectl.cluster, words, "--start", start, "--end", end)
    assert backfilled(before, look(kubectl), "by-script-backfill") == TIMES


# --- on the screen -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def terminal(kubectl: Kubectl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pty]:
    """The program, in whose list there is something for every action."""
    for what in WAYS:
        for way in ("key", "command", "menu", *MARKED):
            make(kubectl.cluster, what, named(way, what))
    for what in ("backfill", "edit", "lint"):
        make(kubectl.cluster, "template" if what != "backfill" else "cron", named("do", what))
    for way in ("key", "command", "menu"):
        make_gate(kubectl.cluster, named(way, "gate"))
        make_chain(kubectl.cluster, named(way, "chain"))
    settings = tmp_path_factory.mktemp("config") / "argo-tui" / "config.toml"
    settings.parent.mkdir()
    settings.write_text("delete-wait = 1\n")
    script = settings.parent / "editor.py"
    script.write_text(EDITOR)
    editor = f"{sys.executable} {script}"
    env = {"XDG_CONFIG_HOME": str(settings.parent.parent), "VISUAL": editor}
    argv = run_tui("--kubeconfig", str(kubectl.cluster.kubeconfig))
    with Pty(argv, columns=80, rows=24, env=env) as shown:
        shown.wait_for("● live", within=60)
        yield shown


def named(way: str, what: str) -> str:
    return f"{way}-{what.replace(' ', '-')}-it"


def go_to(terminal: Pty, what: str, name: str, *, names: Sequence[str] = ()) -> None:
    """Its list, with the cursor on it; or with those of these names, which it finds."""
    typed, title = {
        "cron": ("cron", " argo ▸ cron workflows "),
        "template": ("wftmpl", " argo ▸ workflow templates "),
    }.get(what.partition(" ")[0], ("workflows", " argo   "))
    terminal.press(":", *typed, "enter")
    terminal.wait_for(title)
    terminal.quiet()
    terminal.press("/", *name, "enter")
    for each in names or (name,):
        terminal.wait_for(f" {each} ")
    terminal.wait_for(f"{len(names) or 1} of ")
    terminal.quiet()


def confirm(terminal: Pty, title: str, name: str, said: str) -> None:
    """Read the question, answer it with yes, and wait for what came of it."""
    terminal.wait_for(f"{title} {name}")
    terminal.quiet(still=0.3)  # no answer is taken as soon as the question is drawn
    done, too_soon = f"{said} {name}".rstrip(), "not taken"
    terminal.press("ctrl+s")
    shows = terminal.emulator.shows
    terminal.wait_until(lambda: shows(done) or shows(too_soon), f"{done!r} to show")
    if shows(too_soon):  # a slow machine draws it late
        terminal.press("ctrl+s")
    terminal.wait_for(done)
    terminal.wait_until(lambda: not terminal.emulator.shows("Cancel"), "the question to go")


@pytest.mark.parametrize("what", WAYS)
def test_by_key(what: str, kubectl: Kubectl, terminal: Pty) -> None:
    do_on_screen("key", what, kubectl, terminal)


@pytest.mark.parametrize("what", WAYS)
def test_by_command(what: str, kubectl: Kubectl, terminal: Pty) -> None:
    do_on_screen("command", what, kubectl, terminal)


@pytest.mark.parametrize("what", WAYS)
def test_by_the_menu(what: str, kubectl: Kubectl, terminal: Pty) -> None:
    do_on_screen("menu", what, kubectl, terminal)


def do_on_screen(way: str, what: str, kubectl: Kubectl, terminal: Pty) -> None:
    name = named(way, what)
    go_to(terminal, what, name)
    before = look(kubectl)
    ask_for(way, WAYS[what], terminal)
    confirm(terminal, title_of(what), name, WAYS[what].said)
    assert differences(before, look(kubectl)) == expected(what, name)
    terminal.step("escape")


def title_of(what: str) -> str:
    return what.rpartition(" ")[2].capitalize()


def ask_for(way: str, how: Way, terminal: Pty, *, called: str = "") -> None:
    """Ask for an action by its key, its letter in the menu, or its command."""
    if way == "key":
        terminal.press(how.key)
    elif way == "menu":
        choose(terminal, called or how.command.capitalize())
    else:
        terminal.press(":", *how.command, "enter")


def choose(terminal: Pty, label: str) -> None:
    """Choose by the letter that the menu has in front of it."""
    terminal.press("x")
    terminal.wait_for("a letter chooses")
    terminal.quiet()
    entry = re.compile(rf"│ [ ►](\S) {re.escape(label)} ")
    (letter,) = [found[1] for line in terminal.emulator.text() if (found := entry.search(line))]
    terminal.press(letter)


MARKED = ("both-one", "both-two")


@pytest.mark.parametrize("what", WAYS)
def test_on_all_that_is_marked(what: str, kubectl: Kubectl, terminal: Pty) -> None:
    names = [named(way, what) for way in MARKED]
    go_to(terminal, what, f"both- {named('', what)}", names=names)
    terminal.press("*")
    terminal.wait_for("2 marked")
    before = look(kubectl)
    terminal.press(WAYS[what].key)
    nouns = {"cron": "cron workflows", "template": "workflow templates"}
    several = f"2 {nouns.get(what.partition(' ')[0], 'workflows')}"
    confirm(terminal, f"{title_of(what)} {several}", "", f"{title_of(what)}: 2 of 2 done")
    wanted = [change for name in names for change in expected(what, name)]
    assert sorted(differences(before, look(kubectl)), key=str) == sorted(wanted, key=str)
    terminal.step("escape")
    terminal.step("escape")


# --- what has a form, or an editor of its own ----------------------------------------------------


def test_a_backfill_by_command(kubectl: Kubectl, terminal: Pty) -> None:
    name = named("do", "backfill")
    go_to(terminal, "cron", name)
    before = look(kubectl)
    terminal.press(":", *"backfill", "enter")
    terminal.wait_for(f"Backfill {name}")
    terminal.wait_for("From is needed")
    terminal.wait_until(lambda: terminal.emulator.shows("next field"), "a field to have the focus")
    terminal.quiet(still=0.3)
    terminal.press(*SPAN[0], "enter", *SPAN[1])
    terminal.wait_for("Created: 3 workflows")
    terminal.press("ctrl+s")
    terminal.wait_for("Backfilled")
    assert backfilled(before, look(kubectl), name) == TIMES
    terminal.step("escape")


def test_a_template_is_changed_in_an_editor(kubectl: Kubectl, terminal: Pty) -> None:
    name = named("do", "edit")
    go_to(terminal, "template", name)
    before = look(kubectl)
    terminal.press(":", *"edit", "enter")
    confirm(terminal, "Edit", name, "Updated")
    templates = [{"name": "main", "container": {"image": "b"}}]
    changed = Change("wftmpl", name, {"spec.templates": templates, **by("Update")})
    assert differences(before, look(kubectl)) == [changed]


def test_a_template_is_created_in_an_editor_and_from_a_file(
    kubectl: Kubectl, terminal: Pty, tmp_path: Path
) -> None:
    go_to(terminal, "template", named("do", "edit"))
    for line, name in (("create", "made"), (f"create {written(tmp_path, 'from-file', 'a')}", "")):
        before = look(kubectl)
        terminal.press(":", *line, "enter")
        confirm(terminal, "Create", "", f"Created {name or 'from-file'}")
        new = [key for key in look(kubectl) if key not in before]
        assert new == [("wftmpl", name or "from-file")]


def test_a_template_is_linted_by_command(kubectl: Kubectl, terminal: Pty) -> None:
    go_to(terminal, "template", named("do", "lint"))
    before = look(kubectl)
    terminal.press(":", *"lint", "enter")
    terminal.wait_for("nothing is wrong")
    assert look(kubectl) == before


@pytest.mark.parametrize("way", ["key", "menu", "command"])
def test_a_run_begins_again_from_the_step_under_the_cursor(
    way: str, kubectl: Kubectl, terminal: Pty
) -> None:
    """It and what follows it run again; what came before it is kept, with its pod."""
    name = named(way, "chain")
    go_to(terminal, "", name)
    before = look(kubectl)
    terminal.press("enter")
    terminal.wait_for("third")
    terminal.quiet()
    terminal.press("g", "j", "j")
    terminal.quiet()
    if way == "key":
        terminal.press("r")
        terminal.wait_for("[ ] From this step")
        terminal.wait_for("set the options restartSuccessful")
        terminal.quiet(still=0.3)
        terminal.press("tab", "enter")  # the button of what was probably meant
        title = f"Retry {name}"
    else:
        how = Way("", "", "retry-from-here", "")
        ask_for(way, how, terminal, called="Retry from this step")
        title = "Retry from this step second"
    terminal.wait_for("2 steps run again, 1 kept")
    terminal.wait_for("2 pods deleted with their logs")
    confirm(terminal, title, "", f"Retried {name}")
    after = look(kubectl)
    gone = {key for key in before if key not in after}
    assert gone == {("pods", pod_of(name, step)) for step in ("second", "third")}
    assert set(after["wf", name]["status"]["nodes"]) == {name, f"{name}-first"}
    for way_back in ("escape", "escape"):
        terminal.step(way_back)


@pytest.mark.parametrize("way", ["key", "menu", "command"])
def test_a_gate_is_answered_by_its_key_and_by_set(
    way: str, kubectl: Kubectl, terminal: Pty
) -> None:
    name = named(way, "gate")
    go_to(terminal, "", name)
    before = look(kubectl)
    terminal.press("enter")
    terminal.wait_for("approve")
    terminal.quiet()
    ask_for(way, Way("", "s", "set", ""), terminal, called="Answer")
    terminal.wait_for("answer is needed")
    terminal.quiet(still=0.3)
    terminal.press(*"fine")
    terminal.wait_for("answer = fine")
    terminal.press("ctrl+s")
    terminal.wait_for("Answered a step of")
    after = look(kubectl)
    (change,) = differences(before, after)
    assert change == Change("wf", name, by("Resume"))
    node = after["wf", name]["status"]["nodes"][name]
    assert node["phase"] == "Succeeded"
    assert node["outputs"] == {"parameters": [{"name": "answer", "value": "fine"}]}
    terminal.step("escape")
