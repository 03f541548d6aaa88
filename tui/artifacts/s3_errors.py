"""Errors of boto3 and of S3 servers, translated into `StoreError`."""

from __future__ import annotations

from typing import Any

from tui.artifacts.base import Reason, StoreError
from tui.domain.hidden import without_secrets
from tui.domain.location import S3Location

MISSING = frozenset({"404", "NoSuchKey", "NotFound"})

STALE_CREDENTIALS = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefresh"}
)
"""Error codes after which the credentials are read again."""

Words = tuple[Reason, str, str]
"""Reason, what happened, what to do; fields in braces are filled from the request."""

DENIED: Words = (
    "denied",
    "{endpoint} does not let us read {bucket}/{key}",
    "the credentials of the artifact repository have no right to it",
)
GONE: Words = ("missing", "{key} is not in the bucket {bucket}", "it may have been deleted")
OUT_OF_DATE = "the secret {secret} in {namespace} may be out of date"

NO_KEY = "{key} is encrypted with a key (SSE-C) that the artifact repository does not name"
OTHER_KEY = "{endpoint} does not let us read {bucket}/{key} with the key that it is encrypted with"
ENCRYPTED = "form of Server Side Encryption"
"""What a store says of an object that is encrypted with a key of its own."""

CODES: dict[str, Words] = {
    **dict.fromkeys(MISSING, GONE),
    **dict.fromkeys(("AccessDenied", "Forbidden", "403"), DENIED),
    **dict.fromkeys(
        ("PermanentRedirect", "301"),
        ("region", "the bucket {bucket} is in another region than {region}", ""),
    ),
    "NoSuchBucket": ("missing", "{endpoint} has no bucket {bucket}", ""),
    "InvalidAccessKeyId": ("login", "{endpoint} does not know the access key", OUT_OF_DATE),
    "SignatureDoesNotMatch": (
        "login",
        "{endpoint} does not accept the secret key",
        OUT_OF_DATE,
    ),
    "ExpiredToken": ("login", "the credentials for {endpoint} have expired", OUT_OF_DATE),
    "InvalidToken": ("login", "{endpoint} does not accept the session token", OUT_OF_DATE),
    "RequestTimeTooSkewed": (
        "login",
        "{endpoint} says that our clock is wrong",
        "set this machine's clock",
    ),
    "AuthorizationHeaderMalformed": ("region", "{endpoint} is in another region than {region}", ""),
    "SlowDown": ("unreachable", "{endpoint} asks us to slow down", "try again"),
    "InvalidObjectState": ("denied", "{key} is archived and must be restored first", ""),
    "PreconditionFailed": ("failed", "{key} changed while it was read", "try again"),
}


def code_of(error: BaseException) -> str:
    """S3's error code of a ClientError; "" for other errors."""
    response: Any = getattr(error, "response", None)
    if not isinstance(response, dict):
        return ""
    return str(response.get("Error", {}).get("Code", ""))


def status_of(error: BaseException) -> int:
    """The HTTP status of a ClientError; 0 for other errors."""
    response: Any = getattr(error, "response", None)
    if not isinstance(response, dict):
        return 0
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def store_error(error: Exception, location: S3Location) -> StoreError:
    """The StoreError for an error of boto3; the caller chains it."""
    from botocore import exceptions as boto

    endpoint = location.server or "Amazon S3"
    code, status = code_of(error), status_of(error)
    if code or status:
        return _from_response(error, code, status, location)
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return StoreError(
            f"there are no credentials for {endpoint}",
            reason="credentials",
            hint="the artifact repository names none, and this machine has none",
        )
    if isinstance(error, boto.SSLError):
        return _from_tls_error(error, endpoint)
    if isinstance(error, boto.ConnectTimeoutError | boto.EndpointConnectionError):
        return StoreError(
            f"cannot reach {endpoint}",
            reason="unreachable",
            hint="if it is a service inside the cluster, it may not be open to this machine",
        )
    if isinstance(error, boto.IncompleteReadError | boto.ResponseStreamingError):
        return StoreError(
            f"{endpoint} broke off in the middle of {location.key}",
            reason="unreachable",
            hint="try again",
        )
    if isinstance(error, boto.ReadTimeoutError | boto.ConnectionClosedError | boto.HTTPClientError):
        return StoreError(f"{endpoint} stopped answering", reason="unreachable", hint="try again")
    if isinstance(error, boto.ParamValidationError | boto.InvalidRegionError | ValueError):
        return StoreError(
            "the workflow's artifact location is not one that S3 knows",
            # Hidden before the text is cut: half of a secret would not be recognized.
            hint=without_secrets(str(error))[:200],
        )
    return StoreError(f"reading from {endpoint} failed", hint=f"{type(error).__name__}: {error}")


def _from_response(error: Exception, code: str, status: int, location: S3Location) -> StoreError:
    facts = {
        "bucket": location.bucket,
        "key": location.key,
        "endpoint": location.server or "Amazon S3",
        "region": location.region or "us-east-1",
        "secret": location.access_key.name if location.access_key else "(none)",
        "namespace": location.namespace,
    }
    response: Any = getattr(error, "response", {})
    message = str(response.get("Error", {}).get("Message", ""))
    if code == "InvalidRequest" and ENCRYPTED in message and location.customer_key is None:
        return StoreError(NO_KEY.format(**facts), reason="denied")
    is_denied = status in (401, 403) and CODES.get(code, DENIED) is DENIED
    if location.customer_key is not None and is_denied:
        hint = f"the secret {location.customer_key.name} in {location.namespace} may hold another "
        hint += "key, or the credentials have no right to it"
        return StoreError(OTHER_KEY.format(**facts), reason="denied", hint=hint)
    if code in CODES:
        reason, what, hint = CODES[code]
        hint = hint if location.access_key or "{secret}" not in hint else ""
        return StoreError(what.format(**facts), reason=reason, hint=hint.format(**facts))
    if status in (401, 403):
        reason, what, hint = DENIED
        return StoreError(what.format(**facts), reason=reason, hint=hint)
    reason = "unreachable" if status >= 500 else "failed"
    return StoreError(
        f"{facts['endpoint']} answered {status} {code}".rstrip(), reason=reason, hint=message
    )


def _from_tls_error(error: Exception, endpoint: str) -> StoreError:
    text = str(error)
    if "WRONG_VERSION_NUMBER" in text or "record layer" in text.lower():
        return StoreError(
            f"{endpoint} does not speak TLS",
            reason="unreachable",
            hint="the artifact repository ought to say insecure: true",
        )
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return StoreError(
            f"the certificate of {endpoint} is not trusted",
            reason="unreachable",
            hint="name its authority in caSecret of the artifact repository, or in AWS_CA_BUNDLE",
        )
    return StoreError(
        f"no secure connection to {endpoint}",
        reason="unreachable",
        hint=without_secrets(text)[:200],
    )
