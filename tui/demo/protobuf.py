"""The few protobuf bodies kubectl sends, read without their descriptors.

kubectl's typed clients wrap a message in `k8s\\0` + runtime.Unknown. Only the wire format and the
field numbers of the messages below are needed; an answer may be JSON.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from tui.demo import refusals

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
MAGIC = b"k8s\x00"

_Shape = dict[int, tuple[str, Any]]
"""Field number → JSON name and what it is: str, [str], dict (a map of texts), bytes (a map of
bytes), or the shape of another message."""

_META: _Shape = {
    1: ("name", str),
    2: ("generateName", str),
    3: ("namespace", str),
    11: ("labels", dict),
    12: ("annotations", dict),
}
_RESOURCE: _Shape = {
    1: ("namespace", str),
    2: ("verb", str),
    3: ("group", str),
    4: ("version", str),
    5: ("resource", str),
    6: ("subresource", str),
    7: ("name", str),
}
_NON_RESOURCE: _Shape = {1: ("path", str), 2: ("verb", str)}
_SHAPES: dict[str, _Shape] = {
    "SelfSubjectAccessReview": {
        1: ("metadata", _META),
        2: (
            "spec",
            {1: ("resourceAttributes", _RESOURCE), 2: ("nonResourceAttributes", _NON_RESOURCE)},
        ),
    },
    "SelfSubjectRulesReview": {1: ("metadata", _META), 2: ("spec", {1: ("namespace", str)})},
    "SelfSubjectReview": {1: ("metadata", _META)},
    "Namespace": {1: ("metadata", _META)},
    "ServiceAccount": {1: ("metadata", _META)},
    "ConfigMap": {1: ("metadata", _META), 2: ("data", dict), 3: ("binaryData", bytes)},
    "Secret": {
        1: ("metadata", _META),
        2: ("data", bytes),
        3: ("type", str),
        4: ("stringData", dict),
    },
    "DeleteOptions": {
        2: ("preconditions", {1: ("uid", str), 2: ("resourceVersion", str)}),
        4: ("propagationPolicy", str),
        5: ("dryRun", [str]),
    },
}


def decoded(body: bytes) -> dict[str, Any]:
    """The message in a protobuf body, as the JSON object it stands for."""
    if not body.startswith(MAGIC):
        raise refusals.bad_request("the body of the request is no protobuf of Kubernetes")
    try:
        unknown = dict(_fields(body[len(MAGIC) :]))
        kind = dict(_fields(unknown[1]))
        name = kind[2].decode()
        if name not in _SHAPES:
            raise refusals.unsupported_media(("application/json", "application/yaml"))
        message = _message(unknown.get(2, b""), _SHAPES[name])
    except (KeyError, IndexError, UnicodeDecodeError, AttributeError, TypeError) as error:
        raise refusals.bad_request("the body of the request is a broken protobuf") from error
    return {"apiVersion": kind.get(1, b"").decode(), "kind": name, **message}


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
        elif wire == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise IndexError("cut short")
            yield number, data[at : at + size]
            at += size
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise IndexError(f"wire type {wire}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _message(data: bytes, shape: _Shape) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, value in _fields(data):
        if number not in shape:
            continue
        name, kind = shape[number]
        if kind is str:
            if value:
                found[name] = value.decode()
        elif kind in (dict, bytes):
            entry = dict(_fields(value))
            content = entry.get(2, b"")
            text = (base64.b64encode(content) if kind is bytes else content).decode()
            found.setdefault(name, {})[entry[1].decode()] = text
        elif isinstance(kind, list):
            found.setdefault(name, []).append(value.decode())
        else:
            found[name] = _message(value, kind)
    return found
