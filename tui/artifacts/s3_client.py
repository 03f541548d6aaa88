"""A boto3 client for one S3 location, by Argo's rules for credentials (argo.md 8.2).

boto3 costs 0.2 s to import and to set up, so it is imported with the first artifact that is opened.
What this machine's own configuration says of endpoints and profiles counts only where the workflow
leaves credentials to the machine.
"""

from __future__ import annotations

import base64
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.artifacts.base import ReadSecret, Reason, StoreError
from tui.domain.hidden import IN_USE
from tui.domain.location import S3Location, SecretRef
from tui.errors import Missing, Refused, SourceError

AMAZON = re.compile(r"s3[.-]?[a-z0-9-]*(\.dualstack)?(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?")
"""Amazon's own hosts; boto3 knows better than a repository which of them to ask."""

LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")


@dataclass(frozen=True, slots=True)
class Client:
    """A boto3 client, what every object request needs besides, and what must be cleaned up."""

    boto: Any
    extra: dict[str, str]
    """The key that objects are encrypted with, if the workflow names one (SSE-C)."""
    folder: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Close connections and remove the certificate's file."""
        self.boto.close()
        if self.folder is not None:
            self.folder.cleanup()


def build(location: S3Location, secrets: ReadSecret) -> Client:
    """Connect nothing yet, but read every secret that is needed. Raises StoreError."""
    from boto3.session import Session
    from botocore import UNSIGNED
    from botocore.config import Config

    keys = _keys(location, secrets)
    # Somebody else's profile or endpoint settings must not bend explicit credentials.
    core = _core_session(isolated=bool(keys))
    config: dict[str, Any] = {}
    if not keys and not location.use_sdk_creds:
        # The metadata service of a cloud machine, asked from anywhere else, only costs time.
        core.get_component("credential_provider").remove("iam-role")
    if not keys and location.role_arn:
        keys = _assumed(core, location)
    if not keys and not location.use_sdk_creds and core.get_credentials() is None:
        config["signature_version"] = UNSIGNED
    endpoint = location.endpoint.rstrip("/")
    amazon = not endpoint or AMAZON.fullmatch(endpoint) is not None
    if LOOPBACK.fullmatch(endpoint):
        config["proxies"] = {}
    style = location.addressing_style or ("auto" if amazon else "path")
    folder, verify = _trusted(location, secrets)
    client = Session(botocore_session=core).client(
        "s3",
        region_name=location.region or "us-east-1",
        endpoint_url=None if amazon else _address(endpoint, insecure=location.insecure),
        use_ssl=not location.insecure,
        verify=verify,
        config=_config(Config, style, config),
        **keys,
    )
    if not keys and "signature_version" not in config:
        _keep_own(core)
    return Client(client, _customer_key(location, secrets), folder)


def _config(config: Any, style: str, more: dict[str, Any]) -> Any:
    fields: dict[str, Any] = {
        "s3": {"addressing_style": style},
        "signature_version": "s3v4",
        "connect_timeout": 5,
        "read_timeout": 30,
        "retries": {"mode": "standard", "total_max_attempts": 3},
        # Stores that are not Amazon's choke on the checksums that boto3 now adds by itself.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
        "max_pool_connections": 16,
        "tcp_keepalive": True,
        "ignore_configured_endpoint_urls": True,
    }
    return config(**{**fields, **more})


def _core_session(*, isolated: bool) -> Any:
    import botocore.session

    if not isolated:
        return botocore.session.Session()
    nothing = (None, None, None, None)
    files = (None, None, os.devnull, None)
    return botocore.session.Session(
        session_vars={"profile": nothing, "config_file": files, "credentials_file": files}
    )


def _keys(location: S3Location, secrets: ReadSecret) -> dict[str, str]:
    """The keys that the workflow's secrets hold; none unless both are there."""
    if location.access_key is None or location.secret_key is None:
        return {}
    access = _secret(location, location.access_key, secrets)
    secret = _secret(location, location.secret_key, secrets)
    if not access or not secret:
        return {}
    keys = {"aws_access_key_id": access, "aws_secret_access_key": secret}
    if location.session_token is not None:
        keys["aws_session_token"] = _secret(location, location.session_token, secrets)
    _keep(keys)
    return keys


def _assumed(core: Any, location: S3Location) -> dict[str, str]:
    """Keys of the role, lent to whoever this machine says we are."""
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    # boto3 adds its methods to a botocore session once, so that session serves no second boto3 one.
    sts = core.create_client(
        "sts",
        region_name=location.region or "us-east-1",
        config=Config(connect_timeout=5, read_timeout=30),
    )
    try:
        lent = sts.assume_role(RoleArn=location.role_arn, RoleSessionName="argo-tui")["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise StoreError(
            f"the role {location.role_arn} may not be taken on",
            reason="login",
            hint=f"with this machine's own credentials: {error}",
        ) from error
    finally:
        sts.close()
    keys = {
        "aws_access_key_id": lent["AccessKeyId"],
        "aws_secret_access_key": lent["SecretAccessKey"],
        "aws_session_token": lent["SessionToken"],
    }
    _keep(keys)
    return keys


def _keep(keys: Mapping[str, str]) -> None:
    """Have what we sign with hidden wherever a store repeats it; the name of a key is none."""
    IN_USE.keep(*(value for name, value in keys.items() if name != "aws_access_key_id"))


def _keep_own(core: Any) -> None:
    """The same of the keys that this machine has, as far as they are known by now."""
    found = core.get_credentials()
    # Those that are renewed are fetched when they are first read, which may take a while.
    if found is not None and not hasattr(found, "refresh_needed"):
        IN_USE.keep(found.secret_key or "", found.token or "")


def _trusted(
    location: S3Location, secrets: ReadSecret
) -> tuple[tempfile.TemporaryDirectory[str] | None, str | None]:
    """A file with the only authority to trust; boto3 can take it in no other way."""
    if location.ca is None or location.insecure:
        return None, None
    certificate = _value(location, location.ca, secrets)
    try:
        folder = tempfile.TemporaryDirectory(prefix="argo-tui-ca-")
        path = Path(folder.name) / "ca.pem"
        path.write_bytes(certificate)
    except OSError as error:
        raise StoreError(
            f"no file can be made for the certificate of the store: {error.strerror or error}",
            reason="disk",
            hint="it takes a folder for temporary files: TMPDIR names one",
        ) from error
    return folder, str(path)


def _customer_key(location: S3Location, secrets: ReadSecret) -> dict[str, str]:
    if location.customer_key is None:
        return {}
    raw = _value(location, location.customer_key, secrets)
    key = raw.decode("latin-1")
    IN_USE.keep(key, base64.b64encode(raw).decode())
    return {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": key}


def _secret(location: S3Location, reference: SecretRef, secrets: ReadSecret) -> str:
    return _value(location, reference, secrets).decode(errors="replace").strip()


def _value(location: S3Location, reference: SecretRef, secrets: ReadSecret) -> bytes:
    try:
        return secrets(location.namespace, reference.name, reference.key)
    except SourceError as error:
        raise StoreError(
            f"the credentials in secret {reference.name} of {location.namespace} cannot be read",
            reason=_why_no_secret(error),
            hint=error.what,
        ) from error


def _why_no_secret(error: SourceError) -> Reason:
    if isinstance(error, Refused):
        return "secret-denied"
    return "secret-missing" if isinstance(error, Missing) else "secret"


def _address(endpoint: str, *, insecure: bool) -> str:
    if "://" in endpoint:
        return endpoint
    return f"{'http' if insecure else 'https'}://{endpoint}"
