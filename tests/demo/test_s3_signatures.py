"""Who may ask the demo's S3 route: signatures, regions, clocks, presigned addresses."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.support.s3_answers import MIB, ODD_KEYS, code_of, get
from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY, client, demo_s3
from tui.demo.bucket import Buckets
from tui.demo.s3_answers import S3Error
from tui.demo.s3_signature import SIGNED_CHUNKS, Proof, Signatures


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"aws_secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"aws_access_key_id": "nobody"}, "InvalidAccessKeyId"),
        ({"aws_session_token": "token"}, "InvalidToken"),
    ],
)
def test_wrong_credentials_are_refused(
    s3_server: tuple[str, Buckets], keys: dict[str, str], code: str
) -> None:
    with client(s3_server[0], **keys) as wrong:
        with pytest.raises(ClientError) as error:
            wrong.list_objects_v2(Bucket="runs")
        assert code_of(error) == code
        with pytest.raises(ClientError) as put:
            wrong.put_object(Bucket="runs", Key="k", Body=b"x" * MIB)
        assert code_of(put) == code
    assert "k" not in s3_server[1]["runs"]


def test_a_request_without_signature_is_refused(s3_server: tuple[str, Buckets]) -> None:
    status, body = get(f"http://{s3_server[0]}/runs?list-type=2")
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body
    status, body = get(f"http://{s3_server[0]}/runs", Authorization="AWS nobody:abc")
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


def test_a_clock_that_is_off_is_refused(s3_server: tuple[str, Buckets]) -> None:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("GET", f"http://{s3_server[0]}/runs/k")
    S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1").add_auth(request)
    headers = {"host": s3_server[0], **{n.lower(): v for n, v in request.headers.items()}}
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
