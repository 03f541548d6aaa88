"""A stand-in of an Argo Server, over HTTP: what it answers, byte for byte where that matters.

Its bodies and framings are written after those of a real one (4.1): objects without kind, a list
that goes on with the archive, a `continue` that is computed from the archive alone, a watch that
ends in an error `EOF`, empty logs, and the web page for every path it does not know.

server = StandIn(manifest("etl"), archived=[manifest("old")])
with server.running() as api: …
server.put(manifest("etl", phase="Failed"))    # reaches every open watch
server.refusing["stop"] = (403, 7, "…")        # what is answered instead, by the end of a path
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.support.fake_api import Asked, FakeApi, Reply, fake_api
from tests.support.where import where
from tui.domain.selectors import LabelSelector
from tui.domain.workflow import Manifest
from tui.settings import ServerSettings
from tui.sources import argo_server_opening
from tui.sources.argo_server import ArgoServerSource

TOKEN = "Bearer let-me-in"
PAGE = b"<!doctype html><html><head><title>Argo</title></head><body></body></html>"
ARCHIVING = "workflows.argoproj.io/workflow-archiving-status"
HEAD = {"Content-Type": "application/json", "X-Ratelimit-Limit": "1000"}
INITIAL_END = {"k8s.io/initial-events-end": "true"}

KINDS = {
    "workflows": "Workflow",
    "workflow-templates": "WorkflowTemplate",
    "cluster-workflow-templates": "ClusterWorkflowTemplate",
    "cron-workflows": "CronWorkflow",
}
PLURALS = {
    "workflows": "workflows",
    "workflow-templates": "workflowtemplates",
    "cluster-workflow-templates": "clusterworkflowtemplates",
    "cron-workflows": "cronworkflows",
}
BODIES = {"workflows": "workflow", "cron-workflows": "cronWorkflow"}

Refusal = tuple[int, int, str]
"""HTTP status, gRPC code, message."""


class StandIn:
    """What the server has, and how it answers."""

    def __init__(self, *found: Manifest, archived: Iterable[Manifest] = ()) -> None:
        self.lock = threading.Condition()
        self.version = 100
        self.objects: dict[tuple[str, str, str], Manifest] = {}
        """By place, namespace and name."""
        self.history: list[tuple[int, str, Manifest]] = []
        """Version, type and object of everything that happened to a workflow."""
        self.has_archive = True
        """Whether it archives at all; else its list is empty, and asking for one run says so."""
        self.archived: dict[str, Manifest] = {}
        for each in archived:
            self.archive(each)
        self.tokens = {TOKEN}
        self.is_client_only = True
        """Whether who shows no token is refused; else the server acts as itself."""
        self.refusing: dict[str, Refusal] = {}
        """What is answered instead, by a regular expression of method and path."""
        self.logs: dict[tuple[str, str], list[str]] = {}
        """By pod and container."""
        self.events: list[Manifest] = []
        self.artifacts: dict[str, bytes] = {}
        """By path."""
        self.instead: list[Callable[[Asked, Reply], bool]] = []
        """Answer in its stead; true where they did."""
        self.user: dict[str, Any] = {
            "issuer": "kubernetes/serviceaccount",
            "subject": "system:serviceaccount:argo:me",
            "serviceAccountName": "me",
            "serviceAccountNamespace": "argo",
        }
        self.info: dict[str, Any] = {}
        self.streamed = 0
        """Bytes of streams that went out."""
        self.is_starting = False
        """Whether it has not read the cluster yet."""
        self.tells_end = True
        """Whether the cluster behind it tells where the beginning of a watch ends."""
        self.beat = 15.0
        """Seconds between two signs of life in a stream."""
        self.prefix = ""
        """What a proxy takes off each path, `/argo`; other paths are the proxy's own."""
        for each in found:
            self.put(each)

    # --- what is there ---------------------------------------------------------------------

    def put(self, found: Manifest) -> Manifest:
        """A new object, or another version of it."""
        place = next((p for p, kind in KINDS.items() if kind == found.get("kind", "Workflow")))
        metadata = dict(found["metadata"])
        namespace = "" if place == "cluster-workflow-templates" else metadata.get("namespace", "")
        key = (place, namespace, metadata["name"])
        with self.lock:
            self.version += 1
            before = self.objects.get(key)
            metadata["resourceVersion"] = str(self.version)
            metadata.setdefault("uid", f"uid-of-{metadata['name']}")
            kept = {**found, "metadata": metadata}
            self.objects[key] = kept
            if place == "workflows":
                self._happened("MODIFIED" if before else "ADDED", kept)
            return kept

    def delete(self, name: str, namespace: str = "argo", place: str = "workflows") -> None:
        """One goes."""
        with self.lock:
            self.version += 1
            gone = self.objects.pop((place, namespace, name))
            metadata = {**gone["metadata"], "resourceVersion": str(self.version)}
            if place == "workflows":
                self._happened("DELETED", {**gone, "metadata": metadata})

    def archive(self, found: Manifest) -> None:
        """A copy in the archive."""
        labels = {**(found["metadata"].get("labels") or {}), ARCHIVING: "Persisted"}
        metadata = {**found["metadata"], "labels": labels}
        metadata.setdefault("uid", f"uid-of-{metadata['name']}")
        self.archived[metadata["uid"]] = {**found, "metadata": metadata}

    def named(self, name: str, namespace: str = "argo", place: str = "workflows") -> Manifest:
        """An object. Raises: KeyError."""
        with self.lock:
            return self.objects[place, namespace, name]

    def _happened(self, kind: str, found: Manifest) -> None:
        self.history.append((self.version, kind, found))
        self.lock.notify_all()

    # --- answering -------------------------------------------------------------------------

    @contextmanager
    def running(self) -> Iterator[FakeApi]:
        """The server, for as long as the block lasts."""
        with fake_api(self.answer) as api:
            try:
                yield api
            finally:
                with self.lock:
                    self.is_over = True
                    self.lock.notify_all()

    is_over = False

    def answer(self, asked: Asked, reply: Reply) -> None:
        """One request."""
        if not any(instead(asked, reply) for instead in list(self.instead)):
            self.answer_now(asked, reply)

    def answer_now(self, asked: Asked, reply: Reply) -> None:
        """One request, whoever would answer in its stead."""
        path = asked.path
        if self.prefix:
            if not path.startswith(self.prefix + "/"):
                _page(reply)
                return
            path = path.removeprefix(self.prefix)
        what = f"{asked.method} {path}"
        for pattern, refusal in self.refusing.items():
            if re.search(pattern, what):
                _refuse(asked, reply, *refusal)
                return
        sent = asked.headers.get("Authorization", "")
        if path.startswith("/artifact"):
            if sent not in self.tokens:
                _plain(reply, 401, "Unauthorized")
            elif path in self.artifacts:
                self._artifact(reply, self.artifacts[path])
            else:
                _plain(reply, 404, "Not Found")
            return
        if not path.startswith("/api/"):
            _page(reply)
            return
        if not sent.startswith(("Bearer ", "Basic ")) and self.is_client_only:
            _refuse(asked, reply, 401, 16, "token not valid. see https://argo.example/faq/")
            return
        rest = path.removeprefix("/api/v1/").split("/")
        if rest[0] == "version":
            reply.json({"version": "v4.1.2", "gitTag": "v4.1.2"}, headers=HEAD)
        elif rest[0] == "info":
            reply.json(self.info, headers=HEAD)
        elif rest[0] == "userinfo":
            # It believes whatever a token says of itself.
            reply.json(self.user if sent in self.tokens else {}, headers=HEAD)
        elif rest[0] in ("archived-workflows-label-keys", "archived-workflows-label-values"):
            # Nor do these ask who somebody is.
            self._archived_labels(asked, reply, of_one=rest[0].endswith("values"))
        elif sent and sent not in self.tokens:
            _refuse(asked, reply, 401, 16, "Unauthorized")
        elif rest[0] == "workflow-events" and len(rest) == 2:
            self._watch(asked, reply, rest[1])
        elif rest[:2] == ["stream", "events"] and len(rest) == 3:
            self._stream_events(asked, reply)
        elif rest[0] == "archived-workflows":
            self._archived(asked, reply, rest[1:])
        elif rest[0] in KINDS:
            self._objects(asked, reply, rest)
        else:
            _refuse(asked, reply, 501, 12, "Not Implemented")

    def _objects(self, asked: Asked, reply: Reply, rest: list[str]) -> None:
        place, *names = rest
        if place == "cluster-workflow-templates":
            names = ["", *names]
        elif not names:
            _refuse(asked, reply, 501, 12, "Not Implemented")
            return
        namespace, *more = names
        verb = (asked.method, len(more))
        if verb == ("GET", 0):
            self._list(asked, reply, place, namespace)
        elif verb == ("POST", 0):
            self._create(asked, reply, place, namespace)
        elif verb == ("POST", 1) and more == ["submit"]:
            self._submit(asked, reply, namespace)
        elif verb == ("GET", 2) and more[1] == "log":
            self._log(asked, reply, namespace, more[0])
        elif verb[1] in (1, 2):
            self._one(asked, reply, (place, namespace, more[0]), *more[1:])
        else:
            _refuse(asked, reply, 501, 12, "Not Implemented")

    def _list(self, asked: Asked, reply: Reply, place: str, namespace: str) -> None:
        query = asked.query
        limit = int(query.get("listOptions.limit") or 0)
        begin = int(query.get("listOptions.continue") or 0)
        with self.lock:
            version = self.version
            found = [
                each
                for key, each in self.objects.items()
                if key[0] == place and namespace in ("", key[1])
            ]
            rows = list(self.archived.values()) if place == "workflows" else []
        if place == "workflows":
            # Whatever is in the archive too is told by its row, if at all.
            found = [each for each in found if _labels(each).get(ARCHIVING) != "Archived"]
            found.sort(key=lambda each: each["status"].get("startedAt") or "", reverse=True)
            if self.is_starting:
                found = []
            found += [_short(row) for row in rows]
        found = [each for each in found if _selected(each, query)]
        page = found[begin : begin + limit] if limit else found
        metadata: dict[str, Any] = {} if self.is_starting else {"resourceVersion": str(version)}
        if place != "workflows":
            if begin + len(page) < len(found):
                metadata["continue"] = str(begin + len(page))
        elif len(rows) > begin + limit:
            metadata["continue"] = str(begin + limit)
        body = {"metadata": metadata, "items": [_bare(each) for each in page] or None}
        fields = query.get("fields", "")
        if place == "workflows" and fields:
            items = [_projected(each, fields, "items.") for each in body["items"] or ()]
            body = {"items": items or None, "metadata": metadata}
            if "metadata" not in fields.split(","):
                del body["metadata"]
        reply.json(body, headers=HEAD)

    def _one(self, asked: Asked, reply: Reply, key: tuple[str, str, str], verb: str = "") -> None:
        place, namespace, name = key
        with self.lock:
            found = self.objects.get(key)
        if found is None and place == "workflows" and not verb and asked.method == "GET":
            found = next(
                (row for row in self.archived.values() if row["metadata"]["name"] == name), None
            )
        if found is None:
            what = f'{PLURALS[place]}.argoproj.io "{name}" not found'
            _refuse(asked, reply, 404, 5, what)
        elif asked.method == "GET" and not verb:
            fields = asked.query.get("fields", "")
            bare = _bare(found)
            reply.json(_projected(bare, fields, "") if fields else bare, headers=HEAD)
        elif asked.method == "DELETE":
            self.delete(name, namespace, place)
            reply.json({}, headers=HEAD)
        elif asked.method == "PUT" and verb:
            reply.json(_bare(self._done(found, place, verb, json.loads(asked.body or b"{}"))))
        elif asked.method == "PUT":
            body = json.loads(asked.body)[BODIES.get(place, "template")]
            reply.json(_bare(self.put({**body, "kind": KINDS[place]})), headers=HEAD)
        else:
            _refuse(asked, reply, 501, 12, "Not Implemented")

    def _done(self, found: Manifest, place: str, verb: str, body: Mapping[str, Any]) -> Manifest:
        spec = dict(found.get("spec") or {})
        if verb in ("stop", "terminate"):
            spec["shutdown"] = verb.capitalize()
        elif verb == "suspend":
            spec["suspend"] = True
        elif verb == "resume":
            spec.pop("suspend", None)
        elif verb == "resubmit":
            metadata = {"name": f"{found['metadata']['name']}-again", "namespace": "argo"}
            return self.put({**found, "metadata": metadata, "status": {}})
        return self.put({**found, "spec": spec})

    def _create(self, asked: Asked, reply: Reply, place: str, namespace: str) -> None:
        body = json.loads(asked.body)
        made = body[BODIES.get(place, "template")]
        metadata = {"namespace": namespace, **made["metadata"]}
        metadata.setdefault("name", f"{metadata.get('generateName', '')}x7k2p")
        whole = {"kind": KINDS[place], **made, "metadata": metadata}
        if body.get("serverDryRun"):
            reply.json(_bare(whole), headers=HEAD)
        elif (place, namespace, metadata["name"]) in self.objects:
            what = f'{PLURALS[place]}.argoproj.io "{metadata["name"]}" already exists'
            _refuse(asked, reply, 409, 6, what)
        else:
            reply.json(_bare(self.put(whole)), headers=HEAD)

    def _submit(self, asked: Asked, reply: Reply, namespace: str) -> None:
        body = json.loads(asked.body)
        metadata = {"name": f"{body['resourceName']}-x7k2p", "namespace": namespace}
        made = {"kind": "Workflow", "metadata": metadata, "spec": {}, "status": {}}
        reply.json(_bare(self.put(made)), headers=HEAD)

    def _archived(self, asked: Asked, reply: Reply, rest: list[str]) -> None:
        if not rest:
            self._list_archive(asked, reply)
            return
        uid, *verbs = rest
        with self.lock:
            row = self.archived.get(uid)
        if not self.has_archive:
            _refuse(asked, reply, 500, 13, "getting archived workflows not supported")
        elif row is None:
            _refuse(asked, reply, 404, 5, "not found")
        elif asked.method == "GET" and not verbs:
            reply.json(_bare(row), headers=HEAD)
        elif asked.method == "DELETE" and not verbs:
            with self.lock:
                del self.archived[uid]
            reply.json({}, headers=HEAD)
        elif asked.method == "PUT" and verbs in (["retry"], ["resubmit"]):
            self._of_archive(asked, reply, row, verbs[0])
        else:
            _refuse(asked, reply, 501, 12, "Not Implemented")

    def _archived_labels(self, asked: Asked, reply: Reply, *, of_one: bool) -> None:
        """Of all namespaces, in no order, and none at all where nothing is archived."""
        key = asked.query.get("listOptions.labelSelector", "")
        with self.lock:
            rows = list(self.archived.values()) if self.has_archive else []
        if of_one and not re.fullmatch(r"[\w./-]+", key):
            _refuse(asked, reply, 400, 3, "operation = is not supported")
            return
        if of_one:
            found = {_labels(row)[key] for row in rows if key in _labels(row)}
        else:
            found = {each for row in rows for each in _labels(row)}
        reply.json({"items": sorted(found, reverse=True)} if found else {}, headers=HEAD)

    def _of_archive(self, asked: Asked, reply: Reply, row: Manifest, verb: str) -> None:
        """Both want the namespace in the body; a retry makes the same name anew."""
        name, namespace = row["metadata"]["name"], row["metadata"]["namespace"]
        if json.loads(asked.body or b"{}").get("namespace") != namespace:
            _refuse(asked, reply, 404, 5, "not found")
        elif verb == "retry" and ("workflows", namespace, name) in self.objects:
            what = f"Workflow already exists on cluster, use argo retry {name} instead"
            _refuse(asked, reply, 409, 6, what)
        else:
            named = name if verb == "retry" else f"{name}-again"
            metadata = {"name": named, "namespace": namespace, "uid": f"new-uid-of-{named}"}
            made = {**row, "metadata": metadata, "status": {}}
            reply.json(_bare(self.put(made)), headers=HEAD)

    def _list_archive(self, asked: Asked, reply: Reply) -> None:
        """By its own offset, which is right here; fields are ignored."""
        query = asked.query
        limit = int(query.get("listOptions.limit") or 0)
        begin = int(query.get("listOptions.continue") or 0)
        fields = query.get("listOptions.fieldSelector", "")
        name = re.search(r"metadata\.name=([^,]*)", fields)
        after = re.search(r"spec\.startedAt>([^,]*)", fields)
        before = re.search(r"spec\.startedAt<([^,]*)", fields)
        how = query.get("nameFilter")
        labels = LabelSelector.parse(query.get("listOptions.labelSelector", ""))
        with self.lock:
            rows = list(self.archived.values()) if self.has_archive else []
        rows.sort(key=lambda each: (each.get("status") or {}).get("startedAt") or "", reverse=True)
        found = [
            row
            for row in rows
            if row["metadata"].get("namespace")
            == query.get("namespace", row["metadata"].get("namespace"))
            and labels.matches(_labels(row))
            and (after is None or row["status"]["startedAt"] > after[1])
            and (before is None or row["status"]["startedAt"] < before[1])
            and (
                name is None
                or row["metadata"]["name"] == name[1]
                or (how == "Contains" and name[1] in row["metadata"]["name"])
                or (how == "Prefix" and row["metadata"]["name"].startswith(name[1]))
            )
        ]
        page = found[begin : begin + limit] if limit else found
        more = {"continue": str(begin + limit)} if limit and begin + limit < len(found) else {}
        body = {"metadata": more, "items": [_bare(_short(row)) for row in page] or None}
        reply.json(body, headers=HEAD)

    def _artifact(self, reply: Reply, body: bytes) -> None:
        """A small one has a length, and a large one comes in chunks."""
        if len(body) < 2048:
            reply.raw(body, headers={"Content-Type": "application/octet-stream"})
            return
        reply.begin()
        for begin in range(0, len(body), 1024):
            reply.piece(body[begin : begin + 1024])
        reply.end()

    # --- streams ---------------------------------------------------------------------------

    def _watch(self, asked: Asked, reply: Reply, namespace: str) -> None:
        query = asked.query
        stream = _Stream(asked, reply, self)
        fields = query.get("fields", "")
        since = query.get("listOptions.resourceVersion", "")
        begins = query.get("listOptions.sendInitialEvents") == "true"
        if begins and not self.tells_end:
            message = "sendInitialEvents is forbidden for watch unless the WatchList feature gate"
            _refuse(asked, reply, 400, 3, message)
            return
        if since and since != "0" and int(since) < self.oldest:
            stream.error(400, 3, f"too old resource version: {since} ({self.version})")
            return
        name = query.get("listOptions.fieldSelector", "").removeprefix("metadata.name=")
        with self.lock:
            at = self.version
            there = [
                each
                for key, each in self.objects.items()
                if key[0] == "workflows" and namespace in ("", key[1]) and _selected(each, query)
            ]
            old = any(row["metadata"]["name"] == name for row in self.archived.values())
        if name and not there and not old:
            stream.error(404, 5, f'workflows.argoproj.io "{name}" not found')
            return
        if not since or since == "0":
            for each in there:
                stream.event("ADDED", each, fields)
        else:
            at = int(since)
        if begins:
            mark = {"metadata": {"resourceVersion": str(at), "annotations": INITIAL_END}}
            stream.event("BOOKMARK", mark, fields)
        self._go_on(asked, stream, namespace, at, fields)

    oldest = 0
    """The versions before this one are forgotten."""
    ends = 0
    """How many watches were told to end."""

    def end_watches(self) -> None:
        """Every open watch ends as it does after some minutes."""
        with self.lock:
            self.ends += 1
            self.lock.notify_all()

    def _go_on(self, asked: Asked, stream: _Stream, namespace: str, at: int, fields: str) -> None:
        ends = self.ends
        end = time.monotonic() + int(asked.query.get("listOptions.timeoutSeconds") or 3600)
        beat = time.monotonic() + self.beat
        while True:
            with self.lock:
                new = [each for each in self.history if each[0] > at]
                if not new and not self.is_over and self.ends == ends:
                    self.lock.wait(max(0.01, min(end, beat) - time.monotonic()))
                    new = [each for each in self.history if each[0] > at]
                is_over = self.is_over or self.ends != ends or time.monotonic() >= end
            for version, kind, found in new:
                at = version
                is_here = namespace in ("", found["metadata"].get("namespace"))
                if is_here and _selected(found, asked.query):
                    stream.event(kind, found, fields)
            if is_over:
                stream.error(429, 8, "EOF")
                return
            if time.monotonic() >= beat:
                stream.comment()
                beat = time.monotonic() + self.beat

    def _stream_events(self, asked: Asked, reply: Reply) -> None:
        wanted = dict(
            each.split("=", 1)
            for each in asked.query.get("listOptions.fieldSelector", "").split(",")
            if each
        )
        stream = _Stream(asked, reply)
        for each in self.events:
            about = each["involvedObject"]
            if all(about.get(key.rpartition(".")[2]) == value for key, value in wanted.items()):
                stream.result(each)
        stream.error(429, 8, "EOF")

    def _log(self, asked: Asked, reply: Reply, namespace: str, name: str) -> None:
        if ("workflows", namespace, name) not in self.objects:
            _refuse(asked, reply, 404, 5, f'workflows.argoproj.io "{name}" not found')
            return
        stream = _Stream(asked, reply)
        pod = asked.query.get("podName", "")
        lines = self.logs.get((pod, asked.query.get("logOptions.container", "")), [])
        tail = asked.query.get("logOptions.tailLines")
        for line in lines[-int(tail) :] if tail else lines:
            content = {"content": line} if line else {}
            stream.result({**content, "podName": pod})
        stream.end()


class _Stream:
    """A stream of frames, whose head comes with the first of them."""

    def __init__(self, asked: Asked, reply: Reply, server: StandIn | None = None) -> None:
        self._asked = asked
        self._reply = reply
        self._server = server
        self._is_sse = asked.headers.get("Accept") == "text/event-stream"
        self._has_begun = False

    def event(self, kind: str, found: Manifest, fields: str) -> None:
        result = {"type": kind, "object": _bare(found)}
        if not fields:
            self._frame({"result": result})
            return
        told = _projected({"result": result}, fields, "")
        self._frame(told)

    def result(self, value: Any) -> None:
        self._frame({"result": value})

    def comment(self) -> None:
        if self._is_sse:
            self._begin()
            self._piece(b":\n")

    def error(self, status: int, code: int, message: str) -> None:
        """Before the first frame it sets the status; later it is one."""
        error = {"grpc_code": code, "http_code": status, "message": message, "http_status": "x"}
        body = json.dumps({"error": error}).encode()
        framed = b"data: " + body + b" \n\n" if self._is_sse else body
        if self._has_begun:
            self._reply.piece(framed)
            self._reply.end()
        else:
            kind = "text/event-stream" if self._is_sse else "application/json"
            self._reply.raw(framed, status, {"Content-Type": kind})

    def end(self) -> None:
        self._begin()
        self._reply.end()

    def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._reply.begin()

    def _frame(self, value: Any) -> None:
        self._begin()
        body = json.dumps(value).encode()
        if not self._is_sse:
            self._reply.piece(body + b"\n")
            return
        self._piece(b"data: " + body + b" \n\n")
        self._piece(b"\n")

    def _piece(self, data: bytes) -> None:
        self._reply.piece(data)
        if self._server is not None:
            self._server.streamed += len(data)


def _page(reply: Reply) -> None:
    reply.raw(PAGE, headers={"Content-Type": "text/html; charset=utf-8"})


def _plain(reply: Reply, status: int, text: str) -> None:
    reply.raw(text.encode() + b"\n", status, {"Content-Type": "text/plain; charset=utf-8"})


def _refuse(asked: Asked, reply: Reply, status: int, code: int, message: str) -> None:
    if asked.headers.get("Accept") == "text/event-stream":
        _Stream(asked, reply).error(status, code, message)
    else:
        reply.json({"code": code, "message": message}, status, HEAD)


def _bare(found: Manifest) -> Manifest:
    """An object as the server writes it: without its kind."""
    return {name: value for name, value in found.items() if name not in ("kind", "apiVersion")}


def _short(row: Manifest) -> Manifest:
    """A row of the archive as a list has it: no nodes, and no version."""
    metadata = {k: v for k, v in row["metadata"].items() if k != "resourceVersion"}
    status = {k: v for k, v in (row.get("status") or {}).items() if k != "nodes"}
    return {"metadata": metadata, "spec": {"arguments": {}}, "status": status}


def _labels(found: Manifest) -> dict[str, str]:
    return found["metadata"].get("labels") or {}


def _selected(found: Manifest, query: Mapping[str, str]) -> bool:
    labels = LabelSelector.parse(query.get("listOptions.labelSelector", ""))
    fields = query.get("listOptions.fieldSelector", "")
    name = fields.removeprefix("metadata.name=") if fields.startswith("metadata.name=") else ""
    return labels.matches(_labels(found)) and name in ("", found["metadata"]["name"])


def _projected(value: Any, fields: str, prefix: str) -> Any:
    """Only these fields, with their keys sorted, as the server writes them then."""
    wanted = [each.removeprefix(prefix) for each in fields.split(",") if each.startswith(prefix)]
    found: dict[str, Any] = {}
    for path in wanted:
        _copy(value, found, path.split("."))
    return dict(sorted(found.items()))


def _copy(value: Any, found: dict[str, Any], path: list[str]) -> None:
    name, *rest = path
    if not isinstance(value, dict) or name not in value:
        return
    if rest and isinstance(value[name], dict):
        _copy(value[name], found.setdefault(name, {}), rest)
    elif not rest:
        found[name] = value[name]


def served_by(api: FakeApi, token: str = TOKEN, **more: Any) -> ArgoServerSource:
    """A connection to a server, with this token and these settings."""
    given = {"address": api.url, "takes_environment": True, **more.pop("server", {})}
    settings = where(server=ServerSettings(**given), **{"namespace": "argo", **more})
    return argo_server_opening.connect(settings, {"ARGO_TOKEN": token})


def answering(pattern: str, answer: Callable[[Asked, Reply], None]) -> Callable[..., bool]:
    """For `StandIn.instead`: this answer to requests whose method and path match."""

    def instead(asked: Asked, reply: Reply) -> bool:
        if not re.search(pattern, f"{asked.method} {asked.path}"):
            return False
        answer(asked, reply)
        return True

    return instead


def frame(value: Any) -> bytes:
    """A frame of a stream, as the server sends it."""
    return b"data: " + json.dumps(value).encode() + b" \n\n\n"
