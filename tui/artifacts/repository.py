"""The artifact repository of a workflow.

Controllers since Argo 3.1 write the whole repository into the workflow's status. With older ones,
and before the controller has seen a workflow, it is in a config map (argo.md 8.3).
"""

from __future__ import annotations

from typing import Any

from tui.domain.location import kind_of, repository_of, repository_references
from tui.domain.workflow import Workflow
from tui.errors import SourceError
from tui.ports.connection import Connection
from tui.ports.secrets import Secrets


def find_repository(workflow: Workflow, connection: Connection) -> dict[str, Any] | None:
    """The repository of a workflow, read from the cluster only if the status has none.

    None where there is none that we may read.
    """
    stored = repository_of(workflow)
    if stored is not None:
        return stored
    secrets = connection.port(Secrets)
    if secrets is None:
        return None
    for reference in repository_references(workflow):
        try:
            data = secrets.config_map(reference.namespace, reference.config_map)
        except SourceError:
            # Argo goes on to the next config map, too; each artifact says that it has no location.
            continue
        key = reference.key or (next(iter(data)) if len(data) == 1 else "")
        found = _parsed(data.get(key, ""))
        if found is not None:
            return found
    return None


def _parsed(text: str) -> dict[str, Any] | None:
    import yaml

    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    return value if isinstance(value, dict) and kind_of(value) else None
