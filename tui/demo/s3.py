"""The S3 route of the demo cluster: what boto3, rclone and Argo's own executor ask of a bucket.

Plain HTTP on a port of its own; the bucket is in the path or stands before the name of the host.
Requests must be signed (AWS signature version 4), so that wrong credentials fail here as they fail
on a real server. Content lives in `tui.demo.bucket.Bucket`; large objects are streamed from there
in pieces.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from aiohttp import web

from tui.demo import s3_answers as answers
from tui.demo import s3_writing as writing
from tui.demo.bucket import Blob, Bucket, Buckets
from tui.demo.s3_answers import S3Error
from tui.demo.s3_reading import send
from tui.demo.s3_signature import Signatures

LARGEST = 1 << 30
"""Bytes of one request's body; the demo keeps them in memory."""

SMALLEST_PART = 5 << 20
"""Bytes of any part of a multipart upload but the last, as S3 has it."""

XML = "application/xml"
_LOG = logging.getLogger("tui.demo")

SUBRESOURCES = frozenset(
    {
        *("accelerate", "acl", "analytics", "attributes", "cors", "encryption"),
        *("intelligent-tiering", "inventory", "legal-hold", "lifecycle", "logging", "metrics"),
        *("notification", "object-lock", "ownershipControls", "policy", "policyStatus"),
        *("publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select"),
        *("tagging", "torrent", "versions", "website"),
    }
)
"""Questions about a bucket or an object that this server does not know."""


UNKNOWN_HEADERS = re.compile(
    r"x-amz-(server-side-encryption|tagging|object-lock|grant-|website-redirect|expected-bucket)"
    r"|x-amz-copy-source-server-side-encryption",
    re.IGNORECASE,
)
"""Wishes that this server does not fulfil."""
ONLY = {"x-amz-acl": "private", "x-amz-storage-class": "STANDARD"}
"""Wishes of which it knows one value."""


def application(
    buckets: Buckets,
    access_key: str,
    secret_key: str,
    *,
    region: str = "us-east-1",
    now: Callable[[], datetime] | None = None,
) -> web.Application:
    """The S3 server for these buckets.

    Run it with `web.AppRunner(app, auto_decompress=False)`: an object that was put as gzip must
    stay what was signed. A `region` of "" takes every region.
    """
    signatures = Signatures(access_key, secret_key, region, now or (lambda: datetime.now(UTC)))
    server = _Server(buckets, signatures)
    app = web.Application(client_max_size=LARGEST)
    app.router.add_route("*", r"/{address:[\s\S]*}", server.answer)
    return app


@dataclass(slots=True)
class _Upload:
    """A multipart upload that is not complete yet."""

    bucket: Bucket
    key: str
    content_type: str
    metadata: Mapping[str, str]
    parts: dict[int, Blob] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One signed request: whose bucket, which key, what about it."""

    request: web.Request
    bucket_name: str
    key: str
    query: Mapping[str, str]
    body: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """Names are found in any case."""
        return self.request.headers

    def method_is(self, *methods: str) -> bool:
        """Whether it was sent with one of these."""
        return self.request.method in methods

    def blob(self) -> Blob:
        """The body as an object, with what its headers say of it."""
        given = self.headers.get("Content-Type") or "binary/octet-stream"
        prefix = "x-amz-meta-"
        metadata = {
            name.lower().removeprefix(prefix): value
            for name, value in self.headers.items()
            if name.lower().startswith(prefix)
        }
        return replace(Blob.of(self.body, given), metadata=metadata)


class _Server:
    """Answers requests from the buckets."""

    def __init__(self, buckets: Buckets, signatures: Signatures) -> None:
        self.buckets = buckets
        self.signatures = signatures
        self.uploads: dict[str, _Upload] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any request; what S3 refuses is said in S3's XML."""
        request_id = secrets.token_hex(8).upper()
        try:
            response = await self._answer(request)
        except S3Error as error:
            body = error.xml(request.raw_path.partition("?")[0], request_id)
            response = web.Response(status=error.status, body=body, content_type=XML)
            if error.code in ("IncompleteBody", "EntityTooLarge"):
                response.force_close()
        except (ConnectionError, web.HTTPException):
            raise
        except Exception:
            _LOG.exception("%s %s", request.method, request.rel_url)
            failed = S3Error("InternalError", "We encountered an internal error. Please try again.")
            body = failed.xml(request.raw_path.partition("?")[0], request_id)
            response = web.Response(status=failed.status, body=body, content_type=XML)
        if not response.prepared:
            response.headers["x-amz-request-id"] = request_id
            response.headers["Server"] = "argo-tui-demo"
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        proof = self.signatures.proof(request.method, request.raw_path, request.headers)
        path, _, query = request.raw_path.partition("?")
        bucket_name, key = self._address(request.headers.get("Host", ""), path)
        asked = _Asked(
            request,
            _decoded(bucket_name),
            _decoded(key),
            dict(parse_qsl(query, keep_blank_values=True)),
            proof.opened(await _body(request)),
        )
        writing.check_digests(asked.headers, asked.body)
        writing.check_key(asked.key)
        _check_wishes(asked)
        if not asked.bucket_name:
            return self._root(asked)
        if asked.method_is("PUT") and not asked.key:
            return self._create_bucket(asked)
        bucket = self.buckets.get(asked.bucket_name)
        if bucket is None:
            message = "The specified bucket does not exist"
            raise S3Error("NoSuchBucket", message, BucketName=asked.bucket_name)
        if not asked.key:
            return self._of_bucket(asked, bucket)
        return await self._of_object(asked, bucket)

    def _address(self, host: str, path: str) -> tuple[str, str]:
        """Bucket and key; the bucket may stand before the name of the host instead."""
        for name in self.buckets:
            if host.startswith(f"{name}."):
                return name, path[1:]
        bucket_name, _, key = path.lstrip("/").partition("/")
        return bucket_name, key

    def _root(self, asked: _Asked) -> web.Response:
        if not asked.method_is("GET"):
            _not_allowed()
        return _xml(answers.buckets(self.buckets.values()))

    def _create_bucket(self, asked: _Asked) -> web.Response:
        if asked.bucket_name in self.buckets:
            raise S3Error("BucketAlreadyOwnedByYou", "You already own this bucket.")
        writing.check_bucket_name(asked.bucket_name)
        self.buckets[asked.bucket_name] = Bucket(asked.bucket_name, self.signatures.now)
        return web.Response(headers={"Location": f"/{asked.bucket_name}"})

    def _of_bucket(self, asked: _Asked, bucket: Bucket) -> web.Response:
        query = asked.query
        if asked.method_is("HEAD"):
            return web.Response(headers={"x-amz-bucket-region": self.signatures.region})
        if asked.method_is("GET"):
            if "location" in query:
                return _xml(answers.location(self.signatures.region))
            if "versioning" in query:
                return _xml(answers.empty("VersioningConfiguration"))
            if "uploads" in query:
                return _xml(answers.uploads(bucket.name, self._begun_in(bucket)))
            if query.get("list-type") == "2":
                return _list_v2(bucket, query)
            return _list_v1(bucket, query)
        if asked.method_is("POST") and "delete" in query:
            return _delete_many(bucket, asked.body)
        if asked.method_is("DELETE"):
            if len(bucket):
                message = "The bucket you tried to delete is not empty"
                raise S3Error("BucketNotEmpty", message, BucketName=bucket.name)
            del self.buckets[bucket.name]
            return web.Response(status=204)
        _not_allowed()

    def _begun_in(self, bucket: Bucket) -> list[tuple[str, str]]:
        return [(each.key, n) for n, each in self.uploads.items() if each.bucket is bucket]

    async def _of_object(self, asked: _Asked, bucket: Bucket) -> web.StreamResponse:
        query = asked.query
        upload = query.get("uploadId")
        if upload is not None:
            return self._of_upload(asked, bucket, upload)
        if asked.method_is("GET", "HEAD"):
            return await send(asked.request, bucket, asked.key, query)
        if asked.method_is("PUT"):
            return self._put(asked, bucket)
        if asked.method_is("DELETE"):
            bucket.delete(asked.key)
            return web.Response(status=204)
        if asked.method_is("POST") and "uploads" in query:
            made = secrets.token_hex(16)
            blob = asked.blob()
            self.uploads[made] = _Upload(bucket, asked.key, blob.content_type, blob.metadata)
            return _xml(answers.upload_begun(bucket.name, asked.key, made))
        _not_allowed()

    def _put(self, asked: _Asked, bucket: Bucket) -> web.Response:
        writing.check_conditions(asked.headers, asked.key, bucket.head(asked.key))
        given = asked.blob()
        if "x-amz-copy-source" not in asked.headers:
            blob = bucket.put(asked.key, given)
            return web.Response(headers={"ETag": f'"{blob.etag}"'})
        made = writing.copied(asked.headers, self.buckets, bucket, asked.key, given)
        return _xml(answers.copied("CopyObjectResult", bucket.put(asked.key, made)))

    def _of_upload(self, asked: _Asked, bucket: Bucket, name: str) -> web.Response:
        upload = self.uploads.get(name)
        if upload is None or upload.bucket is not bucket or upload.key != asked.key:
            message = "The specified upload does not exist. It may have been aborted or completed."
            raise S3Error("NoSuchUpload", message, UploadId=name)
        if asked.method_is("GET"):
            return _xml(answers.parts(bucket.name, asked.key, name, upload.parts))
        if asked.method_is("PUT"):
            number = _whole(asked.query, "partNumber", 0)
            if not 1 <= number <= 10_000:
                message = "Part number must be an integer between 1 and 10000, inclusive"
                raise S3Error("InvalidArgument", message)
            if "x-amz-copy-source" in asked.headers:
                part = writing.copied_part(asked.headers, self.buckets)
                upload.parts[number] = replace(part, modified=self.signatures.now())
                return _xml(answers.copied("CopyPartResult", upload.parts[number]))
            part = upload.parts[number] = asked.blob()
            return web.Response(headers={"ETag": f'"{part.etag}"'})
        if asked.method_is("DELETE"):
            del self.uploads[name]
            return web.Response(status=204)
        if asked.method_is("POST"):
            writing.check_conditions(asked.headers, asked.key, bucket.head(asked.key))
            blob = bucket.put(asked.key, _joined(upload, asked.body))
            del self.uploads[name]
            address = str(asked.request.url.with_query(None))
            return _xml(answers.upload_completed(bucket.name, asked.key, blob.etag, address))
        _not_allowed()


def _check_wishes(asked: _Asked) -> None:
    """Raises NotImplemented for what would otherwise be passed over in silence."""
    unknown = sorted(SUBRESOURCES & asked.query.keys())
    if asked.query.get("versionId", "null") != "null":
        unknown.append("versionId")
    unknown += [name for name in asked.headers if UNKNOWN_HEADERS.match(name)]
    unknown += [name for name, known in ONLY.items() if asked.headers.get(name, known) != known]
    if unknown:
        message = (
            "A header or query you provided implies functionality not implemented"
            f" by the demo cluster: {unknown[0]}"
        )
        raise S3Error("NotImplemented", message)


async def _body(request: web.Request) -> bytes:
    """The whole body, which S3 wants announced with its size."""
    pieces: list[bytes] = []
    size = 0
    async for piece in request.content.iter_any():
        size += len(piece)
        if size > LARGEST:
            message = "Your proposed upload exceeds the maximum allowed object size."
            raise S3Error("EntityTooLarge", message)
        pieces.append(piece)
    return b"".join(pieces)


def _list_v2(bucket: Bucket, query: Mapping[str, str]) -> web.Response:
    limit = min(_whole(query, "max-keys", 1000), 1000)
    after = query.get("start-after", "")
    if query.get("continuation-token"):
        after = _opened_token(query["continuation-token"])
    page = bucket.list(query.get("prefix", ""), query.get("delimiter", ""), after, limit)
    token = None
    if page.next_after is not None and limit:
        token = base64.urlsafe_b64encode(page.next_after.encode()).decode()
    return _xml(answers.listing_v2(bucket, page, query, limit=limit, token=token))


def _list_v1(bucket: Bucket, query: Mapping[str, str]) -> web.Response:
    limit = min(_whole(query, "max-keys", 1000), 1000)
    page = bucket.list(
        query.get("prefix", ""), query.get("delimiter", ""), query.get("marker", ""), limit
    )
    marker = page.next_after if limit else None
    return _xml(answers.listing_v1(bucket, page, query, limit=limit, marker=marker))


def _opened_token(token: str) -> str:
    try:
        return base64.b64decode(token.encode(), b"-_", validate=True).decode()
    except ValueError as error:
        message = "The continuation token provided is incorrect"
        raise S3Error("InvalidArgument", message) from error


def _delete_many(bucket: Bucket, body: bytes) -> web.Response:
    root = _parsed(body)
    keys = [_child(item, "Key") for item in root if _name(item) == "Object"]
    for key in keys:
        bucket.delete(key)
    return _xml(answers.deleted(keys, quiet=_child(root, "Quiet") == "true"))


def _joined(upload: _Upload, body: bytes) -> Blob:
    """The object that a completed upload makes: its chosen parts, one after the other."""
    chosen: list[Blob] = []
    before = 0
    for item in _parsed(body):
        if _name(item) != "Part":
            continue
        number = _whole({"PartNumber": _child(item, "PartNumber")}, "PartNumber", 0)
        part = upload.parts.get(number)
        if part is None or part.etag != _child(item, "ETag").strip('"'):
            message = "One or more of the specified parts could not be found."
            raise S3Error("InvalidPart", message, PartNumber=str(number))
        if number <= before:
            raise S3Error("InvalidPartOrder", "The list of parts was not in ascending order.")
        before = number
        chosen.append(part)
    if not chosen:
        raise S3Error("MalformedXML", "You must specify at least one part")
    if any(part.size < SMALLEST_PART for part in chosen[:-1]):
        message = "Your proposed upload is smaller than the minimum allowed size"
        raise S3Error("EntityTooSmall", message)
    digests = b"".join(bytes.fromhex(part.etag) for part in chosen)
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(chosen)}"
    whole = Blob.of(b"".join(part.read() for part in chosen), upload.content_type)
    return replace(whole, etag=etag, metadata=upload.metadata)


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch("[0-9]{1,18}", text):
        message = f"Provided {name} not an integer or within integer range"
        raise S3Error("InvalidArgument", message, ArgumentName=name, ArgumentValue=text)
    return int(text)


def _decoded(part: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError as error:
        raise S3Error("InvalidURI", "Couldn't parse the specified URI.") from error


def _parsed(body: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        message = "The XML you provided was not well-formed"
        raise S3Error("MalformedXML", message) from error


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: ElementTree.Element, name: str) -> str:
    return next((child.text or "" for child in element if _name(child) == name), "")


def _xml(body: bytes) -> web.Response:
    return web.Response(body=body, content_type=XML)


def _not_allowed() -> NoReturn:
    message = "The specified method is not allowed against this resource."
    raise S3Error("MethodNotAllowed", message)
