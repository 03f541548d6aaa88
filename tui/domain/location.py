"""Locations of artifacts as values, and Argo's rules for resolving them.

Argo writes most output artifacts with nothing but a key; bucket, endpoint and credentials come from
the template's archive location or from the workflow's artifact repository (argo.md 8.1 to 8.3).
Nothing is read here: a repository that is only named must be looked up by the caller
(`artifacts/repository.py`) and handed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol
from urllib.parse import SplitResult, urlsplit, urlunsplit

from tui.domain.hidden import only_host
from tui.domain.node import Artifact, Node
from tui.domain.templates import template_of
from tui.domain.workflow import Workflow

KINDS = ("artifactory", "azure", "git", "gcs", "hdfs", "http", "oss", "raw", "s3", "plugin")
"""Kinds of location in the order in which Argo looks for them (argo.md 8.1)."""

KEY_FIELDS = {"s3": "key", "gcs": "key", "oss": "key", "plugin": "key", "azure": "blob"}
KEY_FIELDS["hdfs"] = "path"

NEEDED = {
    "artifactory": ("url", "usernameSecret"),
    "azure": ("container", "blob"),
    "git": ("repo",),
    "gcs": ("bucket", "key"),
    "hdfs": ("addresses",),
    "http": ("url",),
    "oss": ("endpoint", "bucket", "key"),
    "raw": (),
    "s3": ("endpoint", "bucket", "key"),
    "plugin": ("name", "key"),
}
"""Fields that must be there for a location to stand on its own (argo.md 8.3)."""

Wired = Mapping[str, Any]
"""A location (or a repository) as the wire has it: `{"s3": {...}}`."""


@dataclass(frozen=True, slots=True)
class SecretRef:
    """One key of a secret, in the namespace of the workflow."""

    name: str
    key: str


Signing = Literal["v4", "v2", "named"]
"""How requests are signed. `named`: only with a profile of this machine that somebody named, since
the store takes no credentials that happen to be here for Amazon."""


@dataclass(frozen=True, slots=True)
class S3Location:
    """An object, or a folder of objects, in S3 or a compatible store (argo.md 8.2)."""

    bucket: str
    key: str
    endpoint: str = ""
    """host[:port] without a scheme; "" is Amazon itself."""
    region: str = ""
    insecure: bool = False
    """True is plain http, whatever the API's comment says."""
    namespace: str = ""
    """Where the secrets are: the workflow's own namespace."""
    access_key: SecretRef | None = None
    secret_key: SecretRef | None = None
    session_token: SecretRef | None = None
    role_arn: str = ""
    use_sdk_creds: bool = False
    ca: SecretRef | None = None
    addressing_style: str = ""
    """"" lets us choose, else `path` or `virtual`."""
    customer_key: SecretRef | None = None
    """The key that the object is encrypted with (SSE-C)."""
    profile: str = ""
    """The AWS profile of this machine whose credentials are used where there are no others."""
    signing: Signing = "v4"

    kind = "s3"

    @property
    def url(self) -> str:
        """`s3://bucket/key`, as every S3 tool takes it."""
        # A key of `/` is the whole bucket.
        return f"s3://{self.bucket}/{'' if self.key == '/' else self.key}"

    @property
    def server(self) -> str:
        """The endpoint as it can be shown; "" is Amazon itself."""
        return only_host(self.endpoint)

    def at(self, key: str) -> S3Location:
        """Another key of the same bucket."""
        return replace(self, key=key)


@dataclass(frozen=True, slots=True)
class RawLocation:
    """An artifact whose content is part of the workflow itself."""

    data: str = field(repr=False)

    kind = "raw"
    key = ""
    url = ""
    server = ""


@dataclass(frozen=True, slots=True)
class OtherLocation:
    """A location of a kind that we can name but may not be able to read."""

    kind: str
    key: str
    url: str = field(repr=False)
    namespace: str = ""
    fields: Wired = field(default_factory=dict, hash=False, repr=False)
    """The location as it is on the wire."""

    server = ""


Stored = S3Location | RawLocation | OtherLocation
"""A location in a store."""


ArchiveFormat = Literal["tar", "tgz", "zip"]


@dataclass(frozen=True, slots=True)
class InsideLocation:
    """A file or folder inside an archive."""

    outer: Location
    """The archive, which may itself be inside another."""
    format: ArchiveFormat
    path: str = ""
    """Its path in the archive; "" is all of it, and a folder's ends with a slash."""

    kind = "inside"

    @property
    def key(self) -> str:
        """The path in the archive, after the archive's own."""
        return f"{self.outer.key}!/{self.path}"

    @property
    def url(self) -> str:
        """The archive's address, and the path in it."""
        return f"{self.outer.url}!/{self.path}"

    @property
    def server(self) -> str:
        """The server that the archive is on."""
        return self.outer.server

    @property
    def stored(self) -> Stored:
        """What lies in a store: the outermost archive."""
        outer = self.outer
        while isinstance(outer, InsideLocation):
            outer = outer.outer
        return outer

    @property
    def depth(self) -> int:
        """How many archives it is inside of."""
        depth, outer = 1, self.outer
        while isinstance(outer, InsideLocation):
            depth, outer = depth + 1, outer.outer
        return depth


Location = Stored | InsideLocation


class S3Rules(Protocol):
    """What somebody says of stores for their own machine."""

    @property
    def region(self) -> str:
        """The region of locations that name none."""

    @property
    def path_style(self) -> bool | None:
        """Whether the bucket stands in the path, for locations that do not say."""

    @property
    def profile(self) -> str:
        """The AWS profile that credentials of this machine are taken from."""

    @property
    def credentials(self) -> str:
        """Whose credentials sign: those the `workflow` names, or those of this `machine`."""

    @property
    def endpoints(self) -> Mapping[str, str]:
        """Endpoint in workflows -> the address that leads there from here."""


def reached(location: Location, rules: S3Rules) -> Location:
    """A location as it is reached from here by these rules."""
    location = by_s3(location)
    if not isinstance(location, S3Location):
        return location
    style = {True: "path", False: "virtual", None: ""}[rules.path_style]
    found = replace(
        location,
        endpoint=rules.endpoints.get(location.endpoint.rstrip("/"), location.endpoint),
        region=location.region or rules.region,
        addressing_style=location.addressing_style or style,
        profile=rules.profile,
    )
    return with_own_credentials(found) if rules.credentials == "machine" else found


def with_own_credentials(location: Location) -> Location:
    """A location of S3 that is read with credentials of this machine, whatever the workflow names.

    The secret with an authority's certificate is not asked for either: this machine has its own.
    """
    if not isinstance(location, S3Location):
        return location
    own = replace(location, access_key=None, secret_key=None, session_token=None)
    return replace(own, role_arn="", use_sdk_creds=True, ca=None)


GOOGLE = "storage.googleapis.com"
ALIBABA = re.compile(r"(?:https?://)?(oss-[a-z0-9-]+\.aliyuncs\.com)/*")


def by_s3(location: Location) -> Location:
    """A location of a store that speaks the protocol of S3 beside its own, in that protocol."""
    if not isinstance(location, OtherLocation):
        return location
    if location.kind == "gcs":
        bucket = _text(location.fields, "bucket")
        return S3Location(bucket, location.key, endpoint=GOOGLE, signing="named")
    if location.kind == "oss":
        return _oss(location)
    return location


def _oss(location: OtherLocation) -> S3Location:
    fields = location.fields
    endpoint = _text(fields, "endpoint")
    known = ALIBABA.fullmatch(endpoint)
    return S3Location(
        _text(fields, "bucket"),
        location.key,
        # Its door for the protocol of S3 has a name of its own.
        endpoint=f"s3.{known[1]}" if known else endpoint,
        namespace=location.namespace,
        access_key=_secret(fields, "accessKeySecret"),
        secret_key=_secret(fields, "secretKeySecret"),
        # boto3's newer signature comes with an encoding that OSS does not know.
        addressing_style="virtual",
        signing="v2",
    )


@dataclass(frozen=True, slots=True)
class RepositoryReference:
    """The config map that holds a workflow's artifact repository."""

    namespace: str
    config_map: str
    key: str
    """"" means the one that the config map's annotation names as its default."""


REPOSITORIES = "artifact-repositories"
"""The config map that holds a namespace's artifact repositories, unless another is named."""


def wired(artifact: Artifact) -> dict[str, Any]:
    """The location fields of an artifact as in JSON; a valid artifact has at most one."""
    found = {kind: getattr(artifact, kind) for kind in KINDS}
    return {kind: value for kind, value in found.items() if value is not None}


def kind_of(location: Wired | None) -> str:
    """Which kind of location this is, "" for none."""
    return next((k for k in KINDS if isinstance((location or {}).get(k), Mapping)), "")


def is_full(location: Wired | None) -> bool:
    """Whether it can be used without anything from a repository."""
    kind = kind_of(location)
    return bool(kind) and all((location or {})[kind].get(name) for name in NEEDED[kind])


def key_of(location: Wired | None) -> str | None:
    """The key inside its repository; None for kinds (git, raw) that have none."""
    kind = kind_of(location)
    if not kind:
        return None
    fields = (location or {})[kind]
    if kind in ("http", "artifactory"):
        return _address(fields).path
    return _text(fields, KEY_FIELDS[kind]) if kind in KEY_FIELDS else None


def with_key(location: Wired, key: str) -> dict[str, Any] | None:
    """The same location with another key; None where its kind has no keys."""
    kind = kind_of(location)
    if kind in ("http", "artifactory"):
        path = key if key.startswith("/") else f"/{key}"
        whole = urlunsplit(_address(location[kind])._replace(path=path))
        return {kind: {**location[kind], "url": whole}}
    if kind not in KEY_FIELDS:
        return None
    return {kind: {**location[kind], KEY_FIELDS[kind]: key}}


def repository_of(workflow: Workflow) -> dict[str, Any] | None:
    """The artifact repository that the controller wrote into the status (since Argo 3.1)."""
    reference = workflow.status.artifact_repository_ref or {}
    repository = reference.get("artifactRepository")
    return repository if isinstance(repository, dict) and kind_of(repository) else None


def repository_references(workflow: Workflow) -> tuple[RepositoryReference, ...]:
    """Where to look for the repository when the status does not hold it (argo.md 8.3).

    The namespace "" is that of the controller, which no workflow names. What the controller has
    found already, in the status, comes before what the spec asks for.
    """
    status = workflow.status.artifact_repository_ref or {}
    if status.get("default") is True:
        return ()
    own = workflow.metadata.namespace
    asked = status if _text(status, "configMap") or _text(status, "key") else {}
    asked = asked or workflow.spec.artifact_repository_ref or {}
    name = _text(asked, "configMap") or REPOSITORIES
    key = _text(asked, "key")
    # Only one that is asked for by name, and not found yet, may be in the controller's namespace.
    found = _text(status, "namespace")
    places = [found or own, own, *([""] if asked and not found else [])]
    return tuple(RepositoryReference(place, name, key) for place in dict.fromkeys(places))


def may_be_default(workflow: Workflow) -> bool:
    """Whether the repository may be the one in the controller's own config map (argo.md 8.3)."""
    status = workflow.status.artifact_repository_ref or {}
    named = _text(status, "configMap") or (workflow.spec.artifact_repository_ref or {})
    return status.get("default") is True or not named


def archive_location(
    workflow: Workflow, node: Node, repository: Wired | None = None
) -> Wired | None:
    """What completes key-only artifacts of a node (argo.md 8.3, rule 2)."""
    template = template_of(workflow, node) or {}
    own = template.get("archiveLocation")
    if isinstance(own, Mapping) and is_full(own):
        return own
    return repository_of(workflow) or repository


def resolve(
    artifact: Artifact, archive: Wired | None, namespace: str
) -> tuple[Location | None, str]:
    """An artifact's location, or None and why it has none (argo.md 8.3, rule 3).

    What an artifact says of bucket or endpoint counts only if it says all of it; otherwise the
    archive location is taken whole, credentials and all, and only the key is the artifact's.
    """
    own = wired(artifact)
    if is_full(own):
        return located(own, namespace), ""
    key = key_of(own)
    if not own:
        return None, "the workflow does not say where it is stored"
    if not key:
        return None, "the workflow names no key for it"
    if archive is None:
        return None, "the workflow does not say which artifact repository holds it"
    whole = with_key(archive, key)
    if whole is None:
        return None, f"a {kind_of(archive)} repository holds no keys"
    return located(whole, namespace), ""


def located(location: Wired, namespace: str) -> Location:
    """A full location of the wire as a value."""
    kind = kind_of(location)
    fields = location[kind]
    if kind == "raw":
        return RawLocation(_text(fields, "data"))
    if kind == "s3":
        return _s3(fields, namespace)
    key = key_of(location) or ""
    return OtherLocation(kind, key, _url(kind, fields, key), namespace, fields)


def _s3(fields: Wired, namespace: str) -> S3Location:
    encryption = fields.get("encryptionOptions")
    customer = encryption if isinstance(encryption, Mapping) else {}
    style = _text(fields, "addressingStyle")
    return S3Location(
        bucket=_text(fields, "bucket"),
        key=_text(fields, "key"),
        endpoint=_text(fields, "endpoint"),
        region=_text(fields, "region"),
        insecure=fields.get("insecure") is True,
        namespace=namespace,
        access_key=_secret(fields, "accessKeySecret"),
        secret_key=_secret(fields, "secretKeySecret"),
        session_token=_secret(fields, "sessionTokenSecret"),
        role_arn=_text(fields, "roleARN"),
        use_sdk_creds=fields.get("useSDKCreds") is True,
        ca=_secret(fields, "caSecret"),
        addressing_style="virtual" if style.startswith("virtual") else style,
        customer_key=_secret(customer, "serverSideCustomerKeySecret"),
    )


def _secret(fields: Wired, name: str) -> SecretRef | None:
    value = fields.get(name)
    if not isinstance(value, Mapping) or not value.get("name"):
        return None
    return SecretRef(_text(value, "name"), _text(value, "key"))


def _text(fields: Wired, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _address(fields: Wired) -> SplitResult:
    """The parts of a `url`; empty for an invalid one."""
    try:
        return urlsplit(_text(fields, "url"))
    except ValueError:
        return urlsplit("")


def _url(kind: str, fields: Wired, key: str) -> str:
    """What a person would paste into the tool for that kind of store."""
    if kind in ("http", "artifactory"):
        return _text(fields, "url")
    if kind == "git":
        return _text(fields, "repo")
    if kind == "gcs":
        return f"gs://{_text(fields, 'bucket')}/{key}"
    if kind == "oss":
        return f"oss://{_text(fields, 'bucket')}/{key}"
    if kind == "azure":
        # A signature in the endpoint is no part of what is shown.
        endpoint = _text(fields, "endpoint").partition("?")[0].rstrip("/")
        return f"{endpoint}/{_text(fields, 'container')}/{key}"
    if kind == "hdfs":
        return f"hdfs://{key}"
    return f"{_text(fields, 'name')}:{key}"
