"""An OpenAPI v2 document as protobuf, the only form of it that kubectl asks for up to 1.28.

The message is gnostic's `openapi.v2.Document`. Only the wire format and its field numbers are
needed; the tables below have those of every field our documents use. What a message nests that
JSON does not (a map is a list of named entries, a choice is a message of its own) is said by the
writer beside the number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.demo.records import encode

MEDIA_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
OLD_MEDIA_TYPE = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
"""What it was called before MIME types had to be valid; answered by the newer name."""

_Write = Callable[[int, Any], bytes]
"""Field number and JSON value → the field on the wire."""

_Shape = tuple[Mapping[str, tuple[int, _Write]], int]
"""The fields of a message by their JSON names, and the number for extensions (`x-…`)."""


def document(openapi: Mapping[str, Any]) -> bytes:
    """The whole document; raises KeyError for a field that the tables do not have."""
    return _message(_DOCUMENT, openapi)


def _message(shape: _Shape, value: Mapping[str, Any]) -> bytes:
    fields, extensions = shape
    written = []
    for name, content in value.items():
        if name.startswith("x-"):
            written.append(_entry(extensions, name, 2, _any(content)))
        else:
            number, write = fields[name]
            written.append(write(number, content))
    return b"".join(written)


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def _chunk(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _entry(number: int, name: str, value_number: int, value: bytes) -> bytes:
    """One entry of a map."""
    return _chunk(number, _chunk(1, name.encode()) + _chunk(value_number, value))


def _any(value: Any) -> bytes:
    """Any value, as YAML; JSON is YAML too."""
    return _chunk(2, encode(value))


def _text(number: int, value: str) -> bytes:
    return _chunk(number, value.encode())


def _flag(number: int, value: bool) -> bytes:
    return _varint(number << 3) + _varint(int(value))


def _texts(number: int, values: list[str]) -> bytes:
    return b"".join(_text(number, value) for value in values)


def _values(number: int, values: list[Any]) -> bytes:
    return b"".join(_chunk(number, _any(value)) for value in values)


def _info(number: int, value: Mapping[str, Any]) -> bytes:
    return _chunk(number, _message(_INFO, value))


def _paths(number: int, paths: Mapping[str, Any]) -> bytes:
    items = [_entry(2, path, 2, _message(_PATH_ITEM, item)) for path, item in paths.items()]
    return _chunk(number, b"".join(items))


def _operation(number: int, value: Mapping[str, Any]) -> bytes:
    return _chunk(number, _message(_OPERATION, value))


def _responses(number: int, responses: Mapping[str, Any]) -> bytes:
    items = [
        _entry(1, code, 2, _chunk(1, _message(_RESPONSE, item))) for code, item in responses.items()
    ]
    return _chunk(number, b"".join(items))


def _response_schema(number: int, value: Mapping[str, Any]) -> bytes:
    return _chunk(number, _schema(1, value))


def _parameters(number: int, parameters: list[Mapping[str, Any]]) -> bytes:
    return b"".join(_chunk(number, _chunk(1, _parameter(each))) for each in parameters)


def _parameter(value: Mapping[str, Any]) -> bytes:
    if value["in"] == "body":
        return _chunk(1, _message(_BODY_PARAMETER, value))
    number, shape = _OTHER_PARAMETERS[value["in"]]
    return _chunk(2, _chunk(number, _message(shape, value)))


def _schema(number: int, value: Mapping[str, Any]) -> bytes:
    return _chunk(number, _message(_SCHEMA, value))


def _schemas(number: int, schemas: Mapping[str, Any]) -> bytes:
    items = [_entry(1, name, 2, _message(_SCHEMA, each)) for name, each in schemas.items()]
    return _chunk(number, b"".join(items))


def _items(number: int, value: Mapping[str, Any]) -> bytes:
    return _chunk(number, _schema(1, value))


def _type(number: int, value: str) -> bytes:
    return _chunk(number, _text(1, value))


_SCHEMA: _Shape = (
    {
        "$ref": (1, _text),
        "format": (2, _text),
        "title": (3, _text),
        "description": (4, _text),
        "required": (19, _texts),
        "enum": (20, _values),
        "additionalProperties": (21, _items),
        "type": (22, _type),
        "items": (23, _items),
        "properties": (25, _schemas),
    },
    31,
)
_BODY_PARAMETER: _Shape = (
    {
        "description": (1, _text),
        "name": (2, _text),
        "in": (3, _text),
        "required": (4, _flag),
        "schema": (5, _schema),
    },
    6,
)
_PARAMETER: dict[str, tuple[int, _Write]] = {
    "required": (1, _flag),
    "in": (2, _text),
    "description": (3, _text),
    "name": (4, _text),
}
_OTHER_PARAMETERS: dict[str, tuple[int, _Shape]] = {
    "query": (3, ({**_PARAMETER, "type": (6, _text), "uniqueItems": (20, _flag)}, 23)),
    "path": (4, ({**_PARAMETER, "type": (5, _text), "uniqueItems": (19, _flag)}, 22)),
}
_RESPONSE: _Shape = ({"description": (1, _text), "schema": (2, _response_schema)}, 5)
_OPERATION: _Shape = (
    {
        "description": (3, _text),
        "operationId": (5, _text),
        "produces": (6, _texts),
        "consumes": (7, _texts),
        "parameters": (8, _parameters),
        "responses": (9, _responses),
    },
    13,
)
_PATH_ITEM: _Shape = (
    {
        "get": (2, _operation),
        "put": (3, _operation),
        "post": (4, _operation),
        "delete": (5, _operation),
        "patch": (8, _operation),
        "parameters": (9, _parameters),
    },
    10,
)
_INFO: _Shape = ({"title": (1, _text), "version": (2, _text)}, 7)
_DOCUMENT: _Shape = (
    {
        "swagger": (1, _text),
        "info": (2, _info),
        "paths": (8, _paths),
        "definitions": (9, _schemas),
    },
    16,
)
