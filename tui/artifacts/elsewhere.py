"""How an artifact is had with other tools, as a line for a shell."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote
from urllib.parse import quote as url_quote

from tui.artifacts.saving import safe_name
from tui.domain.hidden import only_host, without_secrets
from tui.domain.location import Location, OtherLocation, S3Location

ELSEWHERE: Mapping[str, str] = {
    # curl asks for the password.
    "artifactory": 'curl -fLO -u "$USER" {url}',
    # Without --file az writes to the terminal, and without --auth-mode it wants the account's key.
    "azure": "az storage blob download --blob-url {quoted} --file {name} --auth-mode login",
    "gcs": "gcloud storage cp {url} .",
    "git": "git clone {url}",
    "hdfs": "hdfs dfs -get {key}",
    "http": "curl -fLO {url}",
    "oss": "ossutil cp {url} .",
}
"""The command that fetches an artifact of a kind, where that is not S3."""

FOLDERS: Mapping[str, str] = {
    "azure": "az storage blob download-batch --account-name {account} --auth-mode login "
    "-s {container} --pattern {below} -d .",
    "gcs": "gcloud storage cp --recursive {url} .",
    "oss": "ossutil cp -r {url} .",
}
"""The command that fetches a folder."""


def how_elsewhere(location: Location) -> str:
    """How an artifact is had with another tool, as a sentence of one line."""
    command = with_tool(location)
    return f"download it with: {command}" if command else "download it with argo cp"


def with_tool(location: Location, *, is_folder: bool = False) -> str:
    """The command of the store's own tool; "" for kinds that have none."""
    if isinstance(location, S3Location):
        return with_aws(location, is_folder=is_folder)
    is_folder = is_folder or location.key.endswith("/")
    command = FOLDERS.get(location.kind, "") if is_folder else ""
    command = command or ELSEWHERE.get(location.kind, "")
    address = without_secrets(location.url)
    fields = location.fields if isinstance(location, OtherLocation) else {}
    endpoint = str(fields.get("endpoint") or "").partition("?")[0]
    made = command.format(
        url=_word(address),
        # What the tool takes apart as an address has to be one.
        quoted=_word(url_quote(address, safe=":/")),
        key=_word(location.key),
        name=_word(f"./{safe_name(location.key.rstrip('/').rpartition('/')[2])}"),
        account=_word(only_host(endpoint).partition("://")[2].partition(".")[0]),
        container=_word(str(fields.get("container") or "")),
        below=_word(f"{location.key.rstrip('/')}/*".lstrip("/")),
    )
    if made and location.kind == "oss" and endpoint:
        made += f" -e {_word(only_host(endpoint))}"
    return made


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
