"""What S3 asks of a write before it is done, and objects that are made of other objects."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from tui.demo.bucket import Blob, Bucket, Buckets
from tui.demo.s3_answers import S3Error
from tui.demo.s3_reading import names

LONGEST_KEY = 1024
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]")
_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "Content-MD5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": lambda body: hashlib.sha256(body).digest(),
}


def check_digests(headers: Mapping[str, str], body: bytes) -> None:
    """What the client says of its body besides the signature; raises BadDigest."""
    for name, digest in _DIGESTS.items():
        said = headers.get(name)
        if said is not None and said != base64.b64encode(digest(body)).decode():
            message = f"The {name} you specified did not match what we received."
            raise S3Error("BadDigest", message)


def check_bucket_name(name: str) -> None:
    """Raises InvalidBucketName."""
    if not _BUCKET.fullmatch(name) or ".." in name:
        message = "The specified bucket is not valid."
        raise S3Error("InvalidBucketName", message, BucketName=name)


def check_key(key: str) -> None:
    """Raises KeyTooLongError."""
    size = len(key.encode())
    if size > LONGEST_KEY:
        raise S3Error(
            "KeyTooLongError",
            "Your key is too long",
            Size=str(size),
            MaxSizeAllowed=str(LONGEST_KEY),
        )


def check_conditions(headers: Mapping[str, str], key: str, there: Blob | None) -> None:
    """Whether an object may be written over what is there, or where nothing is."""
    match, none_match = headers.get("If-Match"), headers.get("If-None-Match")
    if none_match not in (None, "*"):
        message = "A header you provided implies functionality that is not implemented"
        raise S3Error("NotImplemented", message, Header="If-None-Match")
    if match is not None and there is None:
        raise S3Error("NoSuchKey", "The specified key does not exist.", Key=key)
    if none_match is not None and there is not None:
        _unmet("If-None-Match")
    if match is not None and there is not None and not names(match, there.etag):
        _unmet("If-Match")


def _unmet(condition: str) -> None:
    message = "At least one of the pre-conditions you specified did not hold"
    raise S3Error("PreconditionFailed", message, Condition=condition)


def copied(
    headers: Mapping[str, str], buckets: Buckets, bucket: Bucket, key: str, given: Blob
) -> Blob:
    """The object that a copy makes; `given` has what the request says of the new one."""
    source_bucket, source_key, blob = _source(headers, buckets)
    directive = headers.get("x-amz-metadata-directive", "COPY").upper()
    if directive not in ("COPY", "REPLACE"):
        raise S3Error("InvalidArgument", "Unknown metadata directive.")
    if directive == "REPLACE":
        return replace(
            blob, content_type=given.content_type, metadata=given.metadata, modified=None
        )
    if source_bucket is bucket and source_key == key:
        message = (
            "This copy request is illegal because it is trying to copy an object to itself without"
            " changing the object's metadata."
        )
        raise S3Error("InvalidRequest", message)
    return replace(blob, modified=None)


def copied_part(headers: Mapping[str, str], buckets: Buckets) -> Blob:
    """The part of an upload that is a copy of an object, or of a range of one."""
    _, _, blob = _source(headers, buckets)
    asked = headers.get("x-amz-copy-source-range")
    if asked is None:
        return Blob.of(blob.read())
    found = re.fullmatch(r"bytes=([0-9]{1,18})-([0-9]{1,18})", asked)
    if found is None or not int(found[1]) <= int(found[2]) < blob.size:
        message = "The x-amz-copy-source-range value must be of the form bytes=first-last."
        raise S3Error("InvalidArgument", message, ArgumentValue=asked)
    first, last = int(found[1]), int(found[2])
    return Blob.of(blob.read(first, last - first + 1))


def _source(headers: Mapping[str, str], buckets: Buckets) -> tuple[Bucket, str, Blob]:
    named = unquote(headers["x-amz-copy-source"].partition("?")[0]).removeprefix("/")
    name, _, key = named.partition("/")
    bucket = buckets.get(name)
    if bucket is None:
        message = "The specified bucket does not exist"
        raise S3Error("NoSuchBucket", message, BucketName=name)
    blob = bucket.head(key)
    if blob is None:
        raise S3Error("NoSuchKey", "The specified key does not exist.", Key=key)
    match = headers.get("x-amz-copy-source-if-match")
    none_match = headers.get("x-amz-copy-source-if-none-match")
    if match is not None and not names(match, blob.etag):
        _unmet("x-amz-copy-source-If-Match")
    if none_match is not None and names(none_match, blob.etag):
        _unmet("x-amz-copy-source-If-None-Match")
    return bucket, key, blob
