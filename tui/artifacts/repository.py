"""The artifact repository of a workflow.

Controllers since Argo 3.1 write the whole repository into the workflow's status. With older ones,
and before the controller has seen a workflow, it is in a config map: of the workflow's namespace,
of the controller's, or the controller's own (argo.md 8.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tui.domain.location import (
    kind_of,
    may_be_default,
    repository_of,
    repository_references,
)
from tui.domain.workflow import Workflow
from tui.errors import Missing, SourceError
from tui.ports.connection import Connection
from tui.ports.secrets import ConfigMap, Secrets

DEFAULT_KEY = "workflows.argoproj.io/default-artifact-repository"
"""The annotation of a config map that says which of its repositories is meant where none is."""

CONTROLLER = "workflow-controller-configmap"
"""The config map of Argo's controller; it is in the namespace where that runs."""

USUAL_NAMESPACE = "argo"
"""Where Argo's own manifests put the controller."""


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
    looking = _Looking(secrets, workflow.metadata.namespace)
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


class _Looking:
    """Reads config maps; one that may not be read is remembered, and the next one is tried."""

    def __init__(self, secrets: Secrets, namespace: str) -> None:
        self._secrets = secrets
        self._namespace = namespace
        self.trouble = ""
        """Why the first one that may be there was not read."""

    def at(self, namespace: str, name: str) -> Iterator[ConfigMap]:
        """The config map of this name in a namespace; "" is that of the controller."""
        if namespace:
            yield from self._one(namespace, name)
            return
        tried = {self._namespace}
        for controller in self.of_controllers():
            if controller.namespace not in tried:
                tried.add(controller.namespace)
                yield from self._one(controller.namespace, name)

    def of_controllers(self) -> Iterator[ConfigMap]:
        """The config maps of controllers, that of ours first.

        Nobody says where it runs: beside the workflow, where Argo puts it, or wherever a config map
        of its name is.
        """
        for place in dict.fromkeys((self._namespace, USUAL_NAMESPACE)):
            yield from self._one(place, CONTROLLER)
        try:
            yield from self._secrets.config_maps(CONTROLLER)
        except SourceError as error:
            self._remember(error)

    def _one(self, namespace: str, name: str) -> Iterator[ConfigMap]:
        try:
            found = self._secrets.config_map(namespace, name)
        except SourceError as error:
            # Argo goes on to the next config map, too; each artifact says that it has no location.
            self._remember(error)
        else:
            yield found

    def _remember(self, error: SourceError) -> None:
        if not isinstance(error, Missing):
            self.trouble = self.trouble or error.what


def _named(name: str, found: ConfigMap) -> str:
    return f"the config map {name}" + (f" in {found.namespace}" if found.namespace else "")


def _in_config_map(found: ConfigMap, key: str) -> dict[str, Any] | None:
    """The repository of this key; of none, the default, or else the only one."""
    key = key or found.annotations.get(DEFAULT_KEY, "")
    if not key and len(found.data) == 1:
        key = next(iter(found.data))
    return _repository(_parsed(found.data.get(key, "")))


def _of_controller(data: Mapping[str, str]) -> dict[str, Any] | None:
    """The repository in the controller's configuration; old ones have all of it in one text."""
    whole = _parsed(data.get("config", ""))
    inner = whole.get("artifactRepository") if isinstance(whole, dict) else None
    return _repository(_parsed(data.get("artifactRepository", ""))) or _repository(inner)


def _repository(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) and kind_of(value) else None


def _parsed(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None
