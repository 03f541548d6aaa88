"""Requests that no client in its senses sends: each is answered properly, none breaks anything."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.support.cluster import Cluster
from tests.support.s3_answers import get
from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY
from tui.demo.bucket import Buckets

WF = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows"
CM = "/api/v1/namespaces/argo/configmaps"
LOG = "/api/v1/namespaces/argo/pods/p/log"
NINES = "9" * 5000
STRATEGIC = "application/strategic-merge-patch+json"


class Client:
    """Sends bytes as they are and reads the Status that comes back."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.pool = cluster.connections()

    def __call__(
        self, method: str, path: str, body: bytes | None = None, token: str = "", **headers: str
    ) -> tuple[int, Any]:
        answer = self.pool.request(
            method,
            self.cluster.url + path,
            body=body,
            headers={"Authorization": f"Bearer {token or self.cluster.token}", **headers},
        )
        text = answer.data.decode()
        return answer.status, json.loads(text) if text.startswith(("{", "[")) else text


@pytest.fixture
def ask(demo_cluster: Cluster) -> Iterator[Client]:
    demo_cluster.workflow("a")
    client = Client(demo_cluster)
    client("POST", CM, b'{"metadata":{"name":"c"},"data":{"a":"b"}}')
    yield client
    client.pool.clear()


def refusal(answer: tuple[int, Any]) -> tuple[int, str]:
    """Status code and reason, of what must be a Status."""
    status, body = answer
    assert body["kind"] == "Status" and body["code"] == status and body["message"]
    return status, body["reason"]


BAD, INVALID = (400, "BadRequest"), (422, "Invalid")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"limit={NINES}", BAD),
        ("limit=99999999999999999999", BAD),
        (f"resourceVersion={NINES}", BAD),
        ("resourceVersion=%D9%A3", BAD),
        ("resourceVersionMatch=Some&resourceVersion=1", INVALID),
        ("resourceVersionMatch=Exact", INVALID),
        ("resourceVersionMatch=Exact&resourceVersion=0", INVALID),
        (f"continue={NINES}", BAD),
        ("continue=%00%ff", BAD),
        ("watch=1&timeoutSeconds=soon", BAD),
    ],
)
def test_questions_that_make_no_sense(ask: Client, query: str, expected: tuple[int, str]) -> None:
    assert refusal(ask("GET", f"{WF}?{query}")) == expected


def test_a_page_has_the_version_of_the_first(ask: Client) -> None:
    token = ask("GET", f"{CM}?limit=1")[1]["metadata"].get("continue") or "x"
    status, answer = ask("GET", f"{CM}?limit=1&continue={token}&resourceVersion=5")
    assert refusal((status, answer)) == BAD
    words = "specifying resource version is not allowed when using continue"
    assert answer["message"] == words


@pytest.mark.parametrize("depth", [900, 3_000, 100_000])
@pytest.mark.parametrize(("start", "end"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("content", ["application/json", "application/merge-patch+json"])
def test_bodies_that_have_no_ground(
    ask: Client, depth: int, start: bytes, end: bytes, content: str
) -> None:
    body = start * depth + b"1" + end * depth
    method, path = ("POST", WF) if content.endswith("/json") else ("PATCH", f"{CM}/c")
    status, answer = ask(method, path, body, **{"Content-Type": content})
    # What can be read may also be taken; a config map then just has no such field.
    assert status == 200 or refusal((status, answer)) == BAD


@pytest.mark.parametrize(
    "body",
    [
        b"5",
        b"null",
        b"[]",
        b"{",
        b'{"preconditions":5}',
        b'{"preconditions":{"uid":5}}',
        b'{"dryRun":5}',
        b'{"dryRun":"All"}',
        b'{"propagationPolicy":5}',
        b'{"gracePeriodSeconds":"x"}',
        b'{"gracePeriodSeconds":1e400}',
    ],
)
def test_deletions_that_make_no_sense_delete_nothing(ask: Client, body: bytes) -> None:
    assert refusal(ask("DELETE", f"{CM}/c", body)) == BAD
    assert refusal(ask("DELETE", CM, body)) == BAD
    assert ask("GET", f"{CM}/c")[0] == 200


def test_a_way_to_delete_that_there_is_not(ask: Client) -> None:
    for path in (f"{CM}/c?propagationPolicy=Some", f"{CM}?propagationPolicy=Some"):
        assert refusal(ask("DELETE", path)) == INVALID
    assert refusal(ask("DELETE", f"{CM}/c?gracePeriodSeconds=soon")) == BAD
    assert ask("GET", f"{CM}/c")[0] == 200


@pytest.mark.parametrize(
    "patch", [b'{"$retainKeys":5}', b'{"metadata":{"$deleteFromPrimitiveList/finalizers":5}}']
)
def test_directives_that_make_no_sense(ask: Client, patch: bytes) -> None:
    headers = {"Content-Type": STRATEGIC}
    assert refusal(ask("PATCH", f"{CM}/c", patch, **headers)) == BAD
    order = b'{"$setElementOrder/data":["a"]}'
    assert ask("PATCH", f"{CM}/c", order, **headers)[1]["data"] == {"a": "b"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_documents_can_only_be_read(ask: Client, method: str) -> None:
    assert refusal(ask(method, "/api")) == (405, "MethodNotAllowed")


def test_packed_bodies_are_not_understood(ask: Client) -> None:
    packed = gzip.compress(b'{"metadata":{"name":"packed"}}')
    assert refusal(ask("POST", CM, packed, **{"Content-Encoding": "gzip"})) == BAD
    assert refusal(ask("POST", CM, packed, **{"Content-Encoding": "br"})) == BAD


@pytest.mark.parametrize(
    ("query", "status"),
    [("sinceSeconds=9999999999999999", 200), ("sinceTime=0001-01-01T00:00:00Z", 200)],
)
def test_logs_since_before_there_was_time(ask: Client, query: str, status: int) -> None:
    ask.cluster.pod("p")
    ask.cluster.print_log("p", "one")
    assert ask("GET", f"{LOG}?{query}") == (status, "one\n")


def test_a_pod_without_containers_is_none(ask: Client) -> None:
    status, answer = ask("POST", "/api/v1/namespaces/argo/pods", b'{"metadata":{"name":"p"}}')
    assert (status, answer["reason"]) == INVALID
    assert answer["message"] == 'Pod "p" is invalid: spec.containers: Required value'


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", b'{"kind":"cut","count":-1}'),
        ("faults", b'{"kind":"slow","rate":0}'),
        ("faults", b'{"kind":"error","status":200}'),
        ("faults", b'{"kind":"cut","bytes":-5}'),
        ("drop", b'{"path":"("}'),
        ("compact", b"x"),
        ("rotate", b'{"user":5}'),
    ],
)
def test_trouble_that_makes_no_sense(ask: Client, path: str, body: bytes) -> None:
    answer = ask("POST", f"/demo/{path}", body, token=ask.cluster.admin_token)
    assert refusal(answer) == BAD
    assert ask("GET", "/demo/faults", token=ask.cluster.admin_token)[1] == []


# S3


def signed(
    url: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Send a request that is rightly signed, whatever it says; status and S3's code."""
    request = AWSRequest(method=method, url=url + path, data=body, headers=headers or {})
    S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1").add_auth(request)
    with urllib3.PoolManager(retries=False, timeout=10) as pool:
        answer = pool.request(method, url + path, body=body, headers=dict(request.headers))
    return answer.status, code(answer.data)


def code(body: bytes) -> str:
    return body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", f"?list-type=2&max-keys={NINES}", {}, "InvalidArgument"),
        ("GET", "?list-type=2&max-keys=%D9%A3", {}, "InvalidArgument"),
        ("GET", "?list-type=2&continuation-token=%FF", {}, "InvalidArgument"),
        ("GET", "/%FF", {}, "InvalidURI"),
        ("PUT", f"/k?uploadId=x&partNumber={NINES}", {}, "NoSuchUpload"),
        ("PUT", "/k", {"x-amz-copy-source": "%ff/%ff"}, "NoSuchBucket"),
        ("PUT", "/k", {"Content-MD5": "x"}, "BadDigest"),
        ("GET", "/there", {"Range": f"bytes=0-{NINES}"}, ""),
        ("GET", "/there", {"If-Modified-Since": "Mon, 99 Foo 2020"}, ""),
    ],
)
def test_signed_rubbish(
    s3: Any,
    s3_server: tuple[str, Buckets],
    method: str,
    path: str,
    headers: dict[str, str],
    expected: str,
) -> None:
    s3.put_object(Bucket="runs", Key="there", Body=b"1")
    status, said = signed(f"http://{s3_server[0]}", method, f"/runs{path}", headers=headers)
    assert (status < 500, said) == (True, expected)


def test_a_part_with_a_number_that_is_none(s3: Any, s3_server: tuple[str, Buckets]) -> None:
    upload = s3.create_multipart_upload(Bucket="runs", Key="k")["UploadId"]
    body = b"<CompleteMultipartUpload><Part><PartNumber>x</PartNumber></Part>"
    body += b"</CompleteMultipartUpload>"
    path = f"/runs/k?uploadId={upload}"
    assert signed(f"http://{s3_server[0]}", "POST", path, body) == (400, "InvalidArgument")
    assert signed(f"http://{s3_server[0]}", "PUT", f"{path}&partNumber=0") == (
        400,
        "InvalidArgument",
    )
    assert signed(f"http://{s3_server[0]}", "DELETE", path)[0] == 204


@pytest.mark.parametrize(
    "query",
    [
        f"AWSAccessKeyId={ACCESS_KEY}&Signature=x&Expires={NINES}",
        f"AWSAccessKeyId={ACCESS_KEY}&Signature=%C3%A9&Expires=99999999999",
        f"AWSAccessKeyId={ACCESS_KEY}&Signature=x&Expires=%D9%A3",
        f"X-Amz-Signature=x&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={NINES}",
        "X-Amz-Signature=%C3%A9",
        "Signature=x",
    ],
)
def test_addresses_with_rubbish_for_a_signature(s3_server: tuple[str, Buckets], query: str) -> None:
    status, body = get(f"http://{s3_server[0]}/runs/k?{query}")
    assert status in (400, 403) and code(body)


def test_a_header_that_is_no_text_is_no_reason_to_fail(s3_server: tuple[str, Buckets]) -> None:
    import http.client

    connection = http.client.HTTPConnection(s3_server[0], timeout=10)
    scope = f"{ACCESS_KEY}/20260101/us-east-1/s3/aws4_request"
    connection.putrequest("GET", "/runs")
    connection.putheader("x-amz-meta-a", b"\xe9")
    connection.putheader("x-amz-date", "20260101T000000Z")
    connection.putheader("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    signature = f"SignedHeaders=host;x-amz-meta-a, Signature={chr(0xE9)}"
    connection.putheader(
        "Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, {signature}".encode()
    )
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 403 and code(answer.read())
    connection.close()
