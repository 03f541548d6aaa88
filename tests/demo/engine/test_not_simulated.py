"""What the engine cannot simulate ends the step with an error that says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.world import World

SAY = """
    - name: say
      inputs: {parameters: [{name: m, value: ""}]}
      container: {image: busybox, command: [echo, "{{inputs.parameters.m}}"]}
"""


def ended(spec: str) -> World:
    world = World()
    world.run(f"    entrypoint: main\n    templates:\n{spec.rstrip()}{SAY}", limit=3600)
    return world


def errors(world: World) -> str:
    """The messages of what did not succeed, that of the workflow too."""
    status = world.status()
    bad = [n for n in status["nodes"].values() if n["phase"] not in ("Succeeded", "Skipped")]
    return "\n".join([str(status.get("message")), *(str(n.get("message")) for n in bad)])


PLACES = {
    "a container": """
    - name: main
      container: {image: busybox, command: [echo, "{{=EXPRESSION}}"]}
""",
    "a container that is tried again": """
    - name: main
      retryStrategy: {limit: 1}
      container: {image: busybox, command: [echo, "{{=EXPRESSION}}"]}
""",
    "a script": """
    - name: main
      script: {image: alpine, command: [sh], source: "echo {{=EXPRESSION}}"}
""",
    "an environment variable": """
    - name: main
      container:
        {image: busybox, command: [env], env: [{name: x, value: "{{=EXPRESSION}}"}]}
""",
    "a pause": """
    - {name: main, suspend: {duration: "{{=EXPRESSION}}"}}
""",
    "a request": """
    - {name: main, http: {url: "http://x/{{=EXPRESSION}}"}}
""",
    "what a request has to answer": """
    - {name: main, http: {url: "http://x/", successCondition: "EXPRESSION == response.body"}}
""",
    "an argument of a step": """
    - name: main
      steps:
      - - name: one
          template: say
          arguments: {parameters: [{name: m, value: "{{=EXPRESSION}}"}]}
""",
    "an argument of a task": """
    - name: main
      dag:
        tasks:
        - name: one
          template: say
          arguments: {parameters: [{name: m, value: "{{=EXPRESSION}}"}]}
""",
    "a condition of a step": """
    - name: main
      steps: [[{name: one, template: say, when: "{{=EXPRESSION}} == x"}]]
""",
    "a condition of a task": """
    - name: main
      dag: {tasks: [{name: one, template: say, when: "{{=EXPRESSION}} == x"}]}
""",
    "a loop": """
    - name: main
      steps: [[{name: one, template: say, withParam: "{{=EXPRESSION}}"}]]
""",
    "an output of steps": """
    - name: main
      steps: [[{name: one, template: say}]]
      outputs: {parameters: [{name: x, valueFrom: {expression: "EXPRESSION"}}]}
""",
    "an output of a DAG with a default": """
    - name: main
      dag: {tasks: [{name: one, template: say}]}
      outputs: {parameters: [{name: x, valueFrom: {expression: "EXPRESSION", default: d}}]}
""",
    "a hook of a step": """
    - name: main
      steps: [[{name: one, template: say, hooks: {h: {expression: "EXPRESSION", template: say}}}]]
""",
    "whether to try again": """
    - name: main
      retryStrategy: {limit: 1, expression: "EXPRESSION"}
      container: {image: busybox, command: [sh, -c, exit 1]}
""",
    "what is done to data": """
    - name: main
      data:
        source: {artifactPaths: {name: x, s3: {key: x}}}
        transformation: [{expression: "EXPRESSION"}]
""",
}
WHAT = {
    "sprig.uuidv4()": "does not simulate sprig.uuidv4()",
    "noSuchFunction(1)": "does not simulate noSuchFunction()",
    "let x = 1; x": "cannot read the expression",
}


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("place", PLACES)
def test_an_expression_that_the_demo_does_not_know(place: str, what: str) -> None:
    world = ended(PLACES[place].replace("EXPRESSION", what))
    assert world.status()["phase"] in ("Error", "Failed"), errors(world)
    assert WHAT[what] in errors(world)


@pytest.mark.parametrize(
    "tag",
    [
        "workflow.outputs.parameters.late",
        "=workflow.outputs.parameters.late",
        "=inputs.parameters.no",
    ],
)
@pytest.mark.parametrize("place", ["a container", "a script", "a pause", "an argument of a task"])
def test_a_tag_that_nothing_fills_in_never_reaches_a_pod(place: str, tag: str) -> None:
    world = World()
    late = """
    - name: later
      container: {image: busybox, command: [echo]}
      outputs: {parameters: [{name: x, globalName: late, valueFrom: {path: /x, default: y}}]}
"""
    spec = PLACES[place].replace("{{=EXPRESSION}}", "{{" + tag + "}}").replace("main", "first")
    world.run(
        "    entrypoint: main\n    templates:\n    - name: main\n      steps:\n"
        "      - - {name: one, template: first}\n      - - {name: two, template: later}\n"
        + spec.strip("\n")
        + late.rstrip()
        + SAY
    )
    assert world.status()["phase"] in ("Error", "Failed")
    assert "late" in errors(world) or "inputs.parameters.no" in errors(world)
    for pod in world.pods().values():
        assert "{{" not in json.dumps(pod["spec"])


def test_what_only_looks_like_a_tag_is_a_text_like_any_other() -> None:
    world = World()
    world.submit(
        """
    entrypoint: main
    arguments: {parameters: [{name: text, value: "a {{ .Values.x }} {{custom}}"}]}
    templates:
    - name: main
      steps:
      - - name: one
          template: say
          arguments: {parameters: [{name: m, value: "{{workflow.parameters.text}}"}]}
"""
        + SAY
    )
    world.finish()
    assert world.status()["phase"] == "Succeeded", errors(world)


IMAGES: dict[str, dict[str, Any]] = {
    "without a command": {"container": {"image": "registry.example.com/own/tool:1"}},
    "that is tried again": {
        "retryStrategy": {"limit": 1},
        "container": {"image": "registry.example.com/own/tool:1"},
    },
    "whose output is asked for": {
        "container": {"image": "golang", "command": ["go", "run", "x.go"]},
        "outputs": {"parameters": [{"name": "x", "valueFrom": {"path": "/x"}}]},
    },
    "whose file is asked for": {
        "container": {"image": "golang", "command": ["go", "run", "x.go"]},
        "outputs": {"artifacts": [{"name": "x", "path": "/x"}]},
    },
    "whose result is asked for": {
        "script": {"image": "node", "command": ["node"], "source": "console.log(1 + 1)"}
    },
    "with a script that is too much": {
        "script": {
            "image": "python",
            "command": ["python"],
            "source": "import numpy\nprint(numpy.ones(3))",
        }
    },
}


@pytest.mark.parametrize("around", ["steps", "dag"])
@pytest.mark.parametrize("image", IMAGES)
def test_an_image_that_the_demo_does_not_know(image: str, around: str) -> None:
    work = json.dumps({"name": "work", **IMAGES[image]})
    asked = "RESULT" if "script" in IMAGES[image] else "x"
    given = '{parameters: [{name: m, value: "' + asked + '"}]}'
    inner = {
        "steps": (
            "steps: [[{name: one, template: work}], [{name: two, template: say, arguments: A}]]"
        ),
        "dag": (
            "dag: {tasks: [{name: one, template: work}, "
            "{name: two, template: say, depends: one, arguments: A}]}"
        ),
    }[around]
    kind = "steps" if around == "steps" else "tasks"
    result = "{{" + f"{kind}.one.outputs.result" + "}}"
    main = inner.replace("A}", f"{given}}}").replace("RESULT", result)
    world = ended(f"    - name: main\n      {main}\n    - {work}\n")
    assert world.status()["phase"] in ("Failed", "Error"), world.phases()
    assert "the demo does not" in errors(world)
    assert not world.has("two") or world.node("two")["phase"] == "Omitted"


def test_a_program_that_is_not_known_and_owes_nothing_says_so_in_its_log() -> None:
    world = ended("""
    - name: main
      container: {image: registry.example.com/train:1, command: [train, --fast]}
""")
    assert world.status()["phase"] == "Succeeded"
    (pod,) = world.pods().values()
    lines = [each.text for each in world.logs.lines("argo", pod["metadata"]["name"], "main")]
    assert "demo: train is not simulated, what it prints is made up" in lines


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sprig.sha256sum('a')[:8]", "ca978112"),
        ("sprig.upper(sprig.trim(' a '))", "A"),
        ("sprig.regexReplaceAll('a(x*)b', '-ab-axxb-', '${1}W')", "-W-xxW-"),
        ("sprig.splitList(',', 'a,b')[1]", "b"),
        ("sprig.split(',', 'a,b')._1", "b"),
        ("sprig.round(3.14159, 2)", "3.14"),
        ("sprig.date('2006-01-02', workflow.creationTimestamp)", "2026-01-01"),
        ("sprig.date('Mon Jan 2 15:04:05 2006', 0)", "Thu Jan 1 00:00:00 1970"),
        ("sprig.b64dec(sprig.b64enc('ü'))", "ü"),
        ("sprig.join('-', sprig.list(1, 2))", "1-2"),
        ("sprig.substr(1, 3, 'abcd')", "bc"),
        ("sprig.trunc(-2, 'abcd')", "cd"),
        ("sprig.div(7, 2)", "3"),
        ("sprig.camelcase('http_server')", "HttpServer"),
        ("sprig.kebabcase('FirstName')", "first-name"),
        ("sprig.coalesce('', 0, 'x')", "x"),
        ("sprig.toJson(sprig.dict('a', 1))", '{"a":1}'),
        ("sprig.indent(2, 'a')", "  a"),
    ],
)
def test_functions_of_sprig_give_what_sprig_gives(expression: str, value: str) -> None:
    world = World()
    quoted = json.dumps("{{=" + expression + "}}")
    world.run(f"""
    entrypoint: main
    templates:
    - {{name: main, container: {{image: busybox, command: [printf, "%s", {quoted}]}}}}
""")
    (pod,) = world.pods().values()
    assert pod["spec"]["containers"][1]["command"][-1] == value.replace('\\"', '"')
