"""A boto3 client for one S3 location, by Argo's rules for credentials (argo.md 8.2).

boto3 costs 0.2 s to import and to set up, so it is imported when the first artifact is opened.
Endpoints and profiles of this machine's own AWS configuration are used only where the workflow
leaves the credentials to the machine.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tui.artifacts.base import ReadSecret, Reason, StoreError
from tui.domain.hidden import IN_USE
from tui.domain.location import S3Location, SecretRef
from tui.errors import Missing, Refused, SourceError

AMAZON = re.compile(r"s3[.-]?[a-z0-9-]*(\.dualstack)?(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?")
"""Amazon's own hosts; boto3 chooses among them better than a repository's `endpoint` does."""

LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")


@dataclass(frozen=True, slots=True)
class Client:
    """A boto3 client, the extra parameters of its requests, and its temporary files."""

    boto: Any
    extra: dict[str, str]
    """Parameters for the key that objects are encrypted with (SSE-C), if there is one."""
    folder: tempfile.TemporaryDirectory[str] | None = None

    def link_end(self, seconds: int) -> datetime:
        """When a link that is made now ends, if it shall end after so many seconds."""
        end = datetime.now(UTC) + timedelta(seconds=seconds)
        signer = getattr(self.boto, "_request_signer", None)
        lent: Any = getattr(getattr(signer, "_credentials", None), "_expiry_time", None)
        return min(end, lent) if isinstance(lent, datetime) else end

    def close(self) -> None:
        """Close connections and remove the file with the CA certificate."""
        self.boto.close()
        if self.folder is not None:
            self.folder.cleanup()


def build(location: S3Location, secrets: ReadSecret) -> Client:
    """A client for a location. Reads every secret that is needed, but does not connect yet.

    Raises: StoreError.
    """
    from boto3.session import Session
    from botocore import UNSIGNED
    from botocore.config import Config

    keys = _keys(location, secrets)
    # Profiles and endpoints of this machine must not change requests with explicit credentials.
    core = _core_session(isolated=bool(keys), profile=location.profile)
    config: dict[str, Any] = {}
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    if not keys and not location.use_sdk_creds:
        # Outside of a cloud machine, asking for a metadata service only costs time.
        core.get_component("credential_provider").remove("iam-role")
    if not keys and location.role_arn:
        keys = _keys_of_role(core, location)
    if not keys and not location.use_sdk_creds and _is_anonymous(location, core):
        config["signature_version"] = UNSIGNED
    elif location.signing == "v2":
        config["signature_version"] = "s3"
    endpoint = location.endpoint.rstrip("/")
    amazon = not endpoint or AMAZON.fullmatch(endpoint) is not None
    if LOOPBACK.fullmatch(endpoint):
        config["proxies"] = {}
    style = location.addressing_style or ("auto" if amazon else "path")
    folder, verify = _ca_file(location, secrets)
    client = Session(botocore_session=core).client(
        "s3",
        region_name=location.region or "us-east-1",
        endpoint_url=None if amazon else _address(endpoint, insecure=location.insecure),
        use_ssl=not location.insecure,
        verify=verify,
        config=_config(Config, style, config),
        **keys,
    )
    if not keys and config.get("signature_version") is not UNSIGNED:
        _hide_own_keys(core)
    return Client(client, _customer_key(location, secrets), folder)


def _is_anonymous(location: S3Location, core: Any) -> bool:
    if location.signing == "named" and not location.profile:
        return True
    return core.get_credentials() is None


METHODS = {"env": "those of the environment", "shared-credentials-file": "", "config-file": ""}
"""Where botocore found credentials, by its own word for it; "" is a profile."""


def own_credentials(profile: str) -> str:
    """What credentials this machine has: `the AWS profile ops`; "" for none. Connects nowhere."""
    from botocore.exceptions import BotoCoreError

    try:
        core = _core_session(isolated=False, profile=profile)
        resolver = core.get_component("credential_provider")
        for remote in ("container-role", "iam-role"):
            resolver.remove(remote)
        found = core.get_credentials()
    except BotoCoreError:
        return ""  # for example a profile that is not there
    if found is None:
        return ""
    called = core.get_config_variable("profile") or "default"
    return METHODS.get(found.method, "") or f"the AWS profile {called}"


def _moment(value: Any) -> datetime:
    """A time as S3 writes it. boto3's own reading of it is half the cost of a list of keys."""
    from botocore.utils import parse_timestamp

    if isinstance(value, str) and value[10:11] == "T":
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(value)
    found: datetime = parse_timestamp(value)
    return found


def _config(config: Any, style: str, more: dict[str, Any]) -> Any:
    fields: dict[str, Any] = {
        "s3": {"addressing_style": style},
        "signature_version": "s3v4",
        "connect_timeout": 5,
        "read_timeout": 30,
        "retries": {"mode": "standard", "total_max_attempts": 3},
        # Many other S3 servers reject the checksums that boto3 adds by default.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
        "max_pool_connections": 3 * 16,  # as many as three downloads take at a time
        "tcp_keepalive": True,
        "ignore_configured_endpoint_urls": True,
    }
    return config(**{**fields, **more})


def _core_session(*, isolated: bool, profile: str) -> Any:
    import botocore.session

    if not isolated:
        return botocore.session.Session(profile=profile or None)
    nothing = (None, None, None, None)
    files = (None, None, os.devnull, None)
    return botocore.session.Session(
        session_vars={"profile": nothing, "config_file": files, "credentials_file": files}
    )


def _keys(location: S3Location, secrets: ReadSecret) -> dict[str, str]:
    """The keys from the workflow's secrets; empty unless both are there."""
    if location.access_key is None or location.secret_key is None:
        return {}
    access = _secret(location, location.access_key, secrets)
    secret = _secret(location, location.secret_key, secrets)
    if not access or not secret:
        return {}
    keys = {"aws_access_key_id": access, "aws_secret_access_key": secret}
    if location.session_token is not None:
        keys["aws_session_token"] = _secret(location, location.session_token, secrets)
    _hide_keys(keys)
    return keys


def _keys_of_role(core: Any, location: S3Location) -> dict[str, str]:
    """Temporary keys of the role, assumed with this machine's own credentials."""
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    # boto3 can wrap a botocore session only once, so STS is asked through botocore itself.
    sts = core.create_client(
        "sts",
        region_name=location.region or "us-east-1",
        config=Config(connect_timeout=5, read_timeout=30),
    )
    try:
        lent = sts.assume_role(RoleArn=location.role_arn, RoleSessionName="argo-tui")["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise StoreError(
            f"cannot assume the role {location.role_arn}",
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
    _hide_keys(keys)
    return keys


def _hide_keys(keys: Mapping[str, str]) -> None:
    """Hide secret keys in all output, since a store may repeat them; access key ids are public."""
    IN_USE.keep(*(value for name, value in keys.items() if name != "aws_access_key_id"))


def _hide_own_keys(core: Any) -> None:
    """Hide the keys of this machine as well, as far as they are known by now."""
    found = core.get_credentials()
    # Refreshable credentials are fetched when they are first read, which may take a while.
    if found is not None and not hasattr(found, "refresh_needed"):
        IN_USE.keep(found.secret_key or "", found.token or "")


def _ca_file(
    location: S3Location, secrets: ReadSecret
) -> tuple[tempfile.TemporaryDirectory[str] | None, str | None]:
    """A file with the only CA certificate to trust; boto3 accepts nothing but a path."""
    if location.ca is None or location.insecure:
        return None, None
    certificate = _value(location, location.ca, secrets)
    try:
        folder = tempfile.TemporaryDirectory(prefix="argo-tui-ca-")
        path = Path(folder.name) / "ca.pem"
        path.write_bytes(certificate)
    except OSError as error:
        raise StoreError(
            f"cannot write the store's CA certificate to a file: {error.strerror or error}",
            reason="disk",
            hint="set TMPDIR to a folder for temporary files that can be written to",
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
