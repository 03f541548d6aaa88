"""Pods and their containers: what their nodes say, and what comes out of them."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.support.specs import shell
from tests.support.world import World
from tui.domain.podname import v2_pod_name


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


@pytest.mark.parametrize("path", ["/out", "/out/f.txt"])
def test_what_is_zipped_is_a_zip_file_and_unpacked_again(world: World, path: str) -> None:
    seen = "/in/f.txt" if path == "/out" else "/in"
    zipped = f"outputs: {{artifacts: [{{name: f, path: {path}, archive: {{zip: {{}}}}}}]}}"
    world.run(f"""
entrypoint: main
templates:
- name: main
  steps:
  - [{{name: make, template: make}}]
  - - name: use
      template: use
      arguments: {{artifacts: [{{name: f, from: "{{{{steps.make.outputs.artifacts.f}}}}"}}]}}
- {shell("make", "echo body > /out/f.txt", zipped)}
- {shell("use", f"cat {seen}", "inputs: {artifacts: [{name: f, path: /in}]}")}
""")
    (artifact,) = world.node("make")["outputs"]["artifacts"]
    pod = v2_pod_name("wf", world.node("make")["name"], "make")
    assert artifact["s3"]["key"] == f"wf/{pod}/f.zip"
    with zipfile.ZipFile(io.BytesIO(world.bucket.get(artifact["s3"]["key"]) or b"")) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {"out/f.txt" if path == "/out" else "f.txt": b"body\n"}
    assert world.node("use")["outputs"]["result"] == "body"


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
