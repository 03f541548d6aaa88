"""Small objects of one bucket, asked for without most of what boto3 does for each request.

It finds out address, region and rules anew every time, and makes an object of every header: a
millisecond in which no other thread of ours computes, so that thousands of small objects take as
long however many are asked for at once. What is the same for all of them is taken from one address
that boto3 signed. Whatever is not answered with just the object (redirects, refusals, a broken
connection) is left to boto3, which asks again and knows what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tui.artifacts.s3_client import Client

SMALL = 1 << 20
"""Bytes up to which an object takes longer to be asked for than to come."""

NAME = "k"
"""A key that is written the same in an address."""


@dataclass
class SmallObjects:
    """Asks for small objects of a bucket, as long as that goes well."""

    _session: Any
    """botocore's connections, with its proxies, certificates and timeouts."""
    _credentials: Any
    """None where requests are not signed."""
    _region: str
    before: str
    """What stands before the key in the address of an object."""
    _headers: dict[str, str]
    _is_well: bool = True

    @classmethod
    def of(cls, client: Client, bucket: str) -> SmallObjects | None:
        """Of this bucket; None where each of its requests needs more than a plain signature."""
        from botocore.exceptions import BotoCoreError

        boto = client.boto
        session = getattr(getattr(boto, "_endpoint", None), "http_session", None)
        credentials = getattr(getattr(boto, "_request_signer", None), "_credentials", None)
        if session is None or client.extra:
            return None
        try:
            url = boto.generate_presigned_url("get_object", {"Bucket": bucket, "Key": NAME})
        except BotoCoreError:
            return None
        address, _, query = url.partition("?")
        scope = parse_qs(query).get("X-Amz-Credential", [""])[0].split("/")
        if not address.endswith(f"/{NAME}") or (query and scope[3:] != ["s3", "aws4_request"]):
            return None
        if query and credentials is None:
            return None
        return cls(
            session,
            credentials if query else None,
            scope[2] if query else "",
            address.removesuffix(NAME),
            {"User-Agent": boto.meta.config.user_agent},
        )

    def request(self, key: str, etag: str) -> Any:
        """The signed request for an object with this tag. Raises: BotoCoreError."""
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.utils import percent_encode

        headers = {**self._headers, "If-Match": etag} if etag else self._headers
        address = self.before + percent_encode(key, safe="/~")
        request = AWSRequest("GET", address, headers=headers)
        if self._credentials is not None:
            frozen = self._credentials.get_frozen_credentials()
            S3SigV4Auth(frozen, "s3", self._region).add_auth(request)
        return request

    def body(self, key: str, etag: str, size: int) -> Any:
        """The body of an object with this tag and size, as boto3 gives it; None where boto3 has to
        ask."""
        from botocore.exceptions import BotoCoreError
        from botocore.response import StreamingBody

        if not self._is_well:
            return None
        try:
            prepared = self.request(key, etag).prepare()
            prepared.stream_output = True
            answer = self._session.send(prepared)
        except BotoCoreError:
            self._is_well = False
            return None
        if answer.status_code == 200 and answer.headers.get("Content-Length") == str(size):
            return StreamingBody(answer.raw, size)
        self._is_well = False
        answer.raw.close()
        return None
