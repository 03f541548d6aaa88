"""What a source is told by the flags and the environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a list does not wait for what reads artifacts
    from tui.domain.location import S3Rules


class ServerRules(Protocol):
    """An Argo Server, and how one logs in to it."""

    @property
    def address(self) -> str:
        """`HOST:PORT`, with `http://` before it for one without TLS; "" for no server."""

    @property
    def base_href(self) -> str:
        """The path that something before the server takes away again."""

    @property
    def secure(self) -> bool:
        """Whether it speaks TLS, where the address does not say."""

    @property
    def insecure_skip_verify(self) -> bool:
        """Whether its certificate is taken whoever it is of."""

    @property
    def certificate_authority(self) -> str:
        """The file of who vouches for it; "" for those that this machine trusts."""

    @property
    def client_certificate(self) -> str:
        """The file of our own certificate."""

    @property
    def client_key(self) -> str:
        """The file of its key."""

    @property
    def token_file(self) -> str:
        """A file with a token."""

    @property
    def token_command(self) -> str:
        """A command that prints a token."""

    @property
    def takes_environment(self) -> bool:
        """Whether ARGO_TOKEN is meant for this server."""


class PlaceRules(Protocol):
    """What a source needs to know of the settings of one context."""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Those that a list begins with; `("all",)` for every one, () for the context's own."""

    @property
    def s3(self) -> S3Rules | None:
        """How artifact stores are reached from here; None for as workflows say."""

    @property
    def server(self) -> ServerRules:
        """The Argo Server of this place; its address is "" for none."""


class ConnectionSettings(Protocol):
    """What a source needs to know of the settings."""

    @property
    def kubeconfig(self) -> str:
        """`--kubeconfig`: one file; "" for KUBECONFIG, else ~/.kube/config, else in-cluster."""

    @property
    def context(self) -> str:
        """`--context`; "" for the current one."""

    @property
    def as_user(self) -> str:
        """`--as`: whom to act as; "" for the `as` of the kubeconfig, if it has one."""

    @property
    def as_uid(self) -> str:
        """`--as-uid`."""

    @property
    def as_groups(self) -> tuple[str, ...]:
        """`--as-group`, each time it was given."""

    @property
    def server(self) -> ServerRules:
        """`--server`, else ARGO_SERVER; its address is "" for none."""

    @property
    def namespace(self) -> str:
        """`-n`, else ARGO_NAMESPACE; "" for the context's own."""

    @property
    def all_namespaces(self) -> bool:
        """`-A`."""

    @property
    def files(self) -> tuple[str, ...]:
        """Saved workflows to show instead of a cluster; `-` is stdin."""

    @property
    def instance_id(self) -> str:
        """`--instanceid`: the controller whose workflows are meant; "" for the one without."""

    @property
    def server_places(self) -> Sequence[str]:
        """The names of contexts that the settings name a server for."""

    def is_read_only(self, context: str) -> bool:
        """Whether every write to the cluster of a context is refused before it leaves."""

    def for_place(self, context: str) -> PlaceRules:
        """What holds in one context."""
