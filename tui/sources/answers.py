"""Turning what a cluster answers when it does not do what was asked into words and error types.

The four ways to stand before a closed door are kept apart, because each needs another deed:
`NoCluster`/`SettingsError` (nothing says where), `Unreachable` (nobody answers), `Refused` (401 and
403), and `Missing` whose `reason` is `NO_KIND` (the cluster does not know the kind at all).
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import IncompleteRead, RemoteDisconnected
from typing import Protocol

import msgspec

from tui.errors import (
    Busy,
    Conflict,
    Expired,
    Missing,
    Refused,
    Rejected,
    SourceError,
    Unauthenticated,
    Unreachable,
)
from tui.sources.connections import TOO_LARGE, NotConnected, ProxyFailed

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for JSON that is none, is something else, or is nested too deep."""

NO_KIND = "NoKind"
"""`reason` of a Missing that is about the whole kind: no CRD, or no metrics server."""

LONGEST_PAUSE = 3600.0
"""Seconds that a server may have us wait, whatever it says."""

FORBIDDEN = re.compile(
    r'User "(?P<user>.*?)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]+)"'
    r'(?: in API group "(?P<group>[^"]*)")?'
    r'(?: in the namespace "(?P<namespace>[^"]+)"|(?P<cluster> at the cluster scope))?'
)
_PATH = re.compile(
    r"^/(?:api/[^/]+|apis/(?P<group>[^/]+)/[^/]+)"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/))?"
    r"/(?P<resource>[^/?]+)(?:/(?P<name>[^/?]+))?(?:/(?P<sub>[^/?]+))?"
)
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "change", "DELETE": "delete"}


class _Details(msgspec.Struct, rename="camel"):
    name: str = ""
    kind: str = ""
    retry_after_seconds: float = 0


class ApiStatus(msgspec.Struct, rename="camel"):
    """Kubernetes' `Status`, the object of every refusal."""

    kind: str = ""
    message: str = ""
    reason: str = ""
    code: int = 0
    details: _Details | None = None


def read_status(body: bytes) -> ApiStatus:
    """The Status in a body; an empty one if the body is something else."""
    try:
        status = msgspec.json.decode(body, type=ApiStatus)
    except UNREADABLE:
        return ApiStatus()
    return status if status.kind == "Status" else ApiStatus()


def refusal(
    status: int, headers: Mapping[str, str], body: bytes, *, method: str = "GET", path: str = ""
) -> SourceError:
    """The error for an HTTP answer of 300 or more."""
    told = read_status(body)
    reason = told.reason
    if status == 401:
        return Unauthenticated(
            "the cluster does not accept our credentials",
            hint="log in again, or use another --context",
            status=401,
            reason=reason or "Unauthorized",
        )
    if status == 403:
        return _forbidden(told, method, path)
    if status == 407:
        return Rejected(
            "the proxy on the way to the cluster wants a login",
            hint="http://USER:PASSWORD@HOST:PORT names one, in proxy-url or HTTP_PROXY",
            status=407,
        )
    if status == 404:
        return _missing(told, path)
    if status == 409:
        return _conflict(told)
    if status == 410:
        return _expired(reason)
    if status == 429 or status >= 500:
        return _busy(status, headers, told)
    if told.message:
        return Rejected(told.message, status=status, reason=reason)
    return Rejected(
        f"an answer of {status} that is not Kubernetes'",
        hint="is the server address in the kubeconfig that of a Kubernetes API?",
        status=status,
    )


def told_in_stream(status: ApiStatus) -> SourceError:
    """The error for an ERROR event inside a watch."""
    if status.code == 410 or status.reason in ("Expired", "Gone"):
        return _expired(status.reason)
    body = msgspec.json.encode(status)
    return refusal(status.code or 500, {}, body)


def _expired(reason: str) -> Expired:
    # The server's words are numbers of versions, which nobody can do anything with.
    return Expired(
        "the cluster forgets its history before we have read it",
        hint="it may be overloaded, or compact its history too often",
        status=410,
        reason=reason or "Expired",
    )


def web_page(server: str) -> SourceError:
    """The error for a page of HTML where the API was asked: nobody knows who answered."""
    return Unreachable(
        f"a web page was answered instead of {server}",
        hint="does the network, or a proxy, want you to log in first?",
        reason="NotJson",
    )


def unreachable(error: Exception, server: str) -> SourceError:
    """The error for a connection that could not be made, or broke."""
    never_left = isinstance(error, NotConnected)
    cause: BaseException = (error.__cause__ or error) if never_left else error
    verify = _certificate_problem(cause)
    if verify:
        return Unreachable(
            f"the certificate of {server} cannot be trusted: {verify}",
            hint="is certificate-authority of this cluster right in the kubeconfig?",
            reason="Certificate",
        )
    if isinstance(error, ProxyFailed):
        return Unreachable(f"the proxy on the way to {server} failed: {_short(error)}")
    if isinstance(cause, ssl.SSLError):
        return Unreachable(
            f"no secure connection to {server}: {_short(cause)}", reason="Certificate"
        )
    if isinstance(cause, socket.gaierror):
        return Unreachable(
            f"no address is known for {server}", hint="is the network (VPN) up?", reason="Name"
        )
    if isinstance(cause, TimeoutError):
        if never_left:
            return Unreachable(
                f"{server} does not answer", hint="is the network (VPN) up?", reason="Timeout"
            )
        return Unreachable(f"{server} stopped answering", reason="Timeout")
    if isinstance(cause, TOO_LARGE):
        return Unreachable(f"the answer of {server} is larger than can be read", reason="TooLarge")
    if never_left:
        return Unreachable(
            f"cannot connect to {server}: {_short(cause)}",
            hint="is the cluster running, and the network (VPN) up?",
            reason="Connection",
        )
    return _broken(cause, server)


def _broken(cause: BaseException, server: str) -> Unreachable:
    """The error for a connection that was there, and ended before its answer did."""
    if isinstance(cause, RemoteDisconnected):
        return Unreachable(
            f"{server} closed the connection without an answer",
            hint="is it https?" if server.startswith("http:") else "it may be restarting",
            reason="Connection",
        )
    words = "the answer ended early" if isinstance(cause, IncompleteRead) else _short(cause)
    return Unreachable(f"the connection to {server} broke: {words}", reason="Connection")


def _certificate_problem(cause: BaseException) -> str:
    inner: BaseException | None = cause
    while inner is not None:
        if isinstance(inner, ssl.SSLCertVerificationError):
            return inner.verify_message or "verification failed"
        nested = inner.args[0] if inner.args else None
        inner = nested if isinstance(nested, BaseException) else inner.__cause__
    return ""


def _short(error: BaseException) -> str:
    """An exception's own words, without the object addresses urllib3 puts before them."""
    text = str(error).strip() or type(error).__name__
    text = re.sub(r"^<?[\w.]*(?:Connection|Pool)[^:]*(?:object at [^:]*>|\([^)]*\))?:\s*", "", text)
    text = re.sub(r"^.*\[Errno -?\d+\]\s*", "", text)
    text = re.sub(r"\s*\(_ssl\.c:\d+\)", "", text).rstrip(")\"'")
    return text or type(error).__name__


OF_NO_NAMESPACE = ("namespaces", "clusterworkflowtemplates", "nodes")
ASK = "ask for the right"
TRY = f"try --namespace, or {ASK}"
"""What may help who may not read something; with `OF_NO_NAMESPACE` another one does not."""


def _forbidden(told: ApiStatus, method: str, path: str) -> SourceError:
    found = FORBIDDEN.search(told.message)
    if found is None:
        where = _PATH.match(path)
        what = (
            f"not allowed to {_verb(method, where)} {where['resource']}"
            + (f" in {where['namespace']}" if where["namespace"] else "")
            if where
            else "not allowed"
        )
        return Refused(
            f"{what}: {told.message}" if told.message else what, status=403, reason="Forbidden"
        )
    namespace, resource = found["namespace"], found["resource"]
    where_text = f" in {namespace}" if namespace else " in all namespaces"
    is_of_no_namespace = found["cluster"] and resource in OF_NO_NAMESPACE
    if is_of_no_namespace:
        where_text = ""
    hint = f"you are {found['user']}"
    if found["verb"] in ("list", "watch", "get") and not path.endswith("/log"):
        hint += f"; {ASK if is_of_no_namespace else TRY}"
    if found["group"] not in (None, "", "argoproj.io"):
        resource = f"{resource}.{found['group']}"  # there may be one of this name in another group
    return Refused(
        f"not allowed to {found['verb']} {resource}{where_text}",
        hint=hint,
        status=403,
        reason="Forbidden",
    )


def _verb(method: str, where: re.Match[str] | None) -> str:
    if method != "GET":
        return _VERBS.get(method, method.lower())
    return "get" if where and where["name"] else "list"


MAY_BE_ARCHIVED = "it may have been deleted; an archive is read by an Argo Server, see --server"
"""What to know of a workflow that a cluster does not have."""


def _missing(told: ApiStatus, path: str) -> SourceError:
    where = _PATH.match(path)
    group = where["group"] if where else None
    is_of_one = told.details is not None and bool(told.details.name)
    if not is_of_one and group == "argoproj.io":
        return Missing(
            "this cluster has no Workflow kind",
            hint="Argo Workflows is not installed here; use another --context, or --demo",
            status=404,
            reason=NO_KIND,
        )
    if not is_of_one and group == "metrics.k8s.io":
        return Missing("this cluster measures no pods (no metrics.k8s.io)", reason=NO_KIND)
    if where and where["name"]:
        kind = where["resource"].removesuffix("s")
        place = f" in {where['namespace']}" if where["namespace"] else ""
        return Missing(
            f"there is no {kind} {where['name']}{place}",
            hint=MAY_BE_ARCHIVED if kind == "workflow" else "",
            status=404,
            reason=told.reason,
        )
    return Missing(told.message or "not found", status=404, reason=told.reason or NO_KIND)


def _conflict(told: ApiStatus) -> SourceError:
    name = told.details.name if told.details else ""
    if told.reason == "AlreadyExists":
        return Conflict(f"{name or 'this'} exists already", status=409, reason=told.reason)
    if told.reason == "Conflict" and name:
        return Conflict(
            f"{name} was changed by somebody else meanwhile",
            hint="look at it as it is now, then repeat",
            status=409,
            reason=told.reason,
        )
    return Conflict(told.message or "somebody else changed it first", status=409)


def _busy(status: int, headers: Mapping[str, str], told: ApiStatus) -> SourceError:
    if status == 429:
        # An API server that starts says so by a 429, too: its words tell which of the two it is.
        what = "the cluster asks us to " + (
            f"wait: {told.message}" if told.message else "slow down"
        )
    else:
        what = f"the cluster has trouble: {told.message or f'an answer of {status}'}"
    seconds = _retry_after(headers, told)
    return Busy(
        what,
        hint="it may work later" if seconds is None else f"it asks for {seconds:.0f} s",
        status=status,
        reason=told.reason,
        retry_after=seconds,
    )


def pause_asked_for(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks us to wait, in either of its forms; None if it does not."""
    header = headers.get("Retry-After", "").strip()
    if header.isdecimal():
        return min(float(header), LONGEST_PAUSE)
    if (at := _moment(header)) is not None:
        # Both by the server's clock: ours may be another one.
        now = _moment(headers.get("Date", "")) or datetime.now(UTC)
        seconds = (at - now).total_seconds()
        return min(seconds, LONGEST_PAUSE) if seconds > 0 else None
    return None


def _retry_after(headers: Mapping[str, str], told: ApiStatus) -> float | None:
    seconds = pause_asked_for(headers)
    if seconds is not None:
        return seconds
    if told.details and told.details.retry_after_seconds > 0:
        return min(told.details.retry_after_seconds, LONGEST_PAUSE)
    return None


def _moment(text: str) -> datetime | None:
    """A date as HTTP writes it, and as Argo Server does, which says UTC; None for anything else."""
    text = text.strip().removesuffix("GMT").removesuffix("UTC")
    try:
        found = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S ")
    except ValueError:
        return None
    return found.replace(tzinfo=UTC)


class Words(Protocol):
    """Makes errors of what a server answers that does not do what was asked, or of its silence."""

    def refusal(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        method: str = "GET",
        path: str = "",
    ) -> SourceError:
        """The error for an HTTP answer of 300 or more."""

    def web_page(self, server: str) -> SourceError:
        """The error for a page of HTML where the API was asked."""

    def unreachable(self, error: Exception, server: str) -> SourceError:
        """The error for a connection that could not be made, or broke."""


class _Kubernetes:
    refusal = staticmethod(refusal)
    web_page = staticmethod(web_page)
    unreachable = staticmethod(unreachable)


KUBERNETES: Words = _Kubernetes()
"""The words about the API server of a cluster."""
