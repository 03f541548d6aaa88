"""Small workflows that everybody knows: hello world, diamond, nested steps, flipping coins."""

from __future__ import annotations

from typing import Any

from tui.demo.resources import CLUSTER_WORKFLOW_TEMPLATES, WORKFLOW_TEMPLATES, Obj, Resource
from tui.demo.scenes.parts import ARGO, Scene, given, python, shell, step, workflow


def hello() -> Obj:
    """The first workflow of everybody who meets Argo."""
    template = {
        "name": "say",
        "container": {
            "image": "docker/whalesay:latest",
            "command": ["cowsay"],
            "args": ["hello world"],
        },
    }
    return workflow(
        "hello-world", ARGO, {"entrypoint": "say", "templates": [template]}, generate=True
    )


def diamond() -> Obj:
    """Four tasks: one, then two side by side, then one."""
    echo = shell("work", "echo {{inputs.parameters.what}}; sleep 6", inputs=["what"])
    tasks = [
        step("extract", "work", arguments=given(what="reading")),
        step("left", "work", arguments=given(what="left half"), dependencies=["extract"]),
        step("right", "work", arguments=given(what="right half"), dependencies=["extract"]),
        step("merge", "work", arguments=given(what="merging"), dependencies=["left", "right"]),
    ]
    templates = [{"name": "main", "dag": {"tasks": tasks}}, echo]
    return workflow("diamond", ARGO, {"entrypoint": "main", "templates": templates}, generate=True)


def nested() -> Obj:
    """Steps in steps in steps, with a loop and a step that is skipped."""
    leaf = shell("leaf", "echo {{inputs.parameters.text}}; sleep 3", inputs=["text"])
    inner = {
        "name": "inner",
        "inputs": {"parameters": [{"name": "text"}]},
        "steps": [
            [step("first", "leaf", arguments=given(text="{{inputs.parameters.text}} 1"))],
            [step("second", "leaf", arguments=given(text="{{inputs.parameters.text}} 2"))],
        ],
    }
    middle = {
        "name": "middle",
        "steps": [
            [
                step("a", "inner", arguments=given(text="a")),
                step("b", "inner", arguments=given(text="b")),
            ],
            [step("each", "leaf", arguments=given(text="{{item}}"), withItems=["x", "y", "z"])],
        ],
    }
    main = {
        "name": "main",
        "steps": [
            [step("prepare", "leaf", arguments=given(text="prepare"))],
            [
                step("body", "middle"),
                step("never", "leaf", arguments=given(text="no"), when="1 == 2"),
            ],
            [step("tidy-up", "leaf", arguments=given(text="done"))],
        ],
    }
    templates = [main, middle, inner, leaf]
    return workflow(
        "nested-steps", ARGO, {"entrypoint": "main", "templates": templates}, generate=True
    )


def coinflip() -> Obj:
    """Flips until heads: a template that runs itself."""
    flip = python("flip", 'import random\nprint("heads" if random.random() < 0.4 else "tails")\n')
    again = {
        "name": "again",
        "steps": [
            [step("flip", "flip")],
            [
                step("heads", "won", when="{{steps.flip.outputs.result}} == heads"),
                step("tails", "again", when="{{steps.flip.outputs.result}} == tails"),
            ],
        ],
    }
    templates = [again, flip, shell("won", "echo it was heads")]
    return workflow(
        "coinflip", ARGO, {"entrypoint": "again", "templates": templates}, generate=True
    )


def exits() -> Obj:
    """A failing step, with an exit handler that tells and one that is skipped."""
    main = {
        "name": "main",
        "steps": [[step("build", "build"), step("lint", "lint", onExit="tell")]],
    }
    handler = {
        "name": "handler",
        "steps": [
            [
                step("celebrate", "tell", when="{{workflow.status}} == Succeeded"),
                step("mourn", "tell", when="{{workflow.status}} != Succeeded"),
            ]
        ],
    }
    templates = [
        main,
        handler,
        shell("build", "echo compiling; sleep 8; echo 'undefined: frobnicate'; exit 2"),
        shell("lint", "echo no findings; sleep 2"),
        shell("tell", "echo {{workflow.name}} ended {{workflow.status}}"),
    ]
    spec = {"entrypoint": "main", "onExit": "handler", "templates": templates}
    return workflow("exit-handlers", ARGO, spec, generate=True)


def containers() -> Obj:
    """Several containers in one pod, in the order of their dependencies."""

    def one(name: str, text: str, *needs: str) -> dict[str, Any]:
        base: dict[str, Any] = {
            "name": name,
            "image": "busybox:1.37",
            "command": ["sh", "-c"],
            "args": [text],
        }
        return base | ({"dependencies": list(needs)} if needs else {})

    main = {
        "name": "main",
        "containerSet": {
            "containers": [
                one("fetch", "echo fetching; sleep 4"),
                one("unpack", "echo unpacking; sleep 3", "fetch"),
                one("check", "echo checking; sleep 5", "fetch"),
                one("main", "echo all there", "unpack", "check"),
            ]
        },
    }
    return workflow(
        "container-set", ARGO, {"entrypoint": "main", "templates": [main]}, generate=True
    )


def from_template() -> Obj:
    """Made from a WorkflowTemplate, with one of its parameters given."""
    spec = {
        "workflowTemplateRef": {"name": "deploy-service"},
        "arguments": given(environment="staging", service="billing"),
    }
    return workflow(
        "deploy-service", ARGO, spec, labels={"workflow-template": "deploy-service"}, generate=True
    )


def announcement() -> Obj:
    """Made from the template for the whole cluster."""
    spec = {
        "workflowTemplateRef": {"name": "notifications", "clusterScope": True},
        "arguments": given(text="maintenance tonight at ten"),
    }
    return workflow(
        "notifications",
        ARGO,
        spec,
        labels={"cluster-workflow-template": "notifications"},
        generate=True,
    )


def _build() -> Obj:
    """One that nobody has run yet."""
    return {
        "metadata": {
            "name": "build-image",
            "namespace": ARGO,
            "annotations": {
                "workflows.argoproj.io/title": "Build an image",
                "workflows.argoproj.io/description": "Builds and pushes the image of a service.",
            },
        },
        "spec": {
            "entrypoint": "build",
            "arguments": {"parameters": [{"name": "service"}, {"name": "tag", "value": "latest"}]},
            "templates": [
                shell("build", "echo building {{workflow.parameters.service}}; sleep 20"),
            ],
        },
    }


def _deploy() -> Obj:
    """One with parameters to choose from."""
    parameters = [
        {
            "name": "environment",
            "value": "staging",
            "enum": ["development", "staging", "production"],
            "description": "where to deploy to",
        },
        {"name": "service", "default": "web", "value": "web", "description": "what to deploy"},
        {"name": "replicas", "value": "2"},
    ]
    main = {
        "name": "main",
        "steps": [
            [step("render", "render")],
            [step("apply", "apply"), step("announce", "announce")],
            [step("smoke-test", "smoke")],
        ],
    }
    return {
        "metadata": {"name": "deploy-service", "namespace": ARGO},
        "spec": {
            "entrypoint": "main",
            "serviceAccountName": "workflow",
            "arguments": {"parameters": parameters},
            "templates": [
                main,
                shell("render", "echo rendering {{workflow.parameters.service}}; sleep 2"),
                shell("apply", "echo applying to {{workflow.parameters.environment}}; sleep 9"),
                shell("announce", "echo deploying {{workflow.parameters.replicas}} replicas"),
                shell("smoke", "echo GET /healthz 200; sleep 3"),
            ],
        },
    }


def _notifications() -> Obj:
    """One for the whole cluster."""
    notify = shell("say", "echo {{inputs.parameters.text}}", inputs=["text"])
    return {
        "metadata": {"name": "notifications"},
        "spec": {
            "entrypoint": "say",
            "arguments": {"parameters": [{"name": "text", "value": "hello"}]},
            "templates": [notify],
        },
    }


def templates() -> tuple[tuple[Obj, Resource], ...]:
    """Templates that workflows are made from."""
    return (
        (_deploy(), WORKFLOW_TEMPLATES),
        (_build(), WORKFLOW_TEMPLATES),
        (_notifications(), CLUSTER_WORKFLOW_TEMPLATES),
    )


SCENES = (
    Scene(60 * 26, hello),
    Scene(95, from_template),
    Scene(88, nested),
    Scene(61, coinflip),
    Scene(54, announcement),
    Scene(47, exits),
    Scene(33, containers),
    Scene(12, diamond),
    Scene(4, hello),
    Scene(0.25, nested),
    Scene(0.1, diamond),
)
