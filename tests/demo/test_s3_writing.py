"""Writing to the demo's S3 route on conditions, copying, and what a bucket may be called."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.s3_answers import MIB, code_of
from tui.demo.bucket import Buckets


def put(s3: Any, key: str = "k", body: bytes = b"1", **more: Any) -> str:
    return str(s3.put_object(Bucket="runs", Key=key, Body=body, **more)["ETag"])


def got(s3: Any, key: str, bucket: str = "runs") -> bytes:
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def test_an_object_is_written_only_where_none_is(s3: Any) -> None:
    put(s3, IfNoneMatch="*")
    with pytest.raises(ClientError) as there:
        put(s3, body=b"2", IfNoneMatch="*")
    assert code_of(there) == "PreconditionFailed"
    assert there.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert got(s3, "k") == b"1"


def test_an_object_is_written_over_only_what_it_was(s3: Any) -> None:
    with pytest.raises(ClientError) as missing:
        put(s3, IfMatch='"x"')
    assert code_of(missing) == "NoSuchKey"
    etag = put(s3)
    with pytest.raises(ClientError) as other:
        put(s3, body=b"2", IfMatch='"x"')
    assert code_of(other) == "PreconditionFailed"
    put(s3, body=b"3", IfMatch=etag)
    assert got(s3, "k") == b"3"


def test_an_upload_in_parts_minds_the_same_conditions(s3: Any) -> None:
    put(s3)
    upload = s3.create_multipart_upload(Bucket="runs", Key="k")["UploadId"]
    where = {"Bucket": "runs", "Key": "k", "UploadId": upload}
    part = s3.upload_part(**where, PartNumber=1, Body=b"2")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    with pytest.raises(ClientError) as there:
        s3.complete_multipart_upload(**where, MultipartUpload=parts, IfNoneMatch="*")
    assert code_of(there) == "PreconditionFailed"
    s3.complete_multipart_upload(**where, MultipartUpload=parts)
    assert got(s3, "k") == b"2"


@pytest.mark.parametrize("key", ["a b+ü", "../up", "100%"])
def test_a_copy_has_content_and_metadata_of_its_source(s3: Any, key: str) -> None:
    put(s3, key, b"body", ContentType="text/x", Metadata={"a": "b"})
    etag = s3.copy_object(Bucket="other", Key="to", CopySource={"Bucket": "runs", "Key": key})
    copy = s3.get_object(Bucket="other", Key="to")
    assert copy["Body"].read() == b"body"
    assert (copy["ContentType"], copy["Metadata"]) == ("text/x", {"a": "b"})
    assert etag["CopyObjectResult"]["ETag"] == copy["ETag"]


def test_a_copy_may_have_metadata_of_its_own(s3: Any) -> None:
    put(s3, Metadata={"a": "b"})
    source = {"Bucket": "runs", "Key": "k"}
    with pytest.raises(ClientError) as itself:
        s3.copy_object(Bucket="runs", Key="k", CopySource=source)
    assert code_of(itself) == "InvalidRequest"
    s3.copy_object(
        Bucket="runs",
        Key="k",
        CopySource=source,
        Metadata={"c": "d"},
        ContentType="text/y",
        MetadataDirective="REPLACE",
    )
    head = s3.head_object(Bucket="runs", Key="k")
    assert (head["Metadata"], head["ContentType"]) == ({"c": "d"}, "text/y")


@pytest.mark.parametrize(
    ("source", "code"), [("runs/nothing", "NoSuchKey"), ("nowhere/k", "NoSuchBucket")]
)
def test_what_is_not_there_is_not_copied(s3: Any, source: str, code: str) -> None:
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket="runs", Key="to", CopySource=source)
    assert code_of(error) == code


def test_a_copy_minds_conditions_on_its_source(s3: Any) -> None:
    etag = put(s3)
    about = {"Bucket": "runs", "Key": "to", "CopySource": "runs/k"}
    for wrong in ({"CopySourceIfMatch": '"x"'}, {"CopySourceIfNoneMatch": etag}):
        with pytest.raises(ClientError) as error:
            s3.copy_object(**about, **wrong)
        assert code_of(error) == "PreconditionFailed"
    s3.copy_object(**about, CopySourceIfMatch=etag)
    assert got(s3, "to") == b"1"


def test_a_large_object_is_copied_in_parts(s3: Any) -> None:
    body = random.Random(1).randbytes(12 * MIB)
    s3.upload_fileobj(io.BytesIO(body), "runs", "big")
    s3.copy({"Bucket": "runs", "Key": "big"}, "other", "bigger")
    assert got(s3, "bigger", "other") == body


def test_a_part_that_is_no_range_of_the_source_is_refused(s3: Any) -> None:
    put(s3, body=b"0123")
    upload = s3.create_multipart_upload(Bucket="runs", Key="to")["UploadId"]
    where = {"Bucket": "runs", "Key": "to", "UploadId": upload, "PartNumber": 1}
    for asked in ("bytes=2-9", "bytes=3-2", "all", f"bytes=0-{'9' * 5000}"):
        with pytest.raises(ClientError) as error:
            s3.upload_part_copy(**where, CopySource="runs/k", CopySourceRange=asked)
        assert code_of(error) == "InvalidArgument"
    s3.upload_part_copy(**where, CopySource="runs/k", CopySourceRange="bytes=1-2")
    [part] = s3.list_parts(Bucket="runs", Key="to", UploadId=upload)["Parts"]
    assert part["Size"] == 2
    assert [each["Key"] for each in s3.list_multipart_uploads(Bucket="runs")["Uploads"]] == ["to"]
    s3.abort_multipart_upload(Bucket="runs", Key="to", UploadId=upload)


@pytest.mark.parametrize("said", ["ChecksumCRC32", "ChecksumSHA256", "ChecksumSHA1"])
def test_a_body_that_is_not_what_the_client_says_is_refused(s3: Any, said: str) -> None:
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket="runs", Key="k", Body=b"1", **{said: "AAAA"})
    assert code_of(error) == "BadDigest"


def test_a_bucket_is_deleted_when_it_is_empty(s3: Any) -> None:
    s3.create_bucket(Bucket="short")
    s3.put_object(Bucket="short", Key="k", Body=b"")
    with pytest.raises(ClientError) as full:
        s3.delete_bucket(Bucket="short")
    assert code_of(full) == "BucketNotEmpty"
    s3.delete_object(Bucket="short", Key="k")
    s3.delete_bucket(Bucket="short")
    with pytest.raises(ClientError) as gone:
        s3.list_objects_v2(Bucket="short")
    assert code_of(gone) == "NoSuchBucket"


@pytest.mark.parametrize("name", ["New_B", "ab", "a..b", "10.0.0.1"])
def test_a_bucket_cannot_be_called_anything(
    s3: Any, s3_server: tuple[str, Buckets], name: str
) -> None:
    with pytest.raises(ClientError) as error:
        s3.create_bucket(Bucket=name)
    assert code_of(error) == "InvalidBucketName"
    assert name not in s3_server[1]


def test_a_key_can_have_1024_bytes_and_line_ends_and_no_more(s3: Any) -> None:
    for key in ("k" * 1024, "line\nend"):
        put(s3, key)
        assert got(s3, key) == b"1"
    with pytest.raises(ClientError) as error:
        put(s3, "ü" * 513)
    assert code_of(error) == "KeyTooLongError"


@pytest.mark.parametrize("token", ["!!!", "ü", "AA"])
def test_a_token_that_no_page_gave_is_refused(s3: Any, token: str) -> None:
    with pytest.raises(ClientError) as error:
        s3.list_objects_v2(Bucket="runs", ContinuationToken=token)
    assert code_of(error) == "InvalidArgument"


def test_what_the_server_does_not_do_it_says(s3: Any) -> None:
    put(s3)
    with pytest.raises(ClientError) as error:
        s3.get_object_attributes(Bucket="runs", Key="k", ObjectAttributes=["ETag"])
    assert code_of(error) == "NotImplemented"
