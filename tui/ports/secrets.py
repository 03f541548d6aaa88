"""Single values of secrets and config maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from tui.ports.connection import Connection, offered


class ConfigMap(NamedTuple):
    """What a config map says."""

    data: Mapping[str, str]
    annotations: Mapping[str, str] = {}
    namespace: str = ""


class Secrets(Protocol):
    """Where the credentials of artifact stores, and the stores themselves, are looked up."""

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        """One value of a secret, decoded; kept nowhere and shown nowhere."""

    def config_map(self, namespace: str, name: str) -> ConfigMap:
        """A config map."""

    def config_maps(self, name: str) -> Sequence[ConfigMap]:
        """Every config map of this name, in whichever namespace; needs the right to list them."""


def reader_of(connection: Connection) -> Callable[[str, str, str], bytes]:
    """Reads (namespace, name, key) of a secret; raises NotOffered where there are no secrets."""

    def read(namespace: str, name: str, key: str) -> bytes:
        return offered(connection, Secrets).secret_value(namespace, name, key)

    return read
