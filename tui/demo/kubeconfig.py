"""The kubeconfig that leads to the demo cluster, with a context for each of its users.

JSON is YAML too, so no YAML is written. The first user's token stands in a file of its own, as
projected tokens do; the others' stand in the kubeconfig itself.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

from tui.demo.access import User

NAME = "kubeconfig"


def write(
    folder: Path, url: str, authority: bytes | None, users: dict[str, User], namespace: str
) -> Path:
    """Write it (again), readable by its owner only; returns its path."""
    cluster: dict[str, Any] = {"server": url}
    if authority is not None:
        cluster["certificate-authority-data"] = base64.b64encode(authority).decode()
    entries: list[dict[str, Any]] = []
    for index, (context, user) in enumerate(users.items()):
        if index == 0:
            token_file = folder / "token"
            _replace(token_file, user.token)
            entries.append({"name": context, "user": {"tokenFile": str(token_file)}})
        else:
            entries.append({"name": context, "user": {"token": user.token}})
    contexts = [
        {"name": name, "context": {"cluster": "demo", "user": name, "namespace": namespace}}
        for name in users
    ]
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "demo", "cluster": cluster}],
        "users": entries,
        "contexts": contexts,
        "current-context": next(iter(users)),
        "preferences": {},
    }
    path = folder / NAME
    _replace(path, json.dumps(config, indent=2) + "\n")
    return path


def _replace(path: Path, text: str) -> None:
    """Write a private file so that no reader ever sees half of it."""
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    new.replace(path)
