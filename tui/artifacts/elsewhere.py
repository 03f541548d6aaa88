"""How an artifact is had with other tools, as a line for a shell."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote

from tui.domain.hidden import without_secrets
from tui.domain.location import Location, S3Location

ELSEWHERE: Mapping[str, str] = {
    "artifactory": "curl -O {url}",
    "azure": "az storage blob download --blob-url {url}",
    "gcs": "gcloud storage cp {url} .",
    "git": "git clone {url}",
    "hdfs": "hdfs dfs -get {key}",
    "http": "curl -O {url}",
    "oss": "ossutil cp {url} .",
}
"""The command that fetches an artifact of a kind, where that is not S3."""


def how_elsewhere(location: Location) -> str:
    """How an artifact is had with another tool, as a sentence of one line."""
    command = with_tool(location)
    return f"download it with: {command}" if command else "download it with argo cp"


def with_tool(location: Location) -> str:
    """The command of the store's own tool; "" for kinds that have none."""
    if isinstance(location, S3Location):
        return with_aws(location)
    command = ELSEWHERE.get(location.kind, "")
    address = without_secrets(location.url)
    return command.format(url=_word(address), key=_word(location.key))


def with_aws(location: S3Location, *, is_folder: bool = False) -> str:
    """`aws s3 cp s3://bucket/key .`, with what it has to be told of the store."""
    words = ["aws", "s3", "cp", location.url, "."]
    if is_folder:
        words.append("--recursive")
    if location.endpoint:
        words += ["--endpoint-url", _endpoint(location)]
    if location.region:
        words += ["--region", location.region]
    if location.profile:
        words += ["--profile", location.profile]
    return " ".join(map(_word, words))


def with_mc(location: S3Location, *, is_folder: bool = False) -> str:
    """`mc cp argo/bucket/key .`; the alias is what MinIO's tool calls a server."""
    words = ["mc", "cp", *(["--recursive"] if is_folder else [])]
    return " ".join(map(_word, [*words, f"argo/{location.bucket}/{location.key}", "."]))


def mc_alias(location: S3Location) -> str:
    """How MinIO's tool is told of the server; it asks for the keys."""
    return f"mc alias set argo {_word(_endpoint(location))}"


def with_argo(workflow: str, namespace: str, node: str, artifact: str) -> str:
    """`argo cp`, which asks Argo Server for the outputs of a step."""
    words = ["argo", "cp", workflow, ".", "-n", namespace]
    return " ".join(map(_word, [*words, "--node-id", node, "--artifact-name", artifact]))


def _endpoint(location: S3Location) -> str:
    server = location.server or "s3.amazonaws.com"
    return server if "://" in server else f"{'http' if location.insecure else 'https'}://{server}"


def _word(text: str) -> str:
    """A word for a shell; what cannot be printed is written as the shell would read it."""
    if text.isprintable():
        return quote(text)
    escaped = text.encode("unicode_escape").decode("ascii").replace("'", "\\'")
    return f"$'{escaped}'"
