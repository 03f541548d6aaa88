"""How the Kubernetes API addresses a kind of object."""

from __future__ import annotations

from typing import NamedTuple


class Resource(NamedTuple):
    """Group, version and names of a kind, as its CRD or `kubectl api-resources` gives them."""

    group: str
    """Empty for the core API."""
    version: str
    plural: str
    """The name in paths, as `workflows`."""
    kind: str
    """The name in manifests and events, as `Workflow`."""
    namespaced: bool = True
    """False for kinds that belong to the whole cluster."""

    @property
    def api_version(self) -> str:
        """What a manifest of this kind says, as `argoproj.io/v1alpha1`."""
        return f"{self.group}/{self.version}" if self.group else self.version
