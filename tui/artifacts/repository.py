"""The artifact repository of a workflow.

Controllers since Argo 3.1 write the whole repository into the workflow's status. With older ones,
and before the controller has seen a workflow, it is in a config map: of the workflow's namespace,
of the controller's, or the controller's own (argo.md 8.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tui.artifacts.controller import CONTROLLER, ConfigMaps, parsed
from tui.domain.location import (
    kind_of,
    may_be_default,
    repository_of,
    repository_references,
)
from tui.domain.workflow import Workflow
from tui.ports.connection import Connection
from tui.ports.secrets import ConfigMap, Secrets

DEFAULT_KEY = "workflows.argoproj.io/default-artifact-repository"
"""The annotation of a config map that says which of its repositories is meant where none is."""


class Found(NamedTuple):
    """What came of looking for a repository."""

    repository: dict[str, Any] | None
    """The repository; None where there is none that we may read."""
    why_not: str = ""
    """What kept us from reading one, as a sentence; "" if nothing did."""
    where: str = ""
    """The config map that names it; "" where the workflow's status does."""


def find_repository(workflow: Workflow, connection: Connection) -> dict[str, Any] | None:
    """The repository of a workflow, read from the cluster only if the status has none.

    None where there is none that we may read.
    """
    return look_for_repository(workflow, connection).repository


def look_for_repository(workflow: Workflow, connection: Connection) -> Found:
    """The same, and why there is none."""
    stored = repository_of(workflow)
    if stored is not None:
        return Found(stored)
    secrets = connection.port(Secrets)
    if secrets is None:
        return Found(None, connection.lacks(Secrets))
    looking = ConfigMaps(secrets, workflow.metadata.namespace)
    for reference in repository_references(workflow):
        for found in looking.at(reference.namespace, reference.config_map):
            repository = _in_config_map(found, reference.key)
            if repository is not None:
                return Found(repository, where=_named(reference.config_map, found))
    if may_be_default(workflow):
        for found in looking.of_controllers():
            repository = _of_controller(found.data)
            if repository is not None:
                return Found(repository, where=_named(CONTROLLER, found))
    return Found(None, looking.trouble)


def _named(name: str, found: ConfigMap) -> str:
    return f"the config map {name}" + (f" in {found.namespace}" if found.namespace else "")


def _in_config_map(found: ConfigMap, key: str) -> dict[str, Any] | None:
    """The repository of this key; of none, the default, or else the only one."""
    key = key or found.annotations.get(DEFAULT_KEY, "")
    if not key and len(found.data) == 1:
        key = next(iter(found.data))
    return _repository(parsed(found.data.get(key, "")))


def _of_controller(data: Mapping[str, str]) -> dict[str, Any] | None:
    """The repository in the controller's configuration; old ones have all of it in one text."""
    whole = parsed(data.get("config", ""))
    inner = whole.get("artifactRepository") if isinstance(whole, dict) else None
    return _repository(parsed(data.get("artifactRepository", ""))) or _repository(inner)


def _repository(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) and kind_of(value) else None
