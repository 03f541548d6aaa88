"""The demo's S3 route, asked by boto3 as it comes."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.s3_answers import MIB, ODD_KEYS, code_of
from tests.support.s3_servers import client
from tui.demo.bucket import Blob, Buckets


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


@pytest.mark.parametrize("key", ["k", "a b/ü+%41"])
def test_the_bucket_may_stand_before_the_name_of_the_host(
    s3_server: tuple[str, Buckets], s3: Any, key: str
) -> None:
    address = s3_server[0]
    named = address.replace("127.0.0.1", "localhost")

    def to_the_address(request: Any, **_: Any) -> None:
        # The name need not be known here: only the header tells of it.
        request.headers["Host"] = urlsplit(request.url).netloc
        request.url = request.url.replace(urlsplit(request.url).netloc, address)

    with client(named, config=Config(s3={"addressing_style": "virtual"})) as made:
        made.meta.events.register("before-send.s3", to_the_address)
        made.put_object(Bucket="runs", Key=key, Body=b"x")
        assert made.list_objects_v2(Bucket="runs")["KeyCount"] == 1
        assert made.get_object(Bucket="runs", Key=key)["Body"].read() == b"x"
    assert s3.get_object(Bucket="runs", Key=key)["Body"].read() == b"x"


def test_a_missing_key_and_an_unknown_question_are_told_as_s3_tells_them(s3: Any) -> None:
    with pytest.raises(ClientError) as missing:
        s3.get_object(Bucket="runs", Key="<none>")
    assert code_of(missing) == "NoSuchKey"
    assert missing.value.response["Error"]["Key"] == "<none>"
    with pytest.raises(ClientError) as unknown:
        s3.get_bucket_acl(Bucket="runs")
    assert code_of(unknown) == "NotImplemented"


def test_a_large_made_up_object_is_streamed_in_pieces(
    s3: Any, s3_server: tuple[str, Buckets], tmp_path: Path
) -> None:
    largest = 0

    def part(offset: int, length: int) -> bytes:
        nonlocal largest
        largest = max(largest, length)
        return b"%08x" % (offset % 2**32) * (length // 8) + b"x" * (length % 8)

    s3_server[1]["runs"].put("model", Blob(50 * MIB, part))
    target = io.BytesIO()
    s3.download_fileobj("runs", "model", target)
    assert len(target.getvalue()) == 50 * MIB
    assert largest <= MIB
