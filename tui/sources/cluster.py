"""What the ports of one cluster share: its transport, and how it reads objects and lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tui.domain.workflow import Manifest
from tui.errors import SourceError
from tui.sources.paths import page_query
from tui.sources.transport import Transport, decoded

if TYPE_CHECKING:  # a list does not wait for what reads artifacts
    from tui.domain.location import S3Rules
    from tui.sources.credentials import Login
    from tui.sources.kubectl import Kubectl

T = TypeVar("T")


class Cluster:
    """One cluster, seen as one user."""

    def __init__(
        self,
        transport: Transport,
        *,
        connection: str = "",
        read_only: bool = False,
        stores: S3Rules | None = None,
        kubectl: Callable[[], Kubectl] | None = None,
        login: Login | None = None,
    ) -> None:
        self.transport = transport
        self.connection = connection
        """Id of the connection, for keys and parts."""
        self.read_only = read_only
        """Whether the transport lets no write out."""
        self.stores = stores
        """How its artifact stores are reached from here; None for as workflows say."""
        self._kubectl = kubectl
        self.login = login
        """What the kubeconfig says of our login; None where nobody read one."""

    def kubectl(self) -> Kubectl:
        """How kubectl is told of this cluster; one that is not there where nobody knows."""
        from tui.sources.kubectl import Kubectl

        return self._kubectl() if self._kubectl is not None else Kubectl()

    def read_object(self, path: str) -> Manifest:
        """One object, every field kept. Raises: SourceError."""
        return object_in(self.transport.get(path))

    def read_list(
        self,
        path: str,
        query: list[tuple[str, str]],
        read: Callable[[bytes], tuple[list[T], str]],
    ) -> list[T]:
        """All items of a list, page by page; `read` tells those of a page, and where more are."""
        found: list[T] = []
        more = ""
        while True:
            items, more = read(self.transport.get(path, page_query(query, more)))
            found.extend(items)
            if not more:
                return found


def object_in(body: bytes) -> Manifest:
    """The object that an answer is. Raises: SourceError where it is something else."""
    found: Any = decoded(body)
    if not isinstance(found, dict):
        raise SourceError("the cluster answered with JSON that is no object", reason="NotJson")
    return found
