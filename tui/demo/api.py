"""One request in, one answer out: the Kubernetes API of the demo cluster.

The order is the real server's: who is it, may they, what is it about, then do it. Faults come
first of all, since trouble asks nobody's name.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

import msgspec
from aiohttp import web

from tui.demo import (
    access,
    admission,
    discovery,
    gnostic,
    gotext,
    log_route,
    openapi,
    protobuf,
    refusals,
)
from tui.demo.access import Access, User
from tui.demo.faults import Faults, Flow
from tui.demo.lists import listed, one
from tui.demo.negotiation import JSON, Form, aggregated, as_gnostic, form
from tui.demo.paths import IN_CONTAINERS, NOT_SIMULATED, Target, target, unknown_target
from tui.demo.podlogs import PodLogs
from tui.demo.records import timestamp
from tui.demo.refusals import ApiError
from tui.demo.resources import (
    ACCESS_REVIEWS,
    DEFINITIONS,
    NAMESPACES,
    POD_METRICS,
    PODS,
    RESOURCES,
    RULES_REVIEWS,
    Obj,
    Resource,
)
from tui.demo.selectors import Selection, parse_labels, selection
from tui.demo.store import Store, decode, encode
from tui.demo.watches import Watches
from tui.demo.writes import Answer, Writes

Metrics = Callable[[str], Sequence[Obj]]
"""Namespace ("" for all) → PodMetrics objects."""

_LOG = logging.getLogger("tui.demo")
_HEALTH = ("/healthz", "/livez", "/readyz")
_WORTH_GZIP = 128 * 1024
_TRUE = ("true", "1")
_NOT_KEPT = {"Cache-Control": "no-cache, private"}
"""No answer of the API is to be answered again by a cache on the way."""
LARGEST_BODY = 3 * 1024 * 1024
"""What a real API server reads of a request, and no more."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was understood."""

    request: web.Request
    flow: Flow
    user: User
    target: Target
    form: Form

    @property
    def name(self) -> str:
        """The object it is about, for rules of named objects; a selector may name it, too."""
        named = re.fullmatch(
            r"metadata\.name=+([^,]+)", self.request.query.get("fieldSelector", "")
        )
        return self.target.name or (named[1] if named else "")

    @property
    def chosen(self) -> Selection:
        """What its selectors, its namespace and its name leave."""
        query, about = self.request.query, self.target
        fields = query.get("fieldSelector", "")
        if about.name:
            fields = f"metadata.name={about.name}"
        return selection(about.resource, about.namespace, query.get("labelSelector", ""), fields)

    @property
    def watching(self) -> bool:
        """Whether it is to stay and hear."""
        return self.request.query.get("watch", "") in _TRUE


class Api:
    """Answers every request that is not for the switches."""

    def __init__(
        self,
        store: Store,
        access: Access,
        faults: Faults,
        logs: PodLogs,
        metrics: Metrics,
    ) -> None:
        self.store = store
        self.access = access
        self.faults = faults
        self.logs = logs
        self.metrics = metrics
        self.watches = Watches(store)
        self._writes = Writes(store)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer, whatever happens."""
        # The cluster's clock may run faster than the client's; here it can be read.
        date = format_datetime(self.store.clock.now(), usegmt=True)
        leave = self.faults.enter(request)
        flow: Flow | None = None
        try:
            await self.faults.before(request)
            flow = self.faults.flow(request, date)
            return await self._answered(request, flow)
        except ApiError as refused:
            return _refusal(refused, date)
        except ConnectionResetError:
            # The client went away while it was written to; nobody will read this.
            return web.Response()
        except web.HTTPException:
            raise
        except RecursionError:
            return _refusal(refusals.bad_request("the body is nested too deeply"), date)
        except Exception as error:
            _LOG.exception("%s %s", request.method, request.rel_url)
            if flow and flow.has_begun and request.transport is not None:
                request.transport.abort()
            return _refusal(refusals.internal(str(error)), date)
        finally:
            leave()

    async def _answered(self, request: web.Request, flow: Flow) -> web.StreamResponse:
        path = request.path
        if path.startswith(_HEALTH):
            return web.Response(text="ok")
        user = self.access.user(request.headers.get("Authorization", ""))
        if user is None:
            raise refusals.unauthorized()
        user = self._acting(user, request.headers)
        hidden = self.faults.hidden()
        if (found := self._document(request, path, hidden)) is not None:
            if request.method not in ("GET", "HEAD"):
                raise refusals.not_allowed()
            return await _send(request, flow, found[0], content_type=found[1])
        about = target(request.rel_url.raw_path) or unknown_target(request.rel_url.raw_path)
        if about is None:
            verb = request.method.lower()
            if refused := access.forbidden_path(user, verb, path):
                raise refused
            return _no_page()
        call = Call(request, flow, user, about, form(request.headers.get("Accept", "")))
        self._check_right(call)
        if about.resource.group in hidden or about.resource not in RESOURCES:
            return _no_page()
        if about.resource is PODS and about.subresource in IN_CONTAINERS:
            raise refusals.simulated(about.subresource)
        if (
            about.subresource
            and about.resource.custom
            and not about.resource.has(about.subresource)
        ):
            raise refusals.not_found(about.resource, about.name)
        if about.subresource in NOT_SIMULATED.get(about.resource, ()):
            raise refusals.not_simulated(f"{about.resource.plural}/{about.subresource}")
        return await self._dispatched(call)

    def _acting(self, user: User, headers: Mapping[str, str]) -> User:
        """Whom a request is made for."""
        more = [name for name in headers if re.match("impersonate-(?!user$)", name.lower())]
        if more:
            raise refusals.not_simulated(f"impersonation by {more[0]}")
        other = headers.get("Impersonate-User")
        return self.access.impersonated(user, other) if other else user

    def _document(
        self, request: web.Request, path: str, hidden: frozenset[str]
    ) -> tuple[bytes, str] | None:
        """Discovery and OpenAPI."""
        wish = aggregated(request.headers.get("Accept", ""))
        if found := discovery.document(path, wish, request.host, hidden):
            return found
        if path == "/openapi/v3":
            return encode(openapi.index(hidden)), JSON
        if path == "/openapi/v2":
            whole = openapi.document_v2(hidden)
            if as_gnostic(request.headers.get("Accept", "")):
                return gnostic.document(whole), gnostic.MEDIA_TYPE
            return encode(whole), JSON
        if path.startswith("/openapi/"):
            described = openapi.document(path.removeprefix("/openapi/v3/"), hidden)
            if described is None:
                raise refusals.no_such_path()
            return encode(described), JSON
        return None

    def _check_right(self, call: Call) -> None:
        about, verb = call.target, _verb(call)
        plural = about.resource.plural + (f"/{about.subresource}" if about.subresource else "")
        namespace = about.name if about.resource is NAMESPACES else about.namespace
        verbs = [verb]
        if about.resource is PODS and "Upgrade" in call.request.headers:
            # Since 1.35 a session by websocket, which begins with a GET, needs the verb of a POST.
            verbs += ["create"] if verb == "get" else []
        for verb in verbs:
            allowed = call.user.may(verb, about.resource.group, plural, namespace, call.name)
            if not allowed or self.faults.forbids(call.request, verb, plural):
                raise access.forbidden(
                    call.user, verb, about.resource, namespace, about.name, about.subresource
                )

    async def _dispatched(self, call: Call) -> web.StreamResponse:
        resource = call.target.resource
        if resource is POD_METRICS:
            return await _send(call.request, call.flow, self._usage(call))
        if resource.virtual:
            if call.request.method != "POST":
                raise refusals.not_allowed()
            review = await _body(call.request)
            admission.check_shape(resource, review)
            body = encode(self._reviewed(resource, call.user, review))
            return await _send(call.request, call.flow, body, status=201)
        if call.request.method == "GET":
            return await self._read(call)
        answer = await self._write(call)
        return await _send(
            call.request, call.flow, answer.body, status=answer.status, warnings=answer.warnings
        )

    def _reviewed(self, resource: Resource, user: User, review: Obj) -> Obj:
        """What a question about oneself is answered."""
        if resource is ACCESS_REVIEWS:
            return access.access_review(user, review, now=timestamp(self.store.clock.now()))
        if resource is RULES_REVIEWS:
            return access.rules_review(user, review, is_incomplete=self.faults.has("no-rules"))
        return access.self_review(user, review)

    async def _read(self, call: Call) -> web.StreamResponse:
        about, query = call.target, call.request.query
        if about.subresource == "log":
            return await self._log(call)
        if call.watching and not about.subresource:
            return await self._watch(call)
        if about.name:
            record = self.store.record(about.resource, about.namespace, about.name)
            include = query.get("includeObject", "")
            body = one(record, call.form, include, self.store.clock.now())
        else:
            body = listed(self.store, about.resource, call.chosen, query, call.form)
        return await _send(call.request, call.flow, body)

    async def _watch(self, call: Call) -> web.StreamResponse:
        watch = self.watches.open(call.target.resource, call.chosen, call.request.query, call.form)
        try:
            return await _stream(call.request, call.flow, JSON, watch.batches())
        finally:
            watch.close()

    async def _log(self, call: Call) -> web.StreamResponse:
        about = call.target
        pod = self.store.get(PODS, about.namespace, about.name)
        asked = log_route.wish(pod, call.request.query, self.store.clock)
        if asked is None:
            return web.Response(status=204, headers={"Date": call.flow.date, **_NOT_KEPT})
        stream = log_route.LogStream(self.logs, asked)
        try:
            return await _stream(call.request, call.flow, "text/plain", stream.pieces())
        finally:
            stream.close()

    async def _write(self, call: Call) -> Answer:
        request, about = call.request, call.target
        method, query = request.method, request.query
        if method in ("PUT", "PATCH") and about.resource.custom and not about.name:
            raise refusals.bad_request("name must be provided")
        if about.resource is DEFINITIONS:
            raise refusals.not_simulated("other kinds of objects than those it has")
        agent = request.headers.get("User-Agent", "")
        if method == "POST" and not about.name:
            return self._writes.create(about, await _body(request, about.resource), query, agent)
        if method == "PUT" and about.name:
            return self._writes.replace(about, await _body(request, about.resource), query, agent)
        if method == "PATCH" and about.name:
            patch = await _body(request)
            return self._writes.patch(about, patch, request.content_type, query, agent)
        if method == "DELETE" and not about.subresource:
            if request.can_read_body and await _raw(request):
                options = admission.delete_options_sent(await _body(request))
            else:
                options = admission.delete_options_asked(query)
            if about.name:
                return self._writes.delete(about, options)
            return self._writes.delete_all(about, call.chosen, options)
        raise refusals.not_allowed()

    def _usage(self, call: Call) -> bytes:
        """metrics.k8s.io, of what the containers use just now."""
        about = call.target
        if call.request.method != "GET":
            raise refusals.not_allowed()
        pods = self.metrics(about.namespace)
        if about.name:
            for pod in pods:
                if pod["metadata"]["name"] == about.name:
                    kind = {"kind": "PodMetrics", "apiVersion": POD_METRICS.api_version}
                    return encode({**kind, **pod})
            raise refusals.not_found(POD_METRICS, about.name)
        tests = parse_labels(call.request.query.get("labelSelector", ""))
        items = [
            pod for pod in pods if all(test(pod["metadata"].get("labels") or {}) for test in tests)
        ]
        return encode(
            {
                "kind": "PodMetricsList",
                "apiVersion": POD_METRICS.api_version,
                "metadata": {},
                "items": items,
            }
        )


def _no_page() -> web.Response:
    return web.Response(text="404 page not found\n", status=404, headers=_NOT_KEPT)


def _refusal(refused: ApiError, date: str) -> web.Response:
    """A Status instead of what was asked for."""
    return web.Response(
        body=refused.encoded(),
        status=refused.status,
        content_type=JSON,
        headers={"Date": date, **_NOT_KEPT, **refused.headers},
    )


def _verb(call: Call) -> str:
    method, about = call.request.method, call.target
    if method == "GET":
        if call.watching:
            return "watch"
        return "get" if about.name else "list"
    if method == "DELETE":
        return "delete" if about.name else "deletecollection"
    return {"POST": "create", "PUT": "update", "PATCH": "patch"}.get(method, method.lower())


async def _raw(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise refusals.too_large_body(LARGEST_BODY) from error


async def _body(request: web.Request, resource: Resource | None = None) -> Any:
    """The body, from JSON, YAML or the protobuf kubectl sends; {} where there is none.

    `resource` is of what kind it has to be, where it is an object.
    """
    raw = await _raw(request)
    has_type = resource is not None and "Content-Type" in request.headers
    if has_type and request.content_type not in refusals.MEDIA_TYPES:
        raise refusals.unsupported_media(refusals.MEDIA_TYPES)
    if request.content_type == protobuf.MEDIA_TYPE or raw.startswith(protobuf.MAGIC):
        return protobuf.decoded(raw)
    if not raw.strip():
        return {}
    try:
        return decode(raw)
    except msgspec.DecodeError as error:
        if "yaml" not in request.content_type:
            of_type = f" (must be of type {resource.kind})" if resource else ""
            why = gotext.json_error(raw) or str(error)
            raise refusals.bad_request(
                f"the object provided is unrecognized{of_type}: couldn't get version/kind; json"
                f" parse error: {why} ({gotext.summary(raw)})"
            ) from error
    import yaml

    try:
        return yaml.safe_load(raw)
    except yaml.YAMLError as error:
        raise refusals.bad_request(f"error converting YAML to JSON: {error}") from error


async def _send(
    request: web.Request,
    flow: Flow,
    body: bytes,
    *,
    status: int = 200,
    content_type: str = JSON,
    warnings: Sequence[str] = (),
) -> web.StreamResponse:
    """A whole answer; packed when that is worth it and the client can unpack."""
    headers = {"Cache-Control": "no-cache, private", "Content-Type": content_type}
    headers["Date"] = flow.date
    if len(body) > _WORTH_GZIP and "gzip" in request.headers.get("Accept-Encoding", ""):
        body = await asyncio.to_thread(gzip.compress, body, 1, mtime=0)
        headers["Content-Encoding"] = "gzip"
        headers["Vary"] = "Accept-Encoding"
    if not flow.hindered:
        whole = web.Response(body=body, status=status, headers=headers)
        _add_warnings(whole, warnings)
        return whole
    response = web.StreamResponse(status=status, headers=headers)
    _add_warnings(response, warnings)
    response.content_length = len(body)
    flow.has_begun = True
    await response.prepare(request)
    await flow.write(response, body)
    await response.write_eof()
    return response


def _add_warnings(response: web.StreamResponse, warnings: Sequence[str]) -> None:
    """Warnings the way clients print them: one header each, the text quoted."""
    for warning in warnings:
        response.headers.add("Warning", f"299 - {json.dumps(warning)}")


async def _stream(
    request: web.Request, flow: Flow, content_type: str, pieces: AsyncIterator[bytes]
) -> web.StreamResponse:
    """An answer whose end is not known."""
    headers = {"Cache-Control": "no-cache, private", "Content-Type": content_type}
    headers["Date"] = flow.date
    response = web.StreamResponse(headers=headers)
    response.enable_chunked_encoding()
    flow.has_begun = True
    await response.prepare(request)
    async for piece in pieces:
        await flow.ready()
        await flow.write(response, piece)
    await response.write_eof()
    return response
