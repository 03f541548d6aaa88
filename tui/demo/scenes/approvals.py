"""An approval gate, and artifacts of every kind."""

from __future__ import annotations

from typing import Any

from tui.demo.resources import Obj, Resource
from tui.demo.scenes.parts import ARGO, ETL, Scene, given, python, shell, step, workflow


def gate() -> Obj:
    """Waits for somebody to say yes or no, with a comment."""
    approve = {
        "name": "approve",
        "suspend": {},
        "outputs": {
            "parameters": [
                {
                    "name": "decision",
                    "valueFrom": {"supplied": {}, "default": "yes"},
                    "enum": ["yes", "no"],
                    "description": "may it go to production?",
                },
                {"name": "comment", "valueFrom": {"supplied": {}, "default": ""}},
            ]
        },
    }
    decision = "{{steps.approve.outputs.parameters.decision}}"
    main = {
        "name": "main",
        "steps": [
            [step("build", "build")],
            [step("approve", "approve")],
            [
                step("release", "release", when=f"{decision} == yes"),
                step("reject", "reject", when=f"{decision} == no"),
            ],
        ],
    }
    templates = [
        main,
        approve,
        shell("build", "echo built image 4f2a9c; sleep 5"),
        shell("release", "echo releasing to production; sleep 10"),
        shell("reject", "echo not this time"),
    ]
    return workflow(
        "release-gate", ARGO, {"entrypoint": "main", "templates": templates}, generate=True
    )


def paused() -> Obj:
    """Suspended as a whole."""
    templates = [
        {"name": "main", "steps": [[step("one", "work")], [step("two", "work")]]},
        shell("work", "echo working; sleep 10"),
    ]
    spec = {"entrypoint": "main", "templates": templates, "suspend": True}
    who = {"action": "Suspend", "actor": "demo-operator"}
    return workflow("paused", ARGO, spec, labels=who, generate=True)


def _output(name: str, path: str, *, plain: bool = True, **more: Any) -> dict[str, Any]:
    archive: dict[str, Any] = {"archive": {"none": {}}} if plain else {}
    return {"name": name, "path": path, **archive, **more}


def _texts() -> Obj:
    """Writes what can be read, and says of one file that it may be missing."""
    return shell(
        "texts",
        "echo 'two lines' > /out/notes.txt; echo 'of text' >> /out/notes.txt;"
        ' echo \'{"accuracy": 0.934, "classes": ["a", "b"]}\' > /out/metrics.json;'
        " printf 'id,name,amount\\n1,ada,12.50\\n2,grace,7.25\\n' > /out/table.csv",
        outputs={
            "artifacts": [
                _output("notes", "/out/notes.txt"),
                _output("metrics", "/out/metrics.json"),
                _output("table", "/out/table.csv"),
                _output("maybe", "/out/not-there.txt", optional=True),
            ]
        },
    )


def _folders() -> Obj:
    """Writes a folder, kept once as it is and once packed."""
    return shell(
        "folders",
        "for n in 1 2 3; do echo page $n > /site/page$n.html; done; echo body > /site/css/main.css",
        outputs={
            "artifacts": [
                _output("site", "/site"),
                _output("site-packed", "/site", plain=False),
            ]
        },
    )


def artifacts() -> Obj:
    """One artifact of every kind a person may want to look at."""
    model = shell(
        "model",
        "echo exporting model",
        demo={"duration": 14, "log_rate": 2, "size": 50},
        outputs={"artifacts": [_output("weights", "/out/weights.bin")]},
    )
    check = shell(
        "check",
        "cat /in/metrics.json",
        inputs={"artifacts": [{"name": "metrics", "path": "/in/metrics.json"}]},
    )
    hand_over = {
        "artifacts": [{"name": "metrics", "from": "{{tasks.texts.outputs.artifacts.metrics}}"}]
    }
    tasks = [
        step("texts", "texts"),
        step("folders", "folders"),
        step("model", "model"),
        step("check", "check", depends="texts", arguments=hand_over),
    ]
    templates = [{"name": "main", "dag": {"tasks": tasks}}, _texts(), _folders(), model, check]
    return workflow("artifacts", ETL, {"entrypoint": "main", "templates": templates}, generate=True)


def collected() -> Obj:
    """Its artifact is collected as soon as it is over."""
    template = shell(
        "temporary",
        "echo for a moment > /out/scratch.txt",
        outputs={"artifacts": [_output("scratch", "/out/scratch.txt")]},
    )
    spec = {
        "entrypoint": "temporary",
        "templates": [template],
        "artifactGC": {"strategy": "OnWorkflowCompletion"},
    }
    return workflow("scratch", ETL, spec, generate=True)


def _sum() -> Obj:
    """Remembers what it found for a pair of numbers."""
    return python(
        "sum",
        "print({{inputs.parameters.a}} + {{inputs.parameters.b}})\n",
        inputs=["a", "b"],
        memoize={
            "key": "sum-{{inputs.parameters.a}}-{{inputs.parameters.b}}",
            "maxAge": "24h",
            "cache": {"configMap": {"name": "sums"}},
        },
    )


def hooked() -> Obj:
    """Hooks of a step and of the workflow, a semaphore, and a memoized step."""
    main = {
        "name": "main",
        "steps": [
            [
                step(
                    "first",
                    "sum",
                    arguments=given(a="1", b="2"),
                    hooks={
                        "done": {
                            "expression": 'steps["first"].status == "Succeeded"',
                            "template": "tell",
                        }
                    },
                )
            ],
            [step("same", "sum", arguments=given(a="1", b="2"))],
            [step("limited", "limited", withSequence={"count": "4"})],
        ],
    }
    limited = shell(
        "limited",
        "echo one of two at a time; sleep 4",
        synchronization={"semaphores": [{"configMapKeyRef": {"name": "limits", "key": "workers"}}]},
    )
    spec = {
        "entrypoint": "main",
        "templates": [main, _sum(), limited, shell("tell", "echo told")],
        "hooks": {"exit": {"template": "tell"}},
    }
    return workflow("hooks", ETL, spec, generate=True)


def templates() -> tuple[tuple[Obj, Resource], ...]:
    """None of its own."""
    return ()


SCENES = (
    Scene(29, gate),
    Scene(22, paused),
    Scene(64, artifacts),
    Scene(58, collected),
    Scene(81, hooked),
)
