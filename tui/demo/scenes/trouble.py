"""Workflows that cannot go on: no lock, no node, no image, no end, no such template."""

from __future__ import annotations

from tui.demo.resources import Obj
from tui.demo.scenes.parts import ARGO, ETL, Scene, limits, shell, step, workflow


def _migration(name: str, seconds: int) -> Obj:
    spec = {
        "entrypoint": "migrate",
        "synchronization": {"mutexes": [{"name": "schema"}]},
        "templates": [
            shell(
                "migrate",
                f"echo altering table orders; sleep {seconds}; echo migrated",
                demo={"duration": seconds, "log_rate": 0.4},
            )
        ],
    }
    return workflow(name, ARGO, spec, generate=True)


def holding_lock() -> Obj:
    """Holds the mutex for long."""
    return _migration("migrate-schema", 5400)


def waiting_for_lock() -> Obj:
    """Waits for the mutex."""
    return _migration("migrate-schema", 20)


def unschedulable() -> Obj:
    """Wants a GPU that no node has."""
    template = shell(
        "train",
        "python train.py",
        image="registry.example.com/ml/train:1.9",
        resources=limits("2", "4Gi", gpus=1),
        demo={
            "unschedulable": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: "
            "0/3 nodes are available: 3 No preemption victims found for incoming pod."
        },
    )
    return workflow(
        "train-model", ETL, {"entrypoint": "train", "templates": [template]}, generate=True
    )


def no_image() -> Obj:
    """Its image is not in the registry."""
    template = shell(
        "score",
        "python score.py",
        image="registry.example.com/ml/scorer:lates",
        demo={"image_pull_failure": "manifest unknown: no such tag"},
    )
    main = {"name": "main", "steps": [[step("score", "score")]]}
    return workflow(
        "score-batch", ETL, {"entrypoint": "main", "templates": [main, template]}, generate=True
    )


def busy() -> Obj:
    """Runs for hours and logs a lot; one container has been restarted, one is short of memory, and
    one computes on a GPU as fast as its CPU lets it."""
    every = [step("consume", "consume"), step("watch", "watchdog"), step("score", "scorer")]
    main = {"name": "main", "steps": [every]}
    templates = [
        main,
        shell(
            "consume",
            "exec consumer --topic orders",
            image="registry.example.com/stream/consumer:3.1",
            demo={"duration": 40_000, "log_rate": 8, "memory": "478,484,490", "cpu": "350,420"},
            resources=limits("500m", "512Mi"),
        ),
        shell(
            "scorer",
            "exec scorer --model orders --device cuda",
            image="registry.example.com/ml/scorer:1.4",
            demo={"duration": 40_000, "log_rate": 0.5, "memory": "2600,2900", "cpu": "2300"},
            resources={
                "requests": {"cpu": "1", "memory": "3Gi"},
                "limits": {"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": "1"},
            },
        ),
        shell(
            "watchdog",
            "exec watchdog",
            demo={"duration": 40_000, "log_rate": 0.2, "restarts": 1},
            sidecars=[
                {"name": "metrics", "image": "registry.example.com/metrics:1", "command": ["nginx"]}
            ],
        ),
    ]
    return workflow(
        "stream-orders", ETL, {"entrypoint": "main", "templates": templates}, generate=True
    )


def invalid() -> Obj:
    """Names a template that is not there."""
    main = {"name": "main", "steps": [[step("go", "biuld")]]}
    spec = {"entrypoint": "main", "templates": [main, shell("build", "echo building")]}
    return workflow("typo", ARGO, spec, generate=True)


def flaky() -> Obj:
    """Fails, backs off, and tries again."""
    strategy = {
        "limit": "5",
        "retryPolicy": "OnFailure",
        "backoff": {"duration": "20s", "factor": "2", "maxDuration": "30m"},
    }
    template = shell(
        "call",
        "echo calling partner API",
        demo={"duration": 5, "exit_codes": "1,1,1,1,0"},
        retryStrategy=strategy,
    )
    return workflow(
        "call-partner", ARGO, {"entrypoint": "call", "templates": [template]}, generate=True
    )


def stopped() -> Obj:
    """Takes longer than it may."""
    templates = [
        {"name": "main", "steps": [[step("slow", "slow"), step("slower", "slow")]]},
        shell("slow", "echo this will take a while; sleep 3600"),
    ]
    spec = {"entrypoint": "main", "templates": templates, "activeDeadlineSeconds": 45}
    return workflow("over-time", ARGO, spec, generate=True)


SCENES = (
    Scene(40, holding_lock),
    Scene(38, waiting_for_lock),
    Scene(25, unschedulable),
    Scene(19, no_image),
    Scene(5, busy),
    Scene(130, invalid),
    Scene(71, stopped),
    Scene(1.2, flaky),
)
