"""What a cluster, and the kubeconfig that leads to it, tell of themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import msgspec

from tui.domain.certificates import end_of
from tui.domain.workflow import WORKFLOW_RESOURCE
from tui.errors import Missing, SettingsError, SourceError
from tui.ports.diagnosis import ArgoFacts, ControllerFacts, LoginFacts, ServerFacts
from tui.ports.threads import CancelToken
from tui.sources.cluster import Cluster
from tui.sources.kubeconfig import Chosen
from tui.sources.paths import CONFIG_MAPS, POD_METRICS, PODS, list_path, object_path, root_path
from tui.sources.pools import existing, from_base64
from tui.sources.transport import Transport, decoded

VERSION = "/version"
QUIET = 10.0
"""Seconds that an answer to a diagnosis may be silent."""
CONTROLLER = "workflow-controller"
"""What Argo's manifests call the controller, in the label `app` of its pods."""
CONFIG_MAP = "workflow-controller-configmap"
USUAL_NAMESPACE = "argo"
"""Where Argo's own manifests put the controller."""
MOST_CONTROLLERS = 10


class KubernetesDiagnosis:
    """The diagnosis port of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._transport = cluster.transport

    def login(self) -> LoginFacts:
        """By the user's section of the kubeconfig, read as it is now."""
        login = self._cluster.login
        if login is None:
            return LoginFacts("")
        chosen = login.read_again()
        claimed = end_of_token(self._transport.claims())
        return LoginFacts(
            _kind_of(chosen),
            chosen.paths,
            chosen.context,
            chosen.user_name,
            claimed or _end_of_certificate(chosen),
        )

    def server(self) -> ServerFacts:
        """By its version, which everybody may ask for."""
        facts, body = timed(self._transport, VERSION)
        told = decoded(body)
        version = told.get("gitVersion") if isinstance(told, Mapping) else None
        return msgspec.structs.replace(facts, version=str(version or ""))

    def argo(self) -> ArgoFacts:
        """By discovery, and by the controller's pods and config maps where we may read them."""
        try:
            told = decoded(self._transport.get(root_path(WORKFLOW_RESOURCE)))
        except Missing:
            return ArgoFacts()
        resources = told.get("resources") if isinstance(told, Mapping) else None
        kinds = frozenset(str(each.get("name")) for each in resources or ())
        try:
            found = tuple(self._controllers())
        except SourceError as error:
            return ArgoFacts(kinds, trouble=error.what)
        return ArgoFacts(kinds, found)

    def measures(self) -> bool:
        """Whether metrics.k8s.io is served; it is where a metrics server registered itself."""
        try:
            self._transport.get(root_path(POD_METRICS))
        except Missing:
            return False
        return True

    def _controllers(self) -> Iterator[ControllerFacts]:
        query = [("labelSelector", f"app={CONTROLLER}"), ("limit", str(MOST_CONTROLLERS))]
        seen: set[str] = set()
        try:
            pods = self._items(list_path(PODS), query)
        except SourceError:
            # Who may not list the pods of all namespaces may do so where Argo usually is.
            pods = self._items(list_path(PODS, USUAL_NAMESPACE), query)
        for pod in pods:
            namespace = str((pod.get("metadata") or {}).get("namespace") or "")
            if namespace not in seen:
                seen.add(namespace)
                yield ControllerFacts(namespace, _version_of(pod), self._instance_id(namespace))

    def _items(self, path: str, query: list[tuple[str, str]]) -> list[dict[str, Any]]:
        told = decoded(self._transport.get(path, query))
        items = told.get("items") if isinstance(told, Mapping) else None
        return [each for each in items or () if isinstance(each, dict)]

    def _instance_id(self, namespace: str) -> str:
        try:
            found = self._cluster.read_object(object_path(CONFIG_MAPS, namespace, CONFIG_MAP))
        except SourceError:
            return ""
        data = found.get("data")
        return _instance_id(data) if isinstance(data, Mapping) else ""


def _instance_id(data: Mapping[str, Any]) -> str:
    """That of a controller's configuration; old ones have all of it in one text."""
    import yaml

    try:
        whole = yaml.safe_load(str(data.get("config") or ""))
    except yaml.YAMLError:
        whole = None
    inner = whole.get("instanceID") if isinstance(whole, dict) else None
    return str(data.get("instanceID") or inner or "")


def timed(transport: Transport, path: str) -> tuple[ServerFacts, bytes]:
    """How long an answer takes, what time it is there, and the answer.

    Logging in and connecting are done before the clock starts. Raises: SourceError.
    """
    _asked(transport, path)
    begun = time.monotonic()
    clock, body = _asked(transport, path)
    return ServerFacts("", time.monotonic() - begun, clock), body


def _asked(transport: Transport, path: str) -> tuple[datetime | None, bytes]:
    with transport.content(path, CancelToken(), quiet=QUIET) as content:
        return _clock(content.headers.get("Date", "")), b"".join(content.pieces)


def _clock(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError):
        return None


def end_of_token(claims: Mapping[str, Any]) -> datetime | None:
    """When a JSON web token ends, by its own words."""
    ends = claims.get("exp")
    if not isinstance(ends, int | float) or isinstance(ends, bool):
        return None
    try:
        return datetime.fromtimestamp(ends, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _version_of(pod: Mapping[str, Any]) -> str:
    """The tag of the first container's image; a digest is no version."""
    containers = (pod.get("spec") or {}).get("containers") or [{}]
    image = str(containers[0].get("image") or "").partition("@")[0]
    name, colon, tag = image.rpartition(":")
    return tag if colon and "/" not in tag and name else ""


def _kind_of(chosen: Chosen) -> str:
    """What says who we are, the first that counts (platform.md 1.4)."""
    user = chosen.user
    if chosen.is_in_cluster:
        return "the service account of this pod"
    if chosen.login is not None:
        return "user and password in the address"
    if not chosen.server.startswith("https:"):
        return ""
    if user.get("tokenFile"):
        return "a token file"
    if user.get("token"):
        return "a token"
    if user.get("username"):
        return "user and password"
    if any(user.get(name) for name in ("client-certificate", "client-certificate-data")):
        return "a client certificate"
    if isinstance(user.get("exec"), Mapping):
        return f"the plugin {Path(str(user['exec'].get('command') or '?')).name}"
    if isinstance(user.get("auth-provider"), Mapping):
        return f"the auth provider {user['auth-provider'].get('name') or '?'}"
    return ""


def _end_of_certificate(chosen: Chosen) -> datetime | None:
    user = chosen.user
    try:
        if user.get("client-certificate-data"):
            name = "client-certificate-data"
            return end_of(from_base64(str(user[name]), name))
        if user.get("client-certificate"):
            path = existing(chosen.user_folder, str(user["client-certificate"]), "certificate")
            return end_of(Path(path).read_text())
    except (SettingsError, OSError, UnicodeDecodeError):
        return None  # what cannot be read is told by whoever logs in with it
    return None
