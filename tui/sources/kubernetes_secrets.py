"""Values of secrets and config maps: the keys of artifact stores, and where these are."""

from __future__ import annotations

import base64
import binascii

from tui.errors import Missing, SourceError
from tui.sources.cluster import Cluster
from tui.sources.paths import CONFIG_MAPS, SECRETS, object_path


class KubernetesSecrets:
    """Reads single values; keeps none."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        """One value of a secret, decoded."""
        found = self._cluster.read_object(object_path(SECRETS, namespace, name))
        data = found.get("data")
        value = data.get(key) if isinstance(data, dict) else None
        if not isinstance(value, str):
            raise Missing(f"secret {name} in {namespace} has no key {key}", reason="NoKey")
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise SourceError(f"key {key} of secret {name} is not base64") from error

    def config_map(self, namespace: str, name: str) -> dict[str, str]:
        """The data of a config map."""
        found = self._cluster.read_object(object_path(CONFIG_MAPS, namespace, name))
        data = found.get("data")
        if not isinstance(data, dict):
            return {}
        return {key: value for key, value in data.items() if isinstance(value, str)}
