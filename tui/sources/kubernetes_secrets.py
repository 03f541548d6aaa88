"""Values of secrets and config maps: the keys of artifact stores, and where these are."""

from __future__ import annotations

import base64
import binascii

from tui.domain.workflow import Manifest
from tui.errors import Missing, SourceError
from tui.ports.secrets import ConfigMap
from tui.sources.cluster import Cluster, object_in
from tui.sources.paths import CONFIG_MAPS, SECRETS, list_path, object_path, selecting


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

    def config_map(self, namespace: str, name: str) -> ConfigMap:
        """A config map."""
        return _config_map(self._cluster.read_object(object_path(CONFIG_MAPS, namespace, name)))

    def config_maps(self, name: str) -> list[ConfigMap]:
        """Every config map of this name."""
        asked = selecting("", f"metadata.name={name}")
        return self._cluster.read_list(list_path(CONFIG_MAPS), asked, _config_maps_in)


def _config_maps_in(body: bytes) -> tuple[list[ConfigMap], str]:
    """The config maps of a page of a list, and where more are."""
    found = object_in(body)
    items, metadata = found.get("items"), found.get("metadata")
    more = metadata.get("continue") if isinstance(metadata, dict) else ""
    listed = items if isinstance(items, list) else []
    return [_config_map(each) for each in listed if isinstance(each, dict)], str(more or "")


def _config_map(found: Manifest) -> ConfigMap:
    metadata = found.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    namespace = metadata.get("namespace")
    return ConfigMap(
        _texts(found.get("data")),
        _texts(metadata.get("annotations")),
        namespace if isinstance(namespace, str) else "",
    )


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}
