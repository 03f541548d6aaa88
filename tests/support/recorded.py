"""Answers of a real API server, as they were recorded, and how another answer differs from one.

A recorded exchange is a request and its answer, to be asked again of the demo cluster. What may
differ is what differs between two runs of the same server: names that were made up, uids, versions,
times and tokens. Everything else is shape or words, and clients depend on both.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.golden import DATA

KUBE = DATA / "kube"
ABSENT = f"{KUBE} with recorded answers of an API server is not on this machine"
HEADERS = ("cache-control", "content-type", "retry-after", "warning")
"""Headers that a client may act on."""
OF_A_RUN = frozenset(
    {"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "time", "continue"}
    | {"remainingItemCount"}
)
"""Fields whose values differ between two runs; that they are there, and their type, does not."""
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AGE = re.compile(r"(\d+[ydhms])+")
_ALLOWED = "RBAC: allowed by "
_NUMBER = re.compile(r"\d{4,}")


@dataclass(frozen=True)
class Exchange:
    """One request and what a real server answered."""

    name: str
    """Folder and file without its ending: `errors/404-pod`."""
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer_headers: Sequence[tuple[str, str]]
    answer: bytes
    chunks: tuple[str, ...] = ()
    """The answer as it came, of a stream."""
    is_whole: bool = True
    """Whether request and answer are as they were; large ones were cut."""

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """What the query asks for."""
        asked = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[0] for name, values in asked.items()}

    @property
    def json(self) -> Any:
        """The answer decoded; None where it is not JSON."""
        kind = dict((name.lower(), value) for name, value in self.answer_headers)
        return json.loads(self.answer) if "json" in kind.get("content-type", "") else None

    @property
    def events(self) -> list[Any]:
        """The events of a watch, without those that were kept in part only."""
        found = []
        for line in "".join(self.chunks).split("\n"):
            # Chunks about other things were taken out, some of them with part of a line.
            with suppress(json.JSONDecodeError):
                found.append(json.loads(line))
        return found


def exchanges(folder: str = "") -> list[Exchange]:
    """All recorded ones, or those of a folder; none where the data is absent."""
    found = sorted(KUBE.glob(f"{folder or '*'}/*.http")) + sorted(
        KUBE.glob(f"{folder or '*'}/*.stream.jsonl")
    )
    return [_read(path) for path in found]


def exchange(name: str) -> Exchange:
    """One of them."""
    path = KUBE / f"{name}.http"
    return _read(path if path.exists() else KUBE / f"{name}.stream.jsonl")


def _read(path: Path) -> Exchange:
    stem = f"{path.parent.name}/{path.name.partition('.')[0]}"
    text = path.read_bytes()
    return _of_http(stem, text) if path.suffix == ".http" else _of_stream(stem, text)


def _of_http(name: str, text: bytes) -> Exchange:
    asked, _, answered = text.partition(b"\n==========")
    # What may stand behind the line is a remark.
    remark, _, answered = answered.partition(b"\n")
    method, target, headers, body = _request(asked.decode("utf-8", "replace"))
    head, _, answer = answered.partition(b"\n\n")
    status, *fields = head.decode().split("\n")
    return Exchange(
        name=name,
        method=method,
        target=target,
        headers=headers,
        body=body,
        status=int(status.split()[1]),
        answer_headers=_fields(fields),
        answer=answer,
        is_whole=not re.match(rb"\.\.\. .* \.\.\.", body) and not _is_cut(answer, remark),
    )


def _is_cut(answer: bytes, remark: bytes) -> bool:
    return b"cut" in remark or b"left out" in remark


def _of_stream(name: str, text: bytes) -> Exchange:
    lines = [json.loads(line) for line in text.splitlines() if line]
    method, target, headers, body = _request(lines[0]["request"].rstrip("\n"))
    chunks = tuple(line["chunk"] for line in lines if "chunk" in line)
    return Exchange(
        name=name,
        method=method,
        target=target,
        headers=headers,
        body=body,
        status=int(lines[1]["status"].split()[1]),
        answer_headers=[(name, value) for name, value in lines[1]["headers"]],
        answer="".join(chunks).encode(),
        chunks=chunks,
    )


def _request(text: str) -> tuple[str, str, dict[str, str], bytes]:
    head, _, body = text.partition("\n\n")
    line, *fields = head.split("\n")
    method, target, _ = line.split(" ")
    return method, target, dict(_fields(fields)), body.encode()


def _fields(lines: Sequence[str]) -> list[tuple[str, str]]:
    pairs = (line.partition(":") for line in lines if line)
    return [(name.strip(), value.strip()) for name, _, value in pairs]


@dataclass
class Replay:
    """Asks a server what was asked of the real one."""

    url: str
    tokens: Mapping[str, str] = field(default_factory=dict)
    """Recorded token → the one to send instead."""

    def ask(self, recorded: Exchange, **query: str) -> Exchange:
        """The same request again, with these parameters of the query instead of its own."""
        with self.opened(recorded, **query) as answer:
            return replace(
                recorded,
                status=answer.status,
                answer_headers=answer.getheaders(),
                answer=answer.read(),
                chunks=(),
            )

    @contextmanager
    def opened(self, recorded: Exchange, **query: str) -> Iterator[http.client.HTTPResponse]:
        """The answer, its body not yet read."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        target = recorded.target
        for name, value in query.items():
            target = re.sub(rf"(?<=[?&]){name}=[^&]*", f"{name}={value}", target)
        # By hand, because http.client adds headers of its own, and who writes is read from one.
        connection.putrequest(recorded.method, target, skip_accept_encoding=True)
        for name, value in recorded.headers.items():
            scheme, _, token = value.partition(" ")
            if name == "Authorization":
                value = f"{scheme} {self.tokens.get(token, token)}"
            connection.putheader(name, value)
        if recorded.body:
            connection.putheader("Content-Length", str(len(recorded.body)))
        try:
            connection.endheaders(recorded.body or None)
            with connection.getresponse() as answer:
                yield answer
        finally:
            connection.close()


def differences(recorded: Exchange, answered: Exchange) -> list[str]:
    """How an answer differs from the recorded one, where two runs of one server would not."""
    found = []
    if recorded.status != answered.status:
        found.append(f"status: {recorded.status} recorded, {answered.status} answered")
    for name in HEADERS:
        was, now = (
            sorted(value for key, value in each.answer_headers if key.lower() == name)
            for each in (recorded, answered)
        )
        if was != now:
            found.append(f"header {name}: {was} recorded, {now} answered")
    was, now = recorded.json, answered.json
    if was is None or now is None:
        if recorded.answer.strip() != answered.answer.strip():
            found.append(f"body: {recorded.answer[:200]!r} recorded, {answered.answer[:200]!r}")
    else:
        found.extend(body_differences(was, now))
        ordered = was["kind"] == "Status" or "items" in was
        if ordered and list(was) != list(now) and sorted(was) == sorted(now):
            found.append(f"order of the body's fields: {list(was)} recorded, {list(now)} answered")
    return found


def body_differences(was: Any, now: Any, at: str = "") -> Iterator[str]:
    """Where two bodies differ in shape or words."""
    name = at.rpartition(".")[2]
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted(was.keys() - now.keys()):
            yield f"{at}.{key} is missing; recorded is {json.dumps(was[key])[:160]}"
        for key in sorted(now.keys() - was.keys()):
            yield f"{at}.{key} is too much: {json.dumps(now[key])[:160]}"
        for key in sorted(was.keys() & now.keys()):
            if key == "name" and _is_made_up(was, now):
                continue
            yield from body_differences(was[key], now[key], f"{at}.{key}")
    elif isinstance(was, list) and isinstance(now, list):
        if name == "causes":
            # What a schema finds wrong comes in any order.
            was, now = sorted(was, key=_field), sorted(now, key=_field)
        if len(was) != len(now):
            yield f"{at} has {len(was)} elements recorded, {len(now)} answered"
        for index, (one, other) in enumerate(zip(was, now, strict=False)):
            yield from body_differences(one, other, f"{at}[{index}]")
    elif re.search(r"cells\[\d+\]$", at) and _AGE.fullmatch(str(was)) and _AGE.fullmatch(str(now)):
        return  # how long ago, which passes
    elif name == "reason" and str(was).startswith(_ALLOWED) and str(now).startswith(_ALLOWED):
        return  # the names of roles and bindings
    elif re.search(r"columnDefinitions\[\d+\]\.description$", at):
        return  # prose that no client shows
    elif name in OF_A_RUN and was and now:
        if type(was) is not type(now):
            yield f"{at}: {was!r} recorded, {now!r} answered"
    elif isinstance(was, str) and isinstance(now, str):
        if _settled(was) != _settled(now):
            yield f"{at}: {was[:300]!r} recorded, {now[:300]!r} answered"
    elif was != now:
        yield f"{at}: {was!r} recorded, {now!r} answered"


def _field(cause: Mapping[str, str]) -> str:
    return cause["field"]


def _is_made_up(was: dict[str, Any], now: dict[str, Any]) -> bool:
    prefix = str(was.get("generateName") or "")
    return bool(prefix) and all(str(each["name"]).startswith(prefix) for each in (was, now))


def _settled(text: str) -> list[str]:
    parts = _NUMBER.sub("<number>", _UID.sub("<uid>", text)).strip().split(", ")
    return sorted(part.strip("[]") for part in parts) if "is invalid: [" in text else parts


def objects() -> Iterator[tuple[Path, Any]]:
    """Every recorded object of the workflows, with the file that has it."""
    for path in sorted(KUBE.glob("workflows/*/*.json")):
        found = json.loads(path.read_bytes())
        for each in found if isinstance(found, list) else found.get("items", [found]):
            yield path, each


def workflow_of(folder: str) -> dict[str, Any]:
    """The recorded run in a folder of `workflows`, as it was at its end."""
    path = KUBE / "workflows" / folder / "workflow.json"
    if not path.exists():
        pytest.skip(ABSENT)
    made: dict[str, Any] = json.loads(path.read_text())
    return made
