"""GET and HEAD of one object: ranges, conditions, and large content in pieces."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import web

from tui.demo.bucket import Blob, Bucket
from tui.demo.s3_answers import S3Error

OVERRIDES = {
    "response-content-type": "Content-Type",
    "response-content-disposition": "Content-Disposition",
    "response-content-encoding": "Content-Encoding",
    "response-cache-control": "Cache-Control",
}
"""Headers of the answer that a signed address may choose."""


async def send(
    request: web.Request, bucket: Bucket, key: str, query: Mapping[str, str]
) -> web.StreamResponse:
    """GET and HEAD of an object, whole or in part."""
    blob = bucket.head(key)
    if blob is None:
        raise S3Error("NoSuchKey", "The specified key does not exist.", Key=key)
    headers = {
        "ETag": f'"{blob.etag}"',
        "Last-Modified": format_datetime((blob.modified or bucket.created), usegmt=True),
        "Accept-Ranges": "bytes",
        "Content-Type": blob.content_type,
        **{f"x-amz-meta-{name}": value for name, value in blob.metadata.items()},
        **{OVERRIDES[n]: v for n, v in query.items() if n in OVERRIDES},
    }
    if _is_unchanged(request.headers, blob):
        return web.Response(status=304, headers=headers)
    span = _range(request.headers.get("Range", ""), blob.size)
    start, length = span or (0, blob.size)
    if span is not None:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{blob.size}"
    response = web.StreamResponse(status=200 if span is None else 206, headers=headers)
    response.content_length = length
    await response.prepare(request)
    if request.method == "GET":
        for piece in blob.pieces(start, length):
            await response.write(piece)
            # A client that reads quickly never makes that wait; others are to have their turn.
            await asyncio.sleep(0)
    await response.write_eof()
    return response


def _is_unchanged(headers: Mapping[str, str], blob: Blob) -> bool:
    """Whether "not modified" is the answer; raises where a condition is not met."""
    modified = (blob.modified or datetime.fromtimestamp(0, UTC)).replace(microsecond=0)
    match, none_match = headers.get("If-Match"), headers.get("If-None-Match")
    unmet = ""
    if match is not None and not names(match, blob.etag):
        unmet = "If-Match"
    before = _date(headers.get("If-Unmodified-Since"))
    if match is None and before is not None and modified > before:
        unmet = "If-Unmodified-Since"
    if unmet:
        message = "At least one of the pre-conditions you specified did not hold"
        raise S3Error("PreconditionFailed", message, Condition=unmet)
    if none_match is not None:
        return names(none_match, blob.etag)
    since = _date(headers.get("If-Modified-Since"))
    return since is not None and modified <= since


def names(condition: str, etag: str) -> bool:
    """Whether a list of etags names this one; clients quote them or not."""
    named = {part.strip().strip('"') for part in condition.split(",")}
    return bool({"*", etag} & named)


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _range(text: str, size: int) -> tuple[int, int] | None:
    """(start, length) of a `Range` header; None where S3 ignores it and sends everything."""
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", text.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if first and last and int(last) < int(first):
        return None
    if start >= size or (not first and int(last) == 0):
        raise S3Error(
            "InvalidRange",
            "The requested range is not satisfiable",
            RangeRequested=text,
            ActualObjectSize=str(size),
        )
    return start, end - start + 1
