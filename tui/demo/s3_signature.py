"""Whether an S3 request was signed with our secret: AWS signature version 4.

The signature is made again with botocore's own signer from what arrived, and compared. botocore is
imported with the first request, so that the demo cluster starts without it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tui.demo.s3_answers import S3Error

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
SIGNED_CHUNKS = ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
EMPTY = hashlib.sha256(b"").hexdigest()

_NUMBER = re.compile("[0-9]{1,12}")
SKEW = timedelta(minutes=15)
LONGEST = 7 * 24 * 3600
"""Seconds that a presigned address may be good for."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A request whose head was signed by us; its body is still to be checked."""

    payload: str
    """What the signature says of the body: a digest, or one of the words above."""
    signature: str
    sign: Callable[[str], str]
    """Signs another text with the same key, for bodies signed in chunks."""
    timestamp: str
    scope: str

    def opened(self, body: bytes) -> bytes:
        """The body's content, once it is what was signed."""
        if self.payload in (*SIGNED_CHUNKS, UNSIGNED_CHUNKS):
            return self._unwrapped(body)
        digest = hashlib.sha256(body).hexdigest()
        if self.payload != UNSIGNED and not _same(self.payload, digest):
            raise S3Error(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ClientComputedContentSHA256=self.payload,
                S3ComputedContentSHA256=digest,
            )
        return body

    def _unwrapped(self, body: bytes) -> bytes:
        """Take apart a body sent as aws-chunked: `size[;chunk-signature=…]`, then the bytes."""
        content: list[bytes] = []
        previous, at = self.signature, 0
        while True:
            end = body.find(b"\r\n", at)
            head, _, extension = body[at : max(at, end)].partition(b";")
            try:
                size = int(head, 16)
            except ValueError as error:
                raise S3Error("IncompleteBody", "The chunks of the body are not whole.") from error
            chunk = body[end + 2 : end + 2 + size]
            if len(chunk) < size:
                raise S3Error("IncompleteBody", "The chunks of the body are not whole.")
            if self.payload in SIGNED_CHUNKS:
                previous = self._checked(chunk, previous, extension.decode("latin-1"))
            if not size:
                return b"".join(content)
            content.append(chunk)
            at = end + 2 + size + 2

    def _checked(self, chunk: bytes, previous: str, extension: str) -> str:
        digest = hashlib.sha256(chunk).hexdigest()
        lines = (f"{ALGORITHM}-PAYLOAD", self.timestamp, self.scope, previous, EMPTY, digest)
        expected = self.sign("\n".join(lines))
        if not _same(extension.removeprefix("chunk-signature="), expected):
            raise _mismatch()
        return expected


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a request says about its own signature."""

    credential: str
    signed: tuple[str, ...]
    signature: str
    timestamp: str
    payload: str
    query: str
    """The query without the signature itself."""
    expires: int | None = None
    """Seconds; None for a signature in the headers."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Checks requests against one pair of keys."""

    access_key: str
    secret_key: str
    region: str
    now: Callable[[], datetime]

    def proof(self, method: str, raw_path: str, headers: Mapping[str, str]) -> Proof:
        """The proof that this request is from somebody who knows the secret.

        `headers` must find names in any case. Raises S3Error with S3's own code otherwise.
        """
        path, _, query = raw_path.partition("?")
        if "AWSAccessKeyId=" in query and "Signature=" in query:
            return self._proof_of_old_address(method, raw_path, headers)
        claim = _claim(query, headers)
        key_id, *scope = claim.credential.split("/")
        if len(scope) != 4 or scope[2:] != ["s3", "aws4_request"]:
            raise S3Error("AuthorizationHeaderMalformed", "The Credential is mal-formed.")
        self._check_key_id(key_id)
        if self.region and scope[1] != self.region:
            raise S3Error(
                "AuthorizationHeaderMalformed",
                f"The authorization header is malformed; the region '{scope[1]}' is wrong; "
                f"expecting '{self.region}'",
                Region=self.region,
            )
        self._check_time(claim)
        if "host" not in claim.signed:
            raise S3Error("AccessDenied", "There were headers present which were not signed")
        sign, wanted = self._sign(claim, scope[1], method, path, headers)
        if not _same(wanted, claim.signature):
            raise _mismatch()
        if headers.get("x-amz-security-token"):
            raise S3Error("InvalidToken", "The provided token is malformed or otherwise invalid.")
        return Proof(claim.payload, wanted, sign, claim.timestamp, "/".join(scope))

    def _proof_of_old_address(
        self, method: str, raw_path: str, headers: Mapping[str, str]
    ) -> Proof:
        """The proof of an address presigned with version 2, which boto3 still makes by default."""
        from botocore.auth import HmacV1QueryAuth
        from botocore.compat import HTTPHeaders
        from botocore.credentials import Credentials

        class Verifier(HmacV1QueryAuth):  # type: ignore[misc]
            """The signer, except that the address says until when it is good."""

            def _get_date(self) -> str:
                return expires

        split = urlsplit(f"http://s3{raw_path}")
        fields = dict(parse_qsl(split.query, keep_blank_values=True))
        self._check_key_id(fields["AWSAccessKeyId"])
        expires = fields.get("Expires", "")
        if not _NUMBER.fullmatch(expires) or self.now().timestamp() > int(expires):
            raise S3Error("AccessDenied", "Request has expired")
        given = HTTPHeaders()
        for name, value in headers.items():
            if name.lower() in ("content-md5", "content-type") or name.lower().startswith("x-amz-"):
                given[name] = value
        signer = Verifier(Credentials(self.access_key, self.secret_key))
        wanted = str(signer.get_signature(method, split, given))
        if not _same(wanted, fields.get("Signature", "")):
            raise _mismatch()
        return Proof(UNSIGNED, wanted, lambda text: "", "", "")

    def _check_key_id(self, key_id: str) -> None:
        if key_id != self.access_key:
            message = "The AWS Access Key Id you provided does not exist in our records."
            raise S3Error("InvalidAccessKeyId", message, AWSAccessKeyId=key_id)

    def _check_time(self, claim: _Claim) -> None:
        try:
            signed = datetime.strptime(claim.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            message = "AWS authentication requires a valid Date or x-amz-date header"
            raise S3Error("AccessDenied", message) from error
        now = self.now()
        if claim.expires is not None:
            if not 0 <= claim.expires <= LONGEST:
                message = "X-Amz-Expires must be less than a week (in seconds)"
                raise S3Error("AuthorizationQueryParametersError", message)
            if now > signed + timedelta(seconds=claim.expires):
                raise S3Error("AccessDenied", "Request has expired")
        elif abs(now - signed) > SKEW:
            message = "The difference between the request time and the current time is too large."
            raise S3Error("RequestTimeTooSkewed", message)

    def _sign(
        self, claim: _Claim, region: str, method: str, path: str, headers: Mapping[str, str]
    ) -> tuple[Callable[[str], str], str]:
        """How to sign with this claim's key, and the signature that the request ought to have."""
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.compat import HTTPHeaders
        from botocore.credentials import Credentials

        class Verifier(S3SigV4Auth):  # type: ignore[misc]
            """The signer, except that the request says which of its headers were signed."""

            def headers_to_sign(self, request: Any) -> Any:
                chosen = HTTPHeaders()
                for name in claim.signed:
                    chosen[name] = _text(headers.get(name, ""))
                return chosen

        # Other clients leave some characters bare in the path that go encoded into the signature.
        canonical = quote(unquote(path, errors="surrogateescape").encode(errors="surrogateescape"))
        canonical = canonical if canonical.startswith("/") else f"/{canonical}"
        query = f"?{claim.query}" if claim.query else ""
        request = AWSRequest(
            method=method,
            url=f"http://s3{canonical}{query}",
            headers={"X-Amz-Content-SHA256": claim.payload},
        )
        request.context["timestamp"] = claim.timestamp
        signer = Verifier(Credentials(self.access_key, self.secret_key), "s3", region)

        def sign(text: str) -> str:
            return str(signer.signature(text, request))

        text = signer.string_to_sign(request, signer.canonical_request(request))
        return sign, sign(text)


def _claim(query: str, headers: Mapping[str, str]) -> _Claim:
    authorization = headers.get("authorization", "")
    if authorization.startswith(ALGORITHM):
        return _claim_of_headers(authorization.removeprefix(ALGORITHM), query, headers)
    if "X-Amz-Signature=" in query:
        return _claim_of_query(query, headers)
    if authorization or "Signature=" in query:
        raise S3Error(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. "
            f"Please use {ALGORITHM}.",
        )
    raise S3Error("AccessDenied", "Access Denied")


def _claim_of_headers(authorization: str, query: str, headers: Mapping[str, str]) -> _Claim:
    pairs = (part.strip().partition("=") for part in authorization.split(","))
    fields = {name: value for name, _, value in pairs}
    missing = {"Credential", "SignedHeaders", "Signature"} - fields.keys()
    if missing:
        message = f"The authorization header requires three components: {', '.join(missing)}"
        raise S3Error("AuthorizationHeaderMalformed", message)
    payload = headers.get("x-amz-content-sha256", "")
    if not payload:
        raise S3Error("InvalidRequest", "Missing required header: x-amz-content-sha256")
    return _Claim(
        fields["Credential"],
        tuple(fields["SignedHeaders"].split(";")),
        fields["Signature"],
        headers.get("x-amz-date", ""),
        payload,
        query,
    )


def _claim_of_query(query: str, headers: Mapping[str, str]) -> _Claim:
    fields = dict(parse_qsl(query, keep_blank_values=True))
    rest = "&".join(p for p in query.split("&") if not p.startswith("X-Amz-Signature="))
    expires = fields.get("X-Amz-Expires", "")
    if fields.get("X-Amz-Algorithm") != ALGORITHM or not _NUMBER.fullmatch(expires):
        message = "X-Amz-Algorithm and X-Amz-Expires are needed in a presigned address"
        raise S3Error("AuthorizationQueryParametersError", message)
    if fields.get("X-Amz-Security-Token"):
        raise S3Error("InvalidToken", "The provided token is malformed or otherwise invalid.")
    return _Claim(
        fields.get("X-Amz-Credential", ""),
        tuple(fields.get("X-Amz-SignedHeaders", "").split(";")),
        fields["X-Amz-Signature"],
        fields.get("X-Amz-Date", ""),
        headers.get("x-amz-content-sha256") or UNSIGNED,
        rest,
        int(expires),
    )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(
        one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass")
    )


def _text(header: str) -> str:
    """A header's value as it was signed, which may be any bytes."""
    return header.encode(errors="surrogateescape").decode(errors="replace")


def _mismatch() -> S3Error:
    return S3Error(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
    )
