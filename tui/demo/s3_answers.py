"""What the S3 route says: errors and lists as XML, the way S3 words them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from tui.demo.bucket import Blob, Bucket, Listing

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

STATUS: dict[str, int] = {
    "AccessDenied": 403,
    "AuthorizationHeaderMalformed": 400,
    "AuthorizationQueryParametersError": 400,
    "BadDigest": 400,
    "BucketAlreadyOwnedByYou": 409,
    "BucketNotEmpty": 409,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "IncompleteBody": 400,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidBucketName": 400,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidRange": 416,
    "InvalidRequest": 400,
    "InvalidToken": 400,
    "InvalidURI": 400,
    "KeyTooLongError": 400,
    "MalformedXML": 400,
    "MethodNotAllowed": 405,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NotImplemented": 501,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "SignatureDoesNotMatch": 403,
    "XAmzContentSHA256Mismatch": 400,
}


class S3Error(Exception):
    """A request that S3 refuses, with its code and its words."""

    def __init__(self, code: str, message: str, **details: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return STATUS[self.code]

    def xml(self, resource: str, request_id: str) -> bytes:
        """The body of the answer."""
        parts = [("Code", self.code), ("Message", self.message), *self.details.items()]
        parts += [("Resource", resource), ("RequestId", request_id)]
        return _document(f"<Error>{_elements(parts)}</Error>")


def listing_v2(
    bucket: Bucket, page: Listing, asked: Mapping[str, str], *, limit: int, token: str | None
) -> bytes:
    """The answer to ListObjectsV2; `token` is where the next page begins."""
    encoded = asked.get("encoding-type") == "url"
    head = [
        ("Name", bucket.name),
        ("Prefix", _key(asked.get("prefix", ""), encoded)),
        ("MaxKeys", str(limit)),
        ("KeyCount", str(len(page.objects) + len(page.prefixes))),
        ("IsTruncated", _boolean(token is not None)),
    ]
    if asked.get("delimiter"):
        head.append(("Delimiter", _key(asked["delimiter"], encoded)))
    if asked.get("continuation-token"):
        head.append(("ContinuationToken", asked["continuation-token"]))
    if asked.get("start-after"):
        head.append(("StartAfter", _key(asked["start-after"], encoded)))
    if token is not None:
        head.append(("NextContinuationToken", token))
    return _listing(head, page, encoded)


def listing_v1(
    bucket: Bucket, page: Listing, asked: Mapping[str, str], *, limit: int, marker: str | None
) -> bytes:
    """The answer to the older ListObjects, whose pages go on from a key."""
    encoded = asked.get("encoding-type") == "url"
    head = [
        ("Name", bucket.name),
        ("Prefix", _key(asked.get("prefix", ""), encoded)),
        ("Marker", _key(asked.get("marker", ""), encoded)),
        ("MaxKeys", str(limit)),
        ("IsTruncated", _boolean(marker is not None)),
    ]
    if asked.get("delimiter"):
        head.append(("Delimiter", _key(asked["delimiter"], encoded)))
    if marker is not None:
        head.append(("NextMarker", _key(marker, encoded)))
    return _listing(head, page, encoded)


def buckets(all_of_them: Iterable[Bucket]) -> bytes:
    """The answer to ListBuckets."""
    inner = "".join(
        f"<Bucket>{_elements([('Name', b.name), ('CreationDate', _stamp(b.created))])}</Bucket>"
        for b in all_of_them
    )
    owner = f"<Owner>{_elements([('ID', 'demo'), ('DisplayName', 'demo')])}</Owner>"
    return _result("ListAllMyBucketsResult", f"{owner}<Buckets>{inner}</Buckets>")


def location(region: str) -> bytes:
    """The answer to GetBucketLocation; the oldest region has no name."""
    return _result("LocationConstraint", escape("" if region == "us-east-1" else region))


def upload_begun(bucket: str, key: str, upload: str) -> bytes:
    """The answer to CreateMultipartUpload."""
    return _result(
        "InitiateMultipartUploadResult",
        _elements([("Bucket", bucket), ("Key", key), ("UploadId", upload)]),
    )


def upload_completed(bucket: str, key: str, etag: str, address: str) -> bytes:
    """The answer to CompleteMultipartUpload."""
    fields = [("Location", address), ("Bucket", bucket), ("Key", key), ("ETag", f'"{etag}"')]
    return _result("CompleteMultipartUploadResult", _elements(fields))


def parts(bucket: str, key: str, upload: str, numbered: Mapping[int, Blob]) -> bytes:
    """The answer to ListParts, all on one page."""
    head = [("Bucket", bucket), ("Key", key), ("UploadId", upload), ("IsTruncated", "false")]
    inner = "".join(
        "<Part>"
        + _elements([("PartNumber", str(n)), ("ETag", f'"{b.etag}"'), ("Size", str(b.size))])
        + "</Part>"
        for n, b in sorted(numbered.items())
    )
    return _result("ListPartsResult", _elements(head) + inner)


def copied(name: str, blob: Blob) -> bytes:
    """The answer to CopyObject and UploadPartCopy."""
    return _result(
        name, _elements([("LastModified", _stamp(blob.modified)), ("ETag", f'"{blob.etag}"')])
    )


def uploads(bucket: str, named: Iterable[tuple[str, str]]) -> bytes:
    """The answer to ListMultipartUploads, all on one page: keys and the uploads' names."""
    inner = "".join(
        f"<Upload>{_elements([('Key', key), ('UploadId', upload), ('StorageClass', 'STANDARD')])}"
        "</Upload>"
        for key, upload in sorted(named)
    )
    head = [("Bucket", bucket), ("IsTruncated", "false")]
    return _result("ListMultipartUploadsResult", _elements(head) + inner)


def deleted(keys: Iterable[str], *, quiet: bool) -> bytes:
    """The answer to DeleteObjects."""
    inner = "" if quiet else "".join(f"<Deleted><Key>{_plain(k)}</Key></Deleted>" for k in keys)
    return _result("DeleteResult", inner)


def empty(name: str) -> bytes:
    """An answer that says only that there is nothing to say."""
    return _result(name, "")


def _listing(head: list[tuple[str, str]], page: Listing, encoded: bool) -> bytes:
    if encoded:
        head.append(("EncodingType", "url"))
    contents = "".join(
        "<Contents>"
        + _elements(
            [
                ("Key", _key(key, encoded)),
                ("LastModified", _stamp(blob.modified)),
                ("ETag", f'"{blob.etag}"'),
                ("Size", str(blob.size)),
                ("StorageClass", "STANDARD"),
            ]
        )
        + "</Contents>"
        for key, blob in page.objects
    )
    folded = "".join(
        f"<CommonPrefixes>{_elements([('Prefix', _key(prefix, encoded))])}</CommonPrefixes>"
        for prefix in page.prefixes
    )
    return _result("ListBucketResult", _elements(head) + contents + folded)


def _key(key: str, encoded: bool) -> str:
    return quote(key, safe="/") if encoded else key


def _elements(parts_: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<{name}>{_plain(value)}</{name}>" for name, value in parts_)


def _plain(value: str) -> str:
    # XML 1.0 has no control characters; clients ask for encoding-type=url where it matters.
    allowed = "".join(c if c >= " " or c in "\t\n\r" else "�" for c in value)
    return escape(allowed).replace("\r", "&#13;")


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _stamp(when: datetime | None) -> str:
    return (when or datetime.fromtimestamp(0, UTC)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _result(name: str, inner: str) -> bytes:
    return _document(f'<{name} xmlns="{NAMESPACE}">{inner}</{name}>')


def _document(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{inner}'.encode()
