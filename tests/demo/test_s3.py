"""The demo's S3 route, asked by boto3 as it comes."""

from __future__ import annotations

import http.client
import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY, client, demo_s3
from tui.demo.bucket import Blob, Buckets
from tui.demo.s3_answers import S3Error
from tui.demo.s3_signature import SIGNED_CHUNKS, Proof, Signatures

MIB = 1 << 20

ODD_KEYS = [
    "plain",
    "with space",
    "plus+plus",
    "100%",
    "%41 is not A",
    "ünïcode/日本/🐳.txt",
    "a//b",
    "/leading",
    "dots/../up/./here",
    "q?a=b&c#d;e",
    "tilde~(paren)'quote'!*",
    "trailing/",
    'amp&<lt>"',
    "bell\x07",
]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Buckets]]:
    with demo_s3("runs", "other") as started:
        yield started


@pytest.fixture(scope="module")
def plain(server: tuple[str, Buckets]) -> Iterator[Any]:
    with client(server[0]) as made:
        yield made


@pytest.fixture(scope="module")
def signer(server: tuple[str, Buckets]) -> Iterator[Any]:
    with client(server[0], config=Config(signature_version="s3v4")) as made:
        yield made


@pytest.fixture
def s3(server: tuple[str, Buckets], plain: Any) -> Any:
    _, buckets = server
    for name in set(buckets) - {"runs", "other"}:
        del buckets[name]
    for bucket in buckets.values():
        for key, _ in bucket.list(limit=10**6).objects:
            bucket.delete(key)
    return plain


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def get(url: str, **headers: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


@pytest.mark.parametrize("key", ODD_KEYS)
def test_what_is_put_is_got_listed_and_deleted_whatever_its_key(s3: Any, key: str) -> None:
    body = key.encode() * 3
    put = s3.put_object(
        Bucket="runs", Key=key, Body=body, ContentType="text/x", Metadata={"a": "b"}
    )
    got = s3.get_object(Bucket="runs", Key=key)
    assert got["Body"].read() == body
    assert (got["ContentType"], got["Metadata"]) == ("text/x", {"a": "b"})
    assert got["ETag"] == put["ETag"]
    head = s3.head_object(Bucket="runs", Key=key)
    assert head["ContentLength"] == len(body)
    listed = s3.list_objects_v2(Bucket="runs", Prefix=key)
    assert [entry["Key"] for entry in listed["Contents"]] == [key]
    assert s3.list_objects(Bucket="runs")["Contents"][0]["Key"] == key
    s3.delete_object(Bucket="runs", Key=key)
    assert s3.list_objects_v2(Bucket="runs")["KeyCount"] == 0


def test_an_empty_object_and_one_of_gzip_stay_what_they_were(s3: Any) -> None:
    import gzip

    packed = gzip.compress(b"x" * 1000)
    s3.put_object(Bucket="runs", Key="empty", Body=b"")
    s3.put_object(Bucket="runs", Key="gz", Body=packed, ContentEncoding="gzip")
    assert s3.get_object(Bucket="runs", Key="empty")["Body"].read() == b""
    assert s3.get_object(Bucket="runs", Key="gz")["Body"].read() == packed


@pytest.mark.parametrize(
    ("asked", "body"),
    [("bytes=0-3", b"0123"), ("bytes=7-", b"789"), ("bytes=-2", b"89"), ("bytes=8-99", b"89")],
)
def test_a_range_gives_its_part(s3: Any, asked: str, body: bytes) -> None:
    s3.put_object(Bucket="runs", Key="k", Body=b"0123456789")
    got = s3.get_object(Bucket="runs", Key="k", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["Body"].read() == body
    assert got["ContentRange"].endswith("/10")


def test_a_range_longer_than_the_object_from_its_end_gives_all_of_it(s3: Any) -> None:
    s3.put_object(Bucket="runs", Key="k", Body=b"0123")
    got = s3.get_object(Bucket="runs", Key="k", Range="bytes=-99")
    assert got["Body"].read() == b"0123"


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_outside_the_object_is_refused(s3: Any, asked: str) -> None:
    s3.put_object(Bucket="runs", Key="k", Body=b"0123456789")
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket="runs", Key="k", Range=asked)
    assert code_of(error) == "InvalidRange"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 416


def test_conditions_are_kept(s3: Any) -> None:
    etag = s3.put_object(Bucket="runs", Key="k", Body=b"1")["ETag"]
    assert s3.get_object(Bucket="runs", Key="k", IfMatch=etag)["Body"].read() == b"1"
    with pytest.raises(ClientError) as changed:
        s3.get_object(Bucket="runs", Key="k", IfMatch='"other"')
    assert code_of(changed) == "PreconditionFailed"
    with pytest.raises(ClientError) as same:
        s3.get_object(Bucket="runs", Key="k", IfNoneMatch=etag)
    assert same.value.response["ResponseMetadata"]["HTTPStatusCode"] == 304


def test_a_listing_of_many_keys_comes_in_pages_and_folded(s3: Any) -> None:
    for i in range(25):
        s3.put_object(Bucket="runs", Key=f"wf/pod-{i % 5}/file {i:02}+", Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="runs", Prefix="wf/", PaginationConfig={"PageSize": 7}
    )
    keys = [entry["Key"] for page in pages for entry in page["Contents"]]
    assert len(keys) == len(set(keys)) == 25
    assert keys == sorted(keys)
    folded = s3.get_paginator("list_objects_v2").paginate(
        Bucket="runs", Prefix="wf/", Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    prefixes = [entry["Prefix"] for page in folded for entry in page.get("CommonPrefixes", [])]
    assert prefixes == [f"wf/pod-{i}/" for i in range(5)]
    old = s3.get_paginator("list_objects").paginate(
        Bucket="runs", Prefix="wf/", PaginationConfig={"PageSize": 7}
    )
    assert sum(len(page["Contents"]) for page in old) == 25
    after = s3.list_objects_v2(Bucket="runs", StartAfter=keys[20], MaxKeys=3)
    assert [entry["Key"] for entry in after["Contents"]] == keys[21:24]
    assert after["IsTruncated"]
    none = s3.list_objects_v2(Bucket="runs", MaxKeys=0)
    assert (none["KeyCount"], none["IsTruncated"]) == (0, False)


def test_a_token_that_nobody_gave_out_is_refused(s3: Any) -> None:
    with pytest.raises(ClientError) as error:
        s3.list_objects_v2(Bucket="runs", ContinuationToken="nonsense!")
    assert code_of(error) == "InvalidArgument"


def test_a_file_of_several_parts_goes_up_and_down(s3: Any, tmp_path: Path) -> None:
    content = random.Random(7).randbytes(18 * MIB)
    (tmp_path / "up").write_bytes(content)
    s3.upload_file(str(tmp_path / "up"), "runs", "big", ExtraArgs={"ContentType": "app/x"})
    head = s3.head_object(Bucket="runs", Key="big")
    assert head["ETag"].endswith('-3"')
    assert head["ContentType"] == "app/x"
    s3.download_file("runs", "big", str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == content


def test_parts_are_checked_before_they_are_joined(s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket="runs", Key="k")["UploadId"]
    where = {"Bucket": "runs", "Key": "k", "UploadId": upload}
    etags = [s3.upload_part(**where, PartNumber=n, Body=b"x" * 10)["ETag"] for n in (1, 2)]
    listed = s3.list_parts(**where)
    assert [part["Size"] for part in listed["Parts"]] == [10, 10]

    def complete(*parts: tuple[int, str]) -> Any:
        chosen = [{"PartNumber": n, "ETag": etag} for n, etag in parts]
        return s3.complete_multipart_upload(**where, MultipartUpload={"Parts": chosen})

    for parts, code in [
        (((1, etags[0]), (2, etags[1])), "EntityTooSmall"),
        (((2, etags[1]), (1, etags[0])), "InvalidPartOrder"),
        (((1, '"0000"'),), "InvalidPart"),
        (((3, etags[0]),), "InvalidPart"),
    ]:
        with pytest.raises(ClientError) as error:
            complete(*parts)
        assert code_of(error) == code
    complete((2, etags[1]))
    assert s3.get_object(Bucket="runs", Key="k")["Body"].read() == b"x" * 10
    with pytest.raises(ClientError) as gone:
        s3.abort_multipart_upload(**where)
    assert code_of(gone) == "NoSuchUpload"


def test_an_aborted_upload_leaves_nothing(s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket="runs", Key="k")["UploadId"]
    s3.upload_part(Bucket="runs", Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket="runs", Key="k", UploadId=upload)
    assert s3.list_objects_v2(Bucket="runs")["KeyCount"] == 0


def test_several_objects_are_deleted_at_once(s3: Any) -> None:
    for key in ("a", "b&c", "d"):
        s3.put_object(Bucket="runs", Key=key, Body=b"")
    keys = [{"Key": key} for key in ("a", "b&c", "not there")]
    answer = s3.delete_objects(Bucket="runs", Delete={"Objects": keys})
    assert [entry["Key"] for entry in answer["Deleted"]] == ["a", "b&c", "not there"]
    left = s3.list_objects_v2(Bucket="runs")["Contents"]
    assert [entry["Key"] for entry in left] == ["d"]


def test_buckets_are_listed_found_and_made(s3: Any) -> None:
    assert {b["Name"] for b in s3.list_buckets()["Buckets"]} == {"runs", "other"}
    s3.head_bucket(Bucket="runs")
    assert s3.get_bucket_location(Bucket="runs")["LocationConstraint"] is None
    s3.create_bucket(Bucket="new")
    s3.put_object(Bucket="new", Key="k", Body=b"1")
    with pytest.raises(ClientError) as error:
        s3.head_bucket(Bucket="nowhere")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    with pytest.raises(ClientError) as missing:
        s3.list_objects_v2(Bucket="nowhere")
    assert code_of(missing) == "NoSuchBucket"


def test_a_missing_key_and_an_unknown_question_are_told_as_s3_tells_them(s3: Any) -> None:
    with pytest.raises(ClientError) as missing:
        s3.get_object(Bucket="runs", Key="<none>")
    assert code_of(missing) == "NoSuchKey"
    assert missing.value.response["Error"]["Key"] == "<none>"
    with pytest.raises(ClientError) as unknown:
        s3.get_bucket_acl(Bucket="runs")
    assert code_of(unknown) == "NotImplemented"


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"aws_secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"aws_access_key_id": "nobody"}, "InvalidAccessKeyId"),
        ({"aws_session_token": "token"}, "InvalidToken"),
    ],
)
def test_wrong_credentials_are_refused(
    server: tuple[str, Buckets], keys: dict[str, str], code: str
) -> None:
    with client(server[0], **keys) as wrong:
        with pytest.raises(ClientError) as error:
            wrong.list_objects_v2(Bucket="runs")
        assert code_of(error) == code
        with pytest.raises(ClientError) as put:
            wrong.put_object(Bucket="runs", Key="k", Body=b"x" * MIB)
        assert code_of(put) == code
    assert "k" not in server[1]["runs"]


def test_a_request_without_signature_is_refused(server: tuple[str, Buckets]) -> None:
    status, body = get(f"http://{server[0]}/runs?list-type=2")
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body
    status, body = get(f"http://{server[0]}/runs", Authorization="AWS nobody:abc")
    assert (status, b"InvalidRequest" in body) == (400, True)


def test_the_wrong_region_is_told_which_is_right_and_boto3_goes_there() -> None:
    with demo_s3("runs", region="eu-west-1") as (endpoint, buckets), client(endpoint) as s3:
        s3.put_object(Bucket="runs", Key="k", Body=b"1")
        assert "k" in buckets["runs"]
    here = Signatures(ACCESS_KEY, SECRET_KEY, "eu-west-1", lambda: datetime.now(UTC))
    scope = f"{ACCESS_KEY}/20260115/us-east-1/s3/aws4_request"
    claim = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    with pytest.raises(S3Error) as error:
        here.proof("GET", "/", {"authorization": claim, "x-amz-content-sha256": "x"})
    assert error.value.code == "AuthorizationHeaderMalformed"
    assert error.value.details["Region"] == "eu-west-1"


def test_a_presigned_address_opens_its_object_and_no_other(s3: Any, signer: Any) -> None:
    for key in ODD_KEYS:
        s3.put_object(Bucket="runs", Key=key, Body=b"there")
        for made_by in (s3, signer):
            url = made_by.generate_presigned_url("get_object", {"Bucket": "runs", "Key": key})
            assert get(url) == (200, b"there"), key
            status, body = get(url.replace("/runs/", "/other/", 1))
            assert (status, b"SignatureDoesNotMatch" in body) == (403, True)
    status, _ = get(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"))
    assert status == 403


def test_an_object_may_be_put_with_a_presigned_address(s3: Any) -> None:
    url = s3.generate_presigned_url("put_object", {"Bucket": "runs", "Key": "new"}, 90)
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("PUT", f"{parts.path}?{parts.query}", body=b"sent")
    assert connection.getresponse().status == 200
    connection.close()
    assert s3.get_object(Bucket="runs", Key="new")["Body"].read() == b"sent"


def test_an_old_presigned_address_expires_too(s3: Any) -> None:
    url = s3.generate_presigned_url("get_object", {"Bucket": "runs", "Key": "k"}, -5)
    status, body = get(url)
    assert (status, b"Request has expired" in body) == (403, True)


def test_a_presigned_address_may_choose_the_name_of_a_download(s3: Any, signer: Any) -> None:
    s3.put_object(Bucket="runs", Key="k", Body=b"1")
    asked = {"Bucket": "runs", "Key": "k", "ResponseContentDisposition": 'filename="a b"'}
    url = signer.generate_presigned_url("get_object", asked)
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    response = connection.getresponse()
    assert response.getheader("Content-Disposition") == 'filename="a b"'
    response.read()
    connection.close()


def test_a_presigned_address_expires(signer: Any) -> None:
    url = signer.generate_presigned_url("get_object", {"Bucket": "runs", "Key": "k"}, 60)
    parts = urlsplit(url)
    raw = f"{parts.path}?{parts.query}"

    def proof(later: timedelta) -> Proof:
        clock = Signatures(ACCESS_KEY, SECRET_KEY, "us-east-1", lambda: datetime.now(UTC) + later)
        return clock.proof("GET", raw, {"host": parts.netloc})

    assert proof(timedelta(seconds=30)).payload == "UNSIGNED-PAYLOAD"
    with pytest.raises(S3Error, match="Request has expired"):
        proof(timedelta(seconds=90))


def test_a_clock_that_is_off_is_refused(server: tuple[str, Buckets]) -> None:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("GET", f"http://{server[0]}/runs/k")
    S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1").add_auth(request)
    headers = {"host": server[0], **{n.lower(): v for n, v in request.headers.items()}}
    for minutes, code in ((14, ""), (-14, ""), (16, "RequestTimeTooSkewed"), (-16, "Request")):
        there = datetime.now(UTC) + timedelta(minutes=minutes)
        clock = Signatures(
            ACCESS_KEY,
            SECRET_KEY,
            "us-east-1",
            partial(datetime.fromtimestamp, there.timestamp(), UTC),
        )
        if not code:
            clock.proof("GET", "/runs/k", headers)
            continue
        with pytest.raises(S3Error) as error:
            clock.proof("GET", "/runs/k", headers)
        assert error.value.code.startswith(code)


def test_a_body_that_is_not_what_was_signed_is_refused() -> None:
    proof = Proof("0" * 64, "s", lambda text: "", "t", "scope")
    with pytest.raises(S3Error) as error:
        proof.opened(b"other")
    assert error.value.code == "XAmzContentSHA256Mismatch"


def test_a_body_in_chunks_is_put_together_and_its_signatures_are_checked() -> None:
    def sign(text: str) -> str:
        return str(abs(hash(text)))

    import hashlib

    def chunk(data: bytes, previous: str) -> tuple[bytes, str]:
        empty = hashlib.sha256(b"").hexdigest()
        digest = hashlib.sha256(data).hexdigest()
        lines = ["AWS4-HMAC-SHA256-PAYLOAD", "t", "scope", previous, empty, digest]
        signature = sign("\n".join(lines))
        return b"%x;chunk-signature=%s\r\n%s\r\n" % (len(data), signature.encode(), data), signature

    one, after_one = chunk(b"hello ", "seed")
    two, after_two = chunk(b"world", after_one)
    end, _ = chunk(b"", after_two)
    signed = Proof(SIGNED_CHUNKS[0], "seed", sign, "t", "scope")
    assert signed.opened(one + two + end) == b"hello world"
    with pytest.raises(S3Error) as error:
        signed.opened(one + two.replace(b"world", b"w0rld") + end)
    assert error.value.code == "SignatureDoesNotMatch"
    with pytest.raises(S3Error) as cut:
        signed.opened(one + two)
    assert cut.value.code == "IncompleteBody"
    unsigned = Proof("STREAMING-UNSIGNED-PAYLOAD-TRAILER", "seed", sign, "t", "scope")
    trailed = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:abc=\r\n\r\n"
    assert unsigned.opened(trailed) == b"hello"


def test_a_large_made_up_object_is_streamed_in_pieces(
    s3: Any, server: tuple[str, Buckets], tmp_path: Path
) -> None:
    largest = 0

    def part(offset: int, length: int) -> bytes:
        nonlocal largest
        largest = max(largest, length)
        return b"%08x" % (offset % 2**32) * (length // 8) + b"x" * (length % 8)

    server[1]["runs"].put("model", Blob(50 * MIB, part))
    target = io.BytesIO()
    s3.download_fileobj("runs", "model", target)
    assert len(target.getvalue()) == 50 * MIB
    assert largest <= MIB
