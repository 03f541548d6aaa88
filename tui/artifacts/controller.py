"""What the config maps of Argo's controller say: its own, and those that it names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tui.domain.retention import kept_by
from tui.errors import Missing, SourceError
from tui.ports.connection import Connection
from tui.ports.secrets import ConfigMap, Secrets

CONTROLLER = "workflow-controller-configmap"
"""The config map of Argo's controller; it is in the namespace where that runs."""

USUAL_NAMESPACE = "argo"
"""Where Argo's own manifests put the controller."""


class ConfigMaps:
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


def archive_limit(connection: Connection, namespace: str) -> timedelta | None:
    """How long after its end the archive keeps a run of a namespace; None where it does so for
    ever, or nobody lets us know."""
    secrets = connection.port(Secrets)
    if secrets is None:
        return None
    for found in ConfigMaps(secrets, namespace).of_controllers():
        # Old ones have all of it in one text.
        whole = parsed(found.data.get("config", ""))
        inner = whole.get("persistence") if isinstance(whole, dict) else None
        persistence = parsed(found.data.get("persistence", "")) or inner
        if isinstance(persistence, dict):
            return kept_by(persistence)
    return None


def parsed(text: str) -> Any:
    """A text of YAML; None where it is none."""
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None
