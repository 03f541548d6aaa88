"""Every kind of template and what steers it: the status that Argo's controller would write."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World
from tui.demo.resources import EVENTS, WORKFLOW_TEMPLATES, WORKFLOWS
from tui.domain.podname import node_id, v2_pod_name

ECHO = "container: {image: busybox, command: [echo], args: ['{{inputs.parameters.m}}']}"
SAY = f"{{name: say, inputs: {{parameters: [{{name: m}}]}}, {ECHO}}}"


def told(value: str) -> str:
    """Arguments for `say`, in flow YAML."""
    return f"arguments: {{parameters: [{{name: m, value: '{value}'}}]}}"


@pytest.fixture
def world() -> World:
    return World()


def shell(name: str, line: str, more: str = "") -> str:
    """A template in flow YAML."""
    extra = f", {more}" if more else ""
    container = f"{{image: busybox, command: [sh, -c], args: ['{line}']}}"
    return f"{{name: {name}, container: {container}{extra}}}"


def only(line: str, more: str = "", top: str = "") -> str:
    """The spec of a workflow of one container."""
    return f"{{entrypoint: a, {top}templates: [{shell('a', line, more)}]}}"


def test_one_container_is_one_pod_node(world: World) -> None:
    done = world.run(f"{{entrypoint: a, templates: [{shell('a', 'echo hi; sleep 5')}]}}")
    status, node = done["status"], world.node("wf")
    assert status["phase"] == "Succeeded"
    assert status["progress"] == "1/1"
    assert done["metadata"]["labels"]["workflows.argoproj.io/completed"] == "true"
    assert done["metadata"]["labels"]["workflows.argoproj.io/phase"] == "Succeeded"
    assert done["metadata"]["annotations"]["workflows.argoproj.io/pod-name-format"] == "v2"
    assert {"type": "Completed", "status": "True"} in status["conditions"]
    assert (node["id"], node["type"], node["templateScope"]) == ("wf", "Pod", "local/wf")
    assert "boundaryID" not in node
    assert node["outputs"]["exitCode"] == "0"
    assert status["taskResultsCompletionStatus"] == {"wf": True}
    assert status["resourcesDuration"]["cpu"] >= 0
    log = node["outputs"]["artifacts"][0]
    assert log == {"name": "main-logs", "s3": {"key": "wf/wf/main.log"}}
    assert world.bucket.get("wf/wf/main.log") == b"hi\n"
    repository = status["artifactRepositoryRef"]["artifactRepository"]
    assert repository["s3"]["bucket"] == "artifacts"


def test_the_pod_says_whose_it_is_and_how_it_went(world: World) -> None:
    world.submit(f"{{entrypoint: a, templates: [{shell('a', 'sleep 5; exit 3')}]}}")
    world.until(lambda: any(p["status"]["phase"] == "Running" for p in world.pods().values()))
    (pod,) = world.pods().values()
    assert pod["metadata"]["labels"]["workflows.argoproj.io/workflow"] == "wf"
    assert pod["metadata"]["annotations"]["workflows.argoproj.io/node-id"] == "wf"
    assert [each["name"] for each in pod["spec"]["containers"]] == ["wait", "main"]
    assert [each["name"] for each in pod["spec"]["initContainers"]] == ["init"]
    assert pod["status"]["startTime"]
    world.finish()
    (pod,) = world.pods().values()
    ended = {c["name"]: c["state"]["terminated"] for c in pod["status"]["containerStatuses"]}
    assert pod["status"]["phase"] == "Failed"
    assert (ended["main"]["exitCode"], ended["main"]["reason"]) == (3, "Error")
    assert pod["metadata"]["labels"]["workflows.argoproj.io/completed"] == "true"
    assert world.node("wf")["message"] == "main: Error (exit code 3)"
    assert world.status()["message"] == "main: Error (exit code 3)"


STEPS = f"""
entrypoint: main
templates:
- name: main
  steps:
  - [{{name: a, template: one}}, {{name: b, template: inner}}]
  - [{{name: c, template: one}}]
- name: inner
  steps: [[{{name: x, template: one}}], [{{name: y, template: one}}]]
- {shell("one", "sleep 2")}
"""


def test_steps_connect_each_group_to_the_ends_of_the_one_before(world: World) -> None:
    world.run(STEPS)
    root, b, y, a = (world.node(name) for name in ("wf", "b", "y", "a"))
    first, second = node_id("wf", "wf[0]"), node_id("wf", "wf[1]")
    assert root["children"] == [first]
    assert set(world.node("wf[0]")["children"]) == {a["id"], b["id"]}
    assert a["children"] == [second]
    assert y["children"] == [second], "the end of the inner steps leads to the next group"
    assert b["outboundNodes"] == [y["id"]]
    assert b["children"] == [node_id("wf", "wf[0].b[0]")]
    assert root["outboundNodes"] == [world.node("c")["id"]]
    assert y["boundaryID"] == b["id"]
    assert world.node("wf[0]")["displayName"] == "[0]"
    assert y["name"] == "wf[0].b[1].y"
    assert v2_pod_name("wf", y["name"], "one") in {
        pod["metadata"]["name"] for pod in world.pods().values()
    }


def test_the_report_of_a_run_draws_its_tree(world: World) -> None:
    world.run(STEPS)
    tree = [line for line in world.tree().splitlines() if "✔" in line]
    assert [line.split("✔")[1].split()[0] for line in tree] == ["wf", "a", "b", "x", "y", "c"]


DAG = f"""
entrypoint: main
templates:
- name: main
  dag:
    tasks:
    - {{name: A, template: ok}}
    - {{name: B, template: bad, dependencies: [A]}}
    - {{name: C, template: ok, dependencies: [A]}}
    - {{name: D, template: ok, dependencies: [B, C]}}
    - {{name: E, template: ok, depends: B.Failed}}
- {shell("ok", "sleep 2")}
- {shell("bad", "exit 1")}
"""


def test_a_dag_omits_what_depends_on_a_failure(world: World) -> None:
    world.run(DAG)
    phases = world.phases()
    assert phases == {
        "wf": "Failed",
        "A": "Succeeded",
        "B": "Failed",
        "C": "Succeeded",
        "D": "Omitted",
        "E": "Succeeded",
    }
    d = world.node("D")
    assert (d["type"], d["message"]) == ("Skipped", "omitted: depends condition not met")
    assert d["id"] in world.node("B")["children"]
    assert d["id"] in world.node("C")["children"]
    assert world.node("wf")["children"] == [world.node("A")["id"]]


@pytest.mark.parametrize(("fail_fast", "later"), [("true", False), ("false", True)])
def test_fail_fast_starts_nothing_new(world: World, fail_fast: str, later: bool) -> None:
    world.run(f"""
entrypoint: main
templates:
- name: main
  dag:
    failFast: {fail_fast}
    tasks:
    - {{name: bad, template: bad}}
    - {{name: slow, template: slow}}
    - {{name: later, template: slow, dependencies: [slow]}}
- {shell("slow", "sleep 20")}
- {shell("bad", "exit 1")}
""")
    assert world.status()["phase"] == "Failed"
    assert world.phases()["slow"] == "Succeeded"
    assert world.has("later") is later


def test_continue_on_lets_a_failure_pass(world: World) -> None:
    done = world.run(f"""
entrypoint: main
templates:
- name: main
  steps:
  - [{{name: bad, template: bad, continueOn: {{failed: true}}}}]
  - [{{name: dag, template: dag}}]
- name: dag
  dag:
    tasks:
    - {{name: x, template: bad, continueOn: {{failed: true}}}}
    - {{name: y, template: ok, dependencies: [x]}}
- {shell("ok", "true")}
- {shell("bad", "exit 1")}
""")
    assert done["status"]["phase"] == "Succeeded"
    assert done["status"]["progress"] == "1/3"
    assert world.phases()["y"] == "Succeeded"


def test_a_failed_step_fails_its_steps_with_argos_words(world: World) -> None:
    world.run(f"""
entrypoint: main
templates:
- {{name: main, steps: [[{{name: bad, template: bad}}], [{{name: never, template: bad}}]]}}
- {shell("bad", "exit 1")}
""")
    child = world.node("bad")["id"]
    assert world.status()["message"] == f"child '{child}' failed"
    assert world.node("wf[0]")["message"] == f"child '{child}' failed"
    assert not world.has("never")


LOOP = f"""
entrypoint: main
templates:
- name: main
  dag:
    tasks:
    - {{name: gen, template: gen}}
    - name: each
      template: say
      depends: gen
      withParam: "{{{{tasks.gen.outputs.result}}}}"
      arguments: {{parameters: [{{name: m, value: "{{{{item}}}}"}}]}}
    - name: all
      template: say
      depends: each
      arguments: {{parameters: [{{name: m, value: "{{{{tasks.each.outputs.result}}}}"}}]}}
- name: gen
  script: {{image: python, command: [python], source: "print('[\\"x\\", \\"y\\"]')"}}
- {SAY}
"""


def test_a_loop_over_a_result_is_a_task_group(world: World) -> None:
    world.run(LOOP)
    group = world.node("each")
    assert (group["type"], group["phase"]) == ("TaskGroup", "Succeeded")
    assert group["children"] == [world.node("each(0:x)")["id"], world.node("each(1:y)")["id"]]
    assert world.node("each(1:y)")["boundaryID"] == "wf"
    assert world.node("each(1:y)")["inputs"]["parameters"] == [{"name": "m", "value": "y"}]
    assert world.node("all")["outputs"]["result"] == '["x","y"]'
    assert world.node("all")["id"] in world.node("each(0:x)")["children"]


def test_an_empty_loop_is_skipped(world: World) -> None:
    world.run(f"""
entrypoint: main
templates:
- name: main
  steps: [[{{name: s, template: say, withParam: "[]", {told("x")}}}]]
- {SAY}
""")
    assert world.status()["phase"] == "Succeeded"
    assert world.node("s")["message"] == "Skipped, empty params"


def test_when_skips_with_its_words(world: World) -> None:
    world.run(f"""
entrypoint: main
templates:
- name: main
  steps: [[{{name: s, template: say, when: "a == b", {told("x")}}}]]
- {SAY}
""")
    s = world.node("s")
    assert (s["type"], s["phase"]) == ("Skipped", "Skipped")
    assert s["message"] == "when 'a == b' evaluated false"


def retry(strategy: str, codes: str) -> str:
    demo = f'metadata: {{annotations: {{demo.argo-tui/exit-codes: "{codes}"}}}}'
    more = f"retryStrategy: {strategy}, {demo}"
    return f"{{entrypoint: a, templates: [{shell('a', 'sleep 1', more)}]}}"


def test_a_retry_node_holds_its_attempts(world: World) -> None:
    world.run(retry("{limit: 3}", "1,1,0"))
    node = world.node("wf")
    assert (node["type"], node["phase"]) == ("Retry", "Succeeded")
    assert [world.node(f"wf({n})")["phase"] for n in range(3)] == ["Failed", "Failed", "Succeeded"]
    assert world.node("wf(1)")["nodeFlag"] == {"retried": True}
    assert node["children"] == [world.node(f"wf({n})")["id"] for n in range(3)]
    assert node["outputs"] == world.node("wf(2)")["outputs"]


def test_retries_come_to_an_end(world: World) -> None:
    world.run(retry("{limit: 1}", "7"))
    assert world.node("wf")["message"] == "No more retries left"
    assert world.status()["message"] == "No more retries left"
    assert len(world.node("wf")["children"]) == 2


def test_the_policy_and_the_expression_decide_on_a_retry(world: World) -> None:
    world.run(retry("{limit: 5, retryPolicy: OnError}", "1"))
    assert len(world.node("wf")["children"]) == 1
    expression = '{limit: 5, expression: "asInt(lastRetry.exitCode) == 1"}'
    world.submit(retry(expression, "1,2,0"), "second")
    world.finish("second")
    node = world.node("second", "second")
    assert node["message"] == "retryStrategy.expression evaluated to false"
    assert len(node["children"]) == 2


def test_a_back_off_says_how_long_and_waits(world: World) -> None:
    world.submit(retry("{limit: 2, backoff: {duration: 2m, factor: 2}}", "1,1,0"))
    world.until(lambda: world.has("wf") and "message" in world.node("wf"))
    assert world.node("wf")["message"] == "Backoff for 2 minutes 0 seconds"
    begun = world.now()
    world.finish()
    assert world.status()["phase"] == "Succeeded"
    assert (world.now() - begun).total_seconds() > 5 * 60


def test_out_of_memory_is_told_as_kubernetes_tells_it(world: World) -> None:
    demo = "metadata: {annotations: {demo.argo-tui/oom: 'true', demo.argo-tui/duration: '9'}}"
    world.run(f"{{entrypoint: a, templates: [{shell('a', 'work', demo)}]}}")
    assert world.node("wf")["message"] == "main: OOMKilled (exit code 137)"
    assert world.node("wf")["outputs"]["exitCode"] == "137"


@pytest.mark.parametrize(
    ("demo", "message"),
    [
        ("unschedulable: 0/3 nodes", "Unschedulable: 0/3 nodes"),
        ("image-pull-failure: no", 'ImagePullBackOff: Back-off pulling image "busybox"'),
    ],
)
def test_a_pod_that_cannot_start_says_why(world: World, demo: str, message: str) -> None:
    key, value = demo.split(": ")
    demo = f"metadata: {{annotations: {{demo.argo-tui/{key}: '{value}'}}}}"
    world.submit(f"{{entrypoint: a, templates: [{shell('a', 'work', demo)}]}}")
    world.clock.advance(60)
    node = world.node("wf")
    assert (node["phase"], node["message"]) == ("Pending", message)
    assert world.status()["phase"] == "Running"


GATE = f"""
entrypoint: main
templates:
- name: main
  steps:
  - [{{name: gate, template: gate}}]
  - [{{name: say, template: say, {told("{{steps.gate.outputs.parameters.ok}}")}}}]
- name: gate
  suspend: {{}}
  outputs: {{parameters: [{{name: ok, valueFrom: {{supplied: {{}}, default: fine}}}}]}}
- {SAY}
"""


def test_a_suspend_node_waits_with_its_supplied_outputs(world: World) -> None:
    world.submit(GATE)
    world.clock.advance(600)
    gate = world.node("gate")
    assert (gate["type"], gate["phase"]) == ("Suspend", "Running")
    wanted = {"name": "ok", "valueFrom": {"supplied": {}, "default": "fine"}}
    assert gate["outputs"]["parameters"] == [wanted]
    assert world.status()["phase"] == "Running"


def test_a_timed_suspend_goes_on_by_itself(world: World) -> None:
    begun = world.now()
    world.run("{entrypoint: a, templates: [{name: a, suspend: {duration: 90s}}]}")
    assert world.status()["phase"] == "Succeeded"
    assert (world.now() - begun).total_seconds() >= 90


def test_outputs_come_from_files_and_go_on_as_parameters_and_artifacts(world: World) -> None:
    world.run("""
entrypoint: main
templates:
- name: main
  outputs:
    parameters:
    - {name: n, globalName: g, valueFrom: {parameter: "{{steps.make.outputs.parameters.n}}"}}
  steps:
  - [{name: make, template: make}]
  - - name: use
      template: use
      arguments:
        parameters: [{name: n, value: "{{steps.make.outputs.parameters.n}}"}]
        artifacts: [{name: f, from: "{{steps.make.outputs.artifacts.f}}"}]
- name: make
  container: {image: busybox, command: [sh, -c], args: ["echo 42 > /n; echo body > /out/f.txt"]}
  outputs:
    parameters: [{name: n, valueFrom: {path: /n}}]
    artifacts: [{name: f, path: /out/f.txt}, {name: plain, path: /out/f.txt, archive: {none: {}}}]
- name: use
  inputs: {parameters: [{name: n}], artifacts: [{name: f, path: /in/f}]}
  container: {image: busybox, command: [sh, -c], args: ["echo {{inputs.parameters.n}}; cat /in/f"]}
""")
    make = world.node("make")
    assert make["outputs"]["parameters"][0]["value"] == "42"
    keys = {a["name"]: a["s3"]["key"] for a in make["outputs"]["artifacts"]}
    pod = v2_pod_name("wf", make["name"], "make")
    assert keys["f"] == f"wf/{pod}/f.tgz"
    assert keys["plain"] == f"wf/{pod}/f.txt"
    assert world.bucket.get(keys["plain"]) == b"body\n"
    assert world.node("use")["outputs"]["result"] == "42\nbody"
    assert world.status()["outputs"]["parameters"] == [{"name": "g", "value": "42"}]


def test_a_missing_output_is_an_error_of_the_executor(world: World) -> None:
    outputs = "outputs: {artifacts: [{name: f, path: /no}]}"
    world.run(f"{{entrypoint: a, templates: [{shell('a', 'true', outputs)}]}}")
    node = world.node("wf")
    assert node["phase"] == "Error"
    assert "failed to stat /no" in node["message"]


def test_containers_of_a_set_are_nodes_below_their_pod(world: World) -> None:
    world.run("""
entrypoint: main
templates:
- name: main
  containerSet:
    containers:
    - {name: a, image: busybox, command: [sh, -c], args: ["sleep 2"]}
    - {name: b, image: busybox, command: [sh, -c], args: ["exit 4"], dependencies: [a]}
    - {name: c, image: busybox, command: [sh, -c], args: ["echo"], dependencies: [b]}
""")
    b = world.node("wf.b")
    assert (b["type"], b["boundaryID"], b["phase"]) == ("Container", "wf", "Failed")
    assert world.node("wf.a")["children"] == [b["id"]]
    assert world.node("wf")["children"] == [world.node("wf.a")["id"]]
    assert world.phases() == {"wf": "Failed", "a": "Succeeded", "b": "Failed", "c": "Omitted"}
    assert world.status()["progress"] == "2/4"


EXITS = f"""
entrypoint: main
onExit: bye
templates:
- name: main
  steps:
  - - name: a
      template: bad
      hooks:
        exit: {{template: bye}}
        failed: {{expression: 'steps.a.status == "Failed"', template: bye}}
- {shell("bad", "exit 1")}
- {shell("bye", "echo {{workflow.status}}")}
"""


def test_exit_handlers_and_hooks_are_children_of_their_node(world: World) -> None:
    world.run(EXITS)
    a = world.node("a")
    onexit, hook = world.node("a.onExit"), world.node("a.hooks.failed")
    assert set(a["children"]) == {onexit["id"], hook["id"]}
    assert onexit["nodeFlag"] == hook["nodeFlag"] == {"hooked": True}
    assert onexit["boundaryID"] == "wf"
    handler = world.node("wf.onExit")
    assert "boundaryID" not in handler
    assert handler["outputs"]["result"] == "Failed"
    assert world.status()["phase"] == "Failed"
    pod = world.pods()["wf.onExit"]
    assert pod["metadata"]["labels"]["workflows.argoproj.io/on-exit"] == "true"


def test_a_failing_exit_handler_fails_the_workflow(world: World) -> None:
    both = f"{shell('a', 'true')}, {shell('b', 'exit 1')}"
    world.run(f"{{entrypoint: a, onExit: b, templates: [{both}]}}")
    assert world.node("wf")["phase"] == "Succeeded"
    assert world.status()["phase"] == "Failed"


def test_workflow_hooks_run_when_their_expression_holds(world: World) -> None:
    world.run(f"""
entrypoint: a
hooks: {{running: {{expression: 'workflow.status == "Running"', template: b}}}}
templates: [{shell("a", "sleep 5")}, {shell("b", "true")}]
""")
    assert world.node("wf.hooks.running")["phase"] == "Succeeded"


def most_running(world: World, done: str = "wf") -> int:
    most = 0
    while not world.status(done).get("finishedAt"):
        world.clock.advance(1)
        running = [p for p in world.pods().values() if p["status"]["phase"] == "Running"]
        most = max(most, len(running))
    return most


@pytest.mark.parametrize("place", ["workflow", "template"])
def test_parallelism_holds_pods_back(world: World, place: str) -> None:
    top, inner = ("parallelism: 2", "") if place == "workflow" else ("", "parallelism: 2,")
    world.submit(f"""
entrypoint: main
{top}
templates:
- {{name: main, {inner} steps: [[{{name: s, template: a, withSequence: {{count: "5"}}}}]]}}
- {shell("a", "sleep 4")}
""")
    assert most_running(world) == 2
    assert world.status()["phase"] == "Succeeded"


def locked(kind: str, place: str) -> str:
    lock = {
        "mutex": "mutexes: [{name: m}]",
        "semaphore": "semaphores: [{configMapKeyRef: {name: limits, key: n}}]",
    }[kind]
    top, inner = (
        (f"synchronization: {{{lock}}}", "")
        if place == "wf"
        else ("", f"synchronization: {{{lock}}}")
    )
    return f"""
entrypoint: main
{top}
templates:
- {{name: main, steps: [[{{name: s, template: a, withSequence: {{count: "3"}}}}]]}}
- {shell("a", "sleep 10", inner)}
"""


def test_a_workflow_waits_for_a_mutex_until_it_is_free(world: World) -> None:
    world.submit(locked("mutex", "wf"), "one")
    world.submit(locked("mutex", "wf"), "two")
    world.clock.advance(5)
    waiting = world.status("two")
    assert waiting["phase"] == "Pending"
    assert waiting["message"] == "Waiting for argo/Mutex/m lock. Lock status: 0/1"
    assert waiting["synchronization"]["mutex"]["waiting"] == [
        {"mutex": "argo/Mutex/m", "holder": "argo/one"}
    ]
    assert world.status("one")["synchronization"]["mutex"]["holding"][0]["holder"] == "argo/one"
    world.finish("two")
    assert world.status("two")["phase"] == "Succeeded"
    assert "synchronization" not in world.status("one")


def test_a_semaphore_lets_so_many_nodes_run(world: World) -> None:
    limits = "{apiVersion: v1, kind: ConfigMap, metadata: {name: limits}, data: {n: '2'}}"
    world.create(limits)
    world.submit(locked("semaphore", "node"))
    world.clock.advance(4)
    waiting = [n for n in world.status()["nodes"].values() if n.get("synchronizationStatus")]
    assert [n["phase"] for n in waiting] == ["Pending"]
    lock = "argo/ConfigMap/limits/n"
    assert waiting[0]["synchronizationStatus"] == {"waiting": lock}
    assert waiting[0]["message"] == f"Waiting for {lock} lock. Lock status: 0/2"
    assert most_running(world) == 2
    assert world.status()["phase"] == "Succeeded"


def test_the_deadline_of_a_workflow_ends_what_runs(world: World) -> None:
    main, slow = "{name: main, steps: [[{name: a, template: a}]]}", shell("a", "sleep 999")
    spec = f"{{entrypoint: main, activeDeadlineSeconds: 20, templates: [{main}, {slow}]}}"
    world.run(spec, limit=60)
    assert world.status()["phase"] == "Failed"
    assert world.node("a")["message"] == "Step exceeded its deadline"


def test_the_deadline_of_a_template_is_its_pods(world: World) -> None:
    world.run(only("sleep 999", "activeDeadlineSeconds: 10"))
    words = "Pod was active on the node longer than the specified deadline"
    assert world.node("wf")["message"] == words


TEMPLATE = f"""
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {{name: tmpl}}
spec:
  entrypoint: main
  arguments: {{parameters: [{{name: who, value: you}}, {{name: how, value: well}}]}}
  templates:
  - {{name: main, steps: [[{{name: s, template: say, {told("{{workflow.parameters.who}}")}}}]]}}
  - {SAY}
"""


def test_a_workflow_of_a_template_stores_its_spec(world: World) -> None:
    world.create(TEMPLATE)
    parameters = "{parameters: [{name: who, value: me}]}"
    world.run(f"{{workflowTemplateRef: {{name: tmpl}}, arguments: {parameters}}}")
    stored = world.status()["storedWorkflowTemplateSpec"]
    assert stored["entrypoint"] == "main"
    assert {p["name"]: p["value"] for p in stored["arguments"]["parameters"]} == {
        "who": "me",
        "how": "well",
    }
    assert world.node("s")["outputs"]["result"] == "me"
    assert world.node("s")["templateScope"] == "namespaced/tmpl"


def test_a_template_ref_stores_the_template(world: World) -> None:
    world.create(TEMPLATE)
    arguments = "arguments: {parameters: [{name: m, value: hi}]}"
    ref = f"{{name: s, templateRef: {{name: tmpl, template: say}}, {arguments}}}"
    world.run(f"{{entrypoint: main, templates: [{{name: main, steps: [[{ref}]]}}]}}")
    node = world.node("s")
    assert node["templateRef"] == {"name": "tmpl", "template": "say"}
    assert "templateName" not in node
    assert list(world.status()["storedTemplates"]) == ["namespaced/tmpl/say"]
    assert node["outputs"]["result"] == "hi"


def test_an_inline_template_has_no_name(world: World) -> None:
    inline = "{name: s, inline: {container: {image: busybox, command: [echo], args: [hi]}}}"
    world.run(f"{{entrypoint: main, templates: [{{name: main, steps: [[{inline}]]}}]}}")
    assert world.node("s")["phase"] == "Succeeded"
    names = {pod["metadata"]["name"] for pod in world.pods().values()}
    assert v2_pod_name("wf", "wf[0].s", "") in names


def test_a_memoized_step_runs_once(world: World) -> None:
    spec = """
entrypoint: a
templates:
- name: a
  memoize: {key: k, maxAge: 1h, cache: {configMap: {name: cache}}}
  container: {image: busybox, command: [sh, -c], args: ["echo $RANDOM > /n"]}
  outputs: {parameters: [{name: n, valueFrom: {path: /n}}]}
"""
    world.run(spec, "one")
    world.run(spec, "two")
    first, second = world.node("one", "one"), world.node("two", "two")
    assert first["memoizationStatus"] == {"hit": False, "key": "k", "cacheName": "cache"}
    assert second["memoizationStatus"]["hit"] is True
    assert second["outputs"]["parameters"] == first["outputs"]["parameters"]
    assert set(world.pods()) == {"one"}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{templates: []}", "invalid spec: spec.entrypoint is required"),
        ("{entrypoint: gone, templates: []}", "invalid spec: template name 'gone' undefined"),
        (
            "{entrypoint: m, templates: [{name: m, steps: [[{name: s, template: gone}]]}]}",
            "invalid spec: templates.m.steps[0].s template name 'gone' undefined",
        ),
        (
            "{workflowTemplateRef: {name: gone}}",
            'workflowtemplates.argoproj.io "gone" not found',
        ),
        (
            f"{{entrypoint: say, templates: [{SAY}]}}",
            "inputs.parameters.m was not supplied",
        ),
        (
            "{entrypoint: m, templates: 7}",
            "invalid spec: spec.templates must be a list of templates",
        ),
    ],
)
def test_what_cannot_run_says_so(world: World, spec: str, message: str) -> None:
    done = world.run(spec, limit=30)
    assert done["status"]["phase"] in ("Failed", "Error")
    assert done["status"]["message"] == message


@pytest.mark.parametrize(
    "spec",
    [
        "{}",
        "{entrypoint: m, templates: [{name: m, dag: 3}]}",
        "{entrypoint: m, templates: [{name: m, steps: [3]}]}",
        "{entrypoint: m, templates: [{name: m, container: {args: 3, command: sh}}]}",
        "{entrypoint: m, arguments: 3, templates: [{name: m, container: {}}]}",
        "{entrypoint: m, templates: [{name: m, steps: [[{name: again, template: m}]]}]}",
        "{entrypoint: m, templates: [{name: m, dag: {tasks: [{name: a, template: m,"
        " depends: '&&'}]}}]}",
        "{entrypoint: m, templates: [{name: m, container: {image: x},"
        " retryStrategy: {limit: many}}]}",
    ],
)
def test_a_malformed_workflow_ends_itself_and_not_the_engine(world: World, spec: str) -> None:
    world.submit(spec, "bad")
    world.submit(f"{{entrypoint: a, templates: [{shell('a', 'true')}]}}", "good")
    world.finish("good")
    world.clock.advance(600)
    assert world.status("good")["phase"] == "Succeeded"
    assert world.status("bad")["phase"] in ("Failed", "Error", "Succeeded")


def test_pods_are_collected_as_the_workflow_wants(world: World) -> None:
    world.run(only("echo hi", top="podGC: {strategy: OnPodCompletion}, "))
    world.clock.advance(10)
    assert world.pods() == {}
    assert world.bucket.get("wf/wf/main.log") == b"hi\n"
    assert world.logs.lines("argo", "wf", "main") == ()


def test_a_time_to_live_removes_the_workflow(world: World) -> None:
    ttl = "ttlStrategy: {secondsAfterCompletion: 60}"
    world.run(f"{{entrypoint: a, {ttl}, templates: [{shell('a', 'true')}]}}")
    world.clock.advance(61)
    assert world.store.find(WORKFLOWS, "argo", "wf") is None
    assert world.pods() == {}


def test_events_tell_of_workflow_nodes_and_pods(world: World) -> None:
    world.run(f"{{entrypoint: a, templates: [{shell('a', 'exit 1')}]}}")
    told = world.store.list(EVENTS)
    reasons = {(each["involvedObject"]["kind"], each["reason"]) for each in told}
    assert {
        ("Workflow", "WorkflowRunning"),
        ("Workflow", "WorkflowNodeFailed"),
        ("Workflow", "WorkflowFailed"),
        ("Pod", "Scheduled"),
        ("Pod", "Pulled"),
        ("Pod", "Started"),
    } <= reasons


GARBAGE = """
entrypoint: a
artifactGC: {strategy: OnWorkflowDeletion}
templates:
- name: a
  container: {image: busybox, command: [sh, -c], args: ["echo x > /x"]}
  outputs: {artifacts: [{name: x, path: /x, archive: {none: {}}}]}
"""


def test_artifacts_are_collected_before_their_workflow_goes(world: World) -> None:
    done = world.run(GARBAGE)
    finalizer = "workflows.argoproj.io/artifact-gc"
    assert done["metadata"]["finalizers"] == [finalizer]
    assert world.bucket.get("wf/wf/x") == b"x\n"
    world.store.delete(WORKFLOWS, "argo", "wf")
    assert world.get()["metadata"]["deletionTimestamp"]
    world.clock.advance(5)
    assert world.bucket.get("wf/wf/x") is None
    assert world.store.find(WORKFLOWS, "argo", "wf") is None


def test_a_run_keeps_the_templates_it_has_begun_with(world: World) -> None:
    world.create(TEMPLATE)
    ref = "{name: s, templateRef: {name: tmpl, template: main}}"
    main = f"{{name: main, steps: [[{{name: wait, template: w}}], [{ref}]]}}"
    given = "arguments: {parameters: [{name: who, value: me}]}"
    spec = f"{{entrypoint: main, {given}, templates: [{main}, {shell('w', 'sleep 30')}]}}"
    world.submit(spec)
    world.clock.advance(10)
    world.store.delete(WORKFLOW_TEMPLATES, "argo", "tmpl")
    assert world.finish()["status"]["phase"] == "Succeeded"
    assert set(world.status()["storedTemplates"]) == {
        "namespaced/tmpl/main",
        "namespaced/tmpl/say",
    }


def test_an_estimate_comes_from_the_last_success_of_the_same_template(world: World) -> None:
    world.create(TEMPLATE)
    labels = {"workflows.argoproj.io/workflow-template": "tmpl"}
    world.submit("{workflowTemplateRef: {name: tmpl}}", "one", labels=dict(labels))
    world.finish("one")
    world.submit("{workflowTemplateRef: {name: tmpl}}", "two", labels=dict(labels))
    world.clock.advance(2)
    assert "estimatedDuration" not in world.status("one")
    assert world.status("two")["estimatedDuration"] >= 1


def test_http_nodes_are_answered_without_a_pod(world: World) -> None:
    world.run("{entrypoint: a, templates: [{name: a, http: {url: 'http://x'}}]}")
    assert (world.node("wf")["type"], world.status()["phase"]) == ("HTTP", "Succeeded")
    assert world.pods() == {}


def test_running_pods_have_metrics(world: World) -> None:
    world.submit(f"{{entrypoint: a, templates: [{shell('a', 'sleep 60')}]}}")
    world.clock.advance(20)
    (metrics,) = world.engine.pod_metrics("argo")
    usage = {each["name"]: each["usage"] for each in metrics["containers"]}
    assert usage["main"]["memory"].endswith("Ki")
    assert usage["main"]["cpu"].endswith("n")
    assert world.engine.pod_metrics("elsewhere") == []


def test_the_same_seed_is_the_same_run() -> None:
    def story(seed: int) -> list[Any]:
        world = World(seed)
        world.run(LOOP)
        return [world.status()["nodes"], world.status()["finishedAt"]]

    assert story(5) == story(5)


def test_a_workflow_is_written_once_for_many_pods(world: World) -> None:
    world.submit(f"""
entrypoint: main
templates:
- {{name: main, steps: [[{{name: s, template: a, withSequence: {{count: "40"}}}}]]}}
- {shell("a", "sleep 3")}
""")
    writes = 0

    def count(change: Any) -> None:
        nonlocal writes
        writes += change.resource is WORKFLOWS

    world.store.subscribe(count)
    world.finish()
    assert 3 < writes < 20
