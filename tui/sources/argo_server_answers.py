"""Turning what an Argo Server answers when it does not do what was asked into words and errors.

Its answers are those of a gateway before gRPC: `{"code", "message"}`, in a stream
`{"error": {"grpc_code", "http_code", "message"}}`, and plain text of what stands before both. The
status alone says little: 429 is five different things, and most refusals of Argo's are a 500
(argo.md 9). So the text decides where it has to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from tui.domain.rights import Right
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
from tui.sources import answers
from tui.sources.answers import NO_KIND, UNREADABLE

ENDED = "EOF"
"""`reason` of a Busy that is the ordinary end of a watch (or Kubernetes gone from behind it)."""
NO_PATH = "NotImplemented"
"""`reason` of a Rejected that is about a path or method that this server does not know."""
IN_NEITHER = "neither the cluster nor the archive has it"
"""What to know of a workflow that a server does not have."""
HOW_TO_LOG_IN = "argo auth token prints one, and so does the browser's cookie `authorization`"

_NOISE = "timed out waiting for the condition: "
"""What may stand before a text although nothing timed out."""
_DENIED = re.compile(
    r"not allowed to (?P<verb>\w+) (?P<resource>[\w-]+)"
    r'(?: in namespace "(?P<namespace>[^"]*)")?'
)
_NO_KUBERNETES = re.compile(
    r'^(?:Get|Put|Post|Patch|Delete) "https?://|connection refused|i/o timeout'
)
_NOT_FOUND = re.compile(r'(?P<resource>[a-z]+)\.argoproj\.io "(?P<name>[^"]*)" not found')
_NIL = "nil pointer"
_NOUNS = {
    "workflows": "workflow",
    "workflowtemplates": "workflow template",
    "clusterworkflowtemplates": "cluster workflow template",
    "cronworkflows": "cron workflow",
}


class RightRefused(Refused):
    """A refusal that says which right is lacking."""

    def __init__(self, what: str, right: Right, namespace: str, *, hint: str) -> None:
        super().__init__(what, hint=hint, status=403, reason="Forbidden")
        self.right = right
        self.namespace = namespace
        """"" for all of them."""


class _Told(msgspec.Struct):
    code: int = 0
    message: str = ""


class StreamError(msgspec.Struct, frozen=True):
    """What a frame of a stream says instead of a result."""

    grpc_code: int = 0
    http_code: int = 0
    message: str = ""


class _Frame(msgspec.Struct):
    error: StreamError | None = None


def told_in_stream(error: StreamError, *, path: str = "") -> SourceError:
    """The error for an error frame, which means what the status means before the first frame."""
    return _advised(_of(error.http_code or 500, error.message, {}, "GET", path))


def _message(body: bytes) -> str:
    """The text of an answer in any of its forms; "" for a web page."""
    text = body.strip()
    if text.startswith(b"data: "):
        text = text[6:].strip()
    try:
        frame = msgspec.json.decode(text, type=_Frame)
        if frame.error is not None:
            return _clean(frame.error.message)
        return _clean(msgspec.json.decode(text, type=_Told).message)
    except UNREADABLE:
        plain = text[:300].decode("utf-8", "replace")
        return "" if plain.startswith("<") else " ".join(plain.split())


def _clean(message: str) -> str:
    return message.removeprefix(_NOISE).strip()


ADVICE: dict[type[SourceError], tuple[str, ...]] = {
    Unauthenticated: (
        "ARGO_TOKEN, --token-file or --token-command gives a token; argo auth token prints one.",
        "Behind a single sign-on: log in at the web page of the server, and take the cookie "
        "`authorization` of the browser as ARGO_TOKEN.",
        "argo-tui auth whoami says whether the server takes it.",
    ),
    Refused: (
        "The server lists only what your account may list: start with -n NAMESPACE.",
        ":whoami, and argo-tui auth whoami, say who you are to it.",
    ),
    Unreachable: (
        "Is the server up, and the VPN or port-forward? curl asks the same address.",
        "ARGO_SERVER or --server names it, ARGO_SECURE=false is for one without TLS.",
    ),
    Missing: ("Is this the server of the right cluster, and does it have Argo Workflows?",),
}
"""What to do about each kind of trouble with a server."""


def _advised(error: SourceError) -> SourceError:
    for kind in type(error).__mro__:
        if kind in ADVICE:
            error.advice = ADVICE[kind]
            break
    return error


def _of(
    status: int, message: str, headers: Mapping[str, str], method: str, path: str
) -> SourceError:
    message = _clean(message)
    if status == 401:
        return _logged_out(message)
    if status == 403:
        return _forbidden(message)
    if status == 404:
        return _missing(message)
    if status == 409 and "already exists on cluster" in message:
        return Conflict(
            "the cluster has one of this name, which is retried there",
            hint="nothing was done: retry that one, or resubmit this one",
            status=409,
            reason="AlreadyExists",
        )
    if status == 409:
        is_there = "already exists" in message
        return Conflict(
            message or "somebody else changed it first",
            status=409,
            reason="AlreadyExists" if is_there else "Conflict",
        )
    if status == 429:
        return _too_many(message, headers)
    if status == 501:
        return Rejected(
            f"the Argo Server does not know this: {method} {path}",
            hint="it may be older than 3.6, or much newer than 4.1",
            status=501,
            reason=NO_PATH,
        )
    if status >= 500:
        return _failed(status, message, method, headers)
    return _rejected(status, message)


def _logged_out(message: str) -> Unauthenticated:
    if message.startswith("token not valid"):
        what = "the Argo Server wants a token, and got none that it knows the form of"
    else:
        what = "the Argo Server does not accept our token"
    return Unauthenticated(what, hint=HOW_TO_LOG_IN, status=401, reason="Unauthorized")


def _forbidden(message: str) -> Refused:
    found = answers.FORBIDDEN.search(message)
    if found is not None:
        verb, group, namespace = found["verb"], found["group"] or "", found["namespace"] or ""
        resource, _, sub = found["resource"].partition("/")
        of_cluster = bool(found["cluster"]) and resource.startswith("cluster")
        return RightRefused(
            f"not allowed to {verb} {found['resource']}"
            + (f" in {namespace}" if namespace else ""),
            Right(verb, group, resource, sub, of_cluster=of_cluster),
            namespace,
            hint=f"you are {found['user']} to the Argo Server",
        )
    denied = _DENIED.search(message)
    if denied is not None:
        namespace = denied["namespace"] or ""
        is_of_no_namespace = denied["resource"] in answers.OF_NO_NAMESPACE
        where = f" in {namespace}" if namespace else " in all namespaces"
        return RightRefused(
            f"not allowed to {denied['verb']} {denied['resource']}"
            + ("" if is_of_no_namespace else where),
            Right(denied["verb"], "argoproj.io", denied["resource"]),
            namespace,
            hint=answers.ASK if is_of_no_namespace else answers.TRY,
        )
    what = f"not allowed: {message}" if message else "not allowed"
    return Refused(what, status=403, reason="Forbidden")


def _missing(message: str) -> Missing:
    if "could not find the requested resource" in message:
        return Missing(
            "the cluster behind the Argo Server has no such kind", status=404, reason=NO_KIND
        )
    found = _NOT_FOUND.search(message)
    if found is not None:
        noun = _NOUNS.get(found["resource"], found["resource"])
        hint = IN_NEITHER if noun == "workflow" else ""
        what = f"there is no {noun} {found['name']}"
        return Missing(what, hint=hint, status=404, reason="NotFound")
    return Missing(message or "not found", status=404, reason="NotFound")


def _too_many(message: str, headers: Mapping[str, str]) -> SourceError:
    if message == ENDED:
        return Busy("the Argo Server ended the watch", status=429, reason=ENDED)
    if "larger than max" in message:
        return Rejected(
            f"this is more than the Argo Server sends or takes at once: {message}",
            hint="its GRPC_MESSAGE_SIZE is the limit",
            status=429,
            reason="TooLarge",
        )
    return Busy(
        "the Argo Server asks us to slow down",
        hint="it allows so many requests a second, from all its users together",
        status=429,
        reason="TooManyRequests",
        retry_after=answers.pause_asked_for(headers),
    )


def _failed(status: int, message: str, method: str, headers: Mapping[str, str]) -> SourceError:
    if status in (502, 504) or (status == 503 and not message):
        return Busy(
            f"an answer of {status} from what stands before the Argo Server",
            hint="the server may be restarting",
            status=status,
            retry_after=answers.pause_asked_for(headers),
        )
    if status == 503:
        return Busy("the Argo Server is starting", status=503, retry_after=2.0)
    if _NIL in message:
        return Busy("the Argo Server made a mistake of its own (a nil pointer)", status=status)
    if _NO_KUBERNETES.search(message):
        return Busy(f"the Argo Server does not reach what it needs: {message}", status=status)
    if method == "GET":
        what = message or f"an answer of {status}"
        return Busy(f"the Argo Server has trouble: {what}", status=status)
    # Argo's own refusals: `cannot shutdown a completed workflow`, and what lint finds.
    return Rejected(message or f"an answer of {status}", status=status)


def _rejected(status: int, message: str) -> SourceError:
    if "too old resource version" in message or "Expired: " in message:
        return Expired(
            "the cluster forgets its history before we have read it", status=410, reason="Expired"
        )
    if "HTTP request to an HTTPS server" in message:
        return Unreachable(
            "the Argo Server speaks TLS, and was asked without",
            hint="ARGO_SECURE=true, or https:// before its address",
            reason="Certificate",
        )
    if 300 <= status < 400:
        return Unreachable(
            f"an answer of {status} that leads elsewhere, instead of the Argo Server's",
            hint="does something before it want you to log in?",
            reason="NotJson",
        )
    return Rejected(message or f"an answer of {status} that is not Argo's", status=status)


class ServerWords:
    """The words about an Argo Server."""

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
        return _advised(_of(status, _message(body), headers, method, path))

    def web_page(self, server: str) -> SourceError:
        """Whatever is no path of its API the server answers with the page of its web interface."""
        error = Unreachable(
            f"a web page was answered at {server}, not Argo's API",
            hint="is ARGO_BASE_HREF right? or does something before it want you to log in?",
            reason="NotJson",
        )
        return _advised(error)

    def unreachable(self, error: Exception, server: str) -> SourceError:
        """The error for a connection that could not be made, or broke."""
        found = answers.unreachable(error, server)
        if found.reason == "Certificate":
            if "WRONG_VERSION_NUMBER" in str(error.__cause__ or error).upper().replace(" ", "_"):
                found.hint = "it may speak no TLS: ARGO_SECURE=false, or http:// before its address"
            else:
                found.hint = (
                    "--certificate-authority names who vouches for it; "
                    "--insecure-skip-verify trusts whoever answers"
                )
        elif found.reason == "Connection":
            found.hint = "is the Argo Server running, and its port-forward or VPN up?"
        return _advised(found)


WORDS = ServerWords()
