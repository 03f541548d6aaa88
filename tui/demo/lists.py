"""Answering LIST and GET: pages, selectors and forms, from stored bytes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from tui.demo import gotext, refusals, tables
from tui.demo.negotiation import Form
from tui.demo.resources import Resource
from tui.demo.selectors import Selection
from tui.demo.store import Key, Record, Store, encode

TOKENS = "meta.k8s.io/v1"
"""The version of the tokens by which a list goes on."""


def number(query: Mapping[str, str], name: str) -> int:
    """A number of the query, 0 where absent; raises the 400 of the API."""
    text = query.get(name, "")
    if not text:
        return 0
    try:
        value = int(text)
    except ValueError:
        raise refusals.bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
    if not -(2**63) <= value < 2**63:
        raise refusals.bad_request(f'strconv.ParseInt: parsing "{text}": value out of range')
    return value


def revision(text: str) -> int:
    """A resource version sent by a client with a list, 0 where absent; raises the 400 of it."""
    if wrong := wrong_revision(text):
        raise refusals.bad_request(f"invalid resource version: {wrong}")
    return int(text or 0)


def wrong_revision(text: str) -> str:
    """Why a text is no resource version, "" if it is one or empty."""
    if not text or (re.fullmatch("[0-9]+", text) and int(text[:30]) < 2**64):
        return ""
    why = "value out of range" if re.fullmatch("[0-9]+", text) else "invalid syntax"
    return f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": {why}'


def listed(
    store: Store, resource: Resource, chosen: Selection, query: Mapping[str, str], form: Form
) -> bytes:
    """The body of a list."""
    limit, token = number(query, "limit"), query.get("continue", "")
    asked = query.get("resourceVersion", "")
    _check_match(query)
    at = store.revision
    start: Key | None = None
    if token:
        if asked not in ("", "0"):
            raise refusals.bad_request(
                "specifying resource version is not allowed when using continue"
            )
        at, start = _read_token(store, token)
    elif asked == "0":
        # A real server answers this from its cache, which knows no pages.
        limit = 0
    elif asked:
        if revision(asked) > store.revision:
            raise refusals.too_large(revision(asked), store.revision)
        if query.get("resourceVersionMatch") == "Exact":
            at = revision(asked)
            if at < store.compacted:
                raise refusals.list_too_old()
    records = (
        store.records(resource, chosen.namespace)
        if at == store.revision
        else store.records_at(resource, at, chosen.namespace)
    )
    if start:
        records = [record for record in records if record.key > start]
    if chosen.selects:
        records = [record for record in records if chosen.matches(record)]
    page = records[:limit] if limit > 0 else records
    metadata: dict[str, object] = {"resourceVersion": str(at)}
    if resource.custom and form == "json":
        metadata["continue"] = ""
    if len(page) < len(records):
        metadata["continue"] = _token(at, page[-1].key)
        if not chosen.selects:
            metadata["remainingItemCount"] = len(records) - len(page)
    include = query.get("includeObject", "Metadata")
    return _body(resource, page, encode(metadata), form, include, store.clock.now())


def _check_match(query: Mapping[str, str]) -> None:
    """Raises the 422 of a `resourceVersionMatch` that goes with nothing."""
    match, asked = query.get("resourceVersionMatch", ""), query.get("resourceVersion", "")
    if match not in ("", "Exact", "NotOlderThan"):
        wrong = (
            f'resourceVersionMatch: Unsupported value: "{match}": supported values: "Exact",'
            ' "NotOlderThan"'
        )
    elif match and not asked:
        wrong = (
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless"
            " resourceVersion is provided"
        )
    elif match == "Exact" and asked == "0":
        wrong = (
            'resourceVersionMatch: Forbidden: resourceVersionMatch "Exact" is forbidden for'
            ' resourceVersion "0"'
        )
    else:
        return
    raise refusals.ApiError(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {wrong}')


def one(record: Record, form: Form, include: str, now: datetime) -> bytes:
    """The body of a single object."""
    if form == "table":
        metadata = encode({"resourceVersion": str(record.revision)})
        rows = [tables.row(record, now, include or "Metadata")]
        return tables.table(tables.columns(record.resource), rows, metadata)
    return tables.partial(record) if form == "partial" else record.raw


def _body(
    resource: Resource,
    page: Sequence[Record],
    metadata: bytes,
    form: Form,
    include: str,
    now: datetime,
) -> bytes:
    if form == "table":
        rows = [tables.row(record, now, include) for record in page]
        return tables.table(tables.columns(resource), rows, metadata)
    if form == "partial":
        kind, version = "PartialObjectMetadataList", "meta.k8s.io/v1"
        items = [tables.partial(record) for record in page]
    else:
        kind, version = resource.list_kind, resource.api_version
        items = [record.raw for record in page]
    if resource.custom and form == "json":
        # A list of custom resources comes with its fields in this order: whoever reads it from the
        # beginning learns last how it goes on.
        return b'{"apiVersion":"%s","items":[%s],"kind":"%s","metadata":%s}\n' % (
            version.encode(),
            b",".join(items),
            kind.encode(),
            metadata,
        )
    return b'{"kind":"%s","apiVersion":"%s","metadata":%s,"items":[%s]}\n' % (
        kind.encode(),
        version.encode(),
        metadata,
        b",".join(items),
    )


def _token(at: int, last: Key) -> str:
    token = {"v": TOKENS, "rv": at, "start": "/".join(last) + "\0"}
    return base64.urlsafe_b64encode(json.dumps(token).encode()).decode().rstrip("=")


def _read_token(store: Store, token: str) -> tuple[int, Key]:
    at, key = _taken_apart(token)
    if at < 0:
        # The token of a 410: whoever uses it takes the present for the rest.
        return store.revision, key
    if at < store.compacted:
        raise refusals.continue_too_old(_token(-1, key))
    return at, key


def _taken_apart(token: str) -> tuple[int, Key]:
    """The revision and the last key that a token names; raises the 400 of the API."""
    wrong = gotext.base64_error(token)
    if not wrong:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        wrong = gotext.json_error(raw)
    if not wrong:
        found = json.loads(raw)
        if not isinstance(found, dict) or found.get("v") != TOKENS:
            version = found.get("v", "") if isinstance(found, dict) else ""
            wrong = f"server does not recognize this encoded version {version}"
        elif not isinstance(found.get("rv"), int) or not found["rv"]:
            wrong = f"incorrect encoded start resourceVersion (version {TOKENS})"
        elif not isinstance(found.get("start"), str) or "/" not in found["start"]:
            wrong = f"encoded start key empty (version {TOKENS})"
        else:
            namespace, _, name = found["start"].rstrip("\0").partition("/")
            return found["rv"], (namespace, name)
    raise refusals.bad_request(f"invalid continue token: continue key is not valid: {wrong}")
