"""Which cluster, which user and which namespace: what the kubeconfig files say.

Nothing is asked of anybody here, so that the header knows at once where it is. Files merge as
kubectl merges them: the first file that names a thing wins, and so does the first current-context.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from tui.domain.hidden import only_host, split_login
from tui.domain.names import typed_fault
from tui.errors import InputError, NoCluster, SettingsError

if TYPE_CHECKING:  # `list` does not wait for it
    from tui.ports.contexts import ContextEntry

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where Kubernetes puts a pod's own credentials."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The context that flags, environment and files come to."""

    context: str
    paths: tuple[str, ...]
    """The files that exist, in their order; empty inside a cluster."""
    server: str = ""
    """Its address, as it can be shown: without a login in it."""
    login: tuple[str, str] | None = field(default=None, repr=False)
    """User and password, if the address holds them."""
    namespace: str = ""
    user_name: str = ""
    user: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The user's section; holds secrets, so no repr shows it."""
    user_path: str = ""
    """The file that section is in."""
    cluster: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The cluster's section; the addresses in it may hold passwords."""
    cluster_folder: str = ""

    @property
    def user_folder(self) -> str:
        """What relative paths in the user's section start from."""
        return _folder_of(self.user_path)

    @property
    def is_in_cluster(self) -> bool:
        """Whether the pod's own service account is used."""
        return not self.paths


def wanted_paths(kubeconfig: str, environ: Mapping[str, str]) -> list[str]:
    """The files to look at: `--kubeconfig`, else KUBECONFIG, else the usual one."""
    if kubeconfig:
        return [os.path.expanduser(kubeconfig)]
    named = [part for part in environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return [os.path.expanduser(part) for part in named] or [
        os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".kube", "config")
    ]


def choose(
    kubeconfig: str,
    context: str,
    environ: Mapping[str, str],
    *,
    service_account: Path = SERVICE_ACCOUNT,
) -> Chosen:
    """Read the files and pick the context.

    Raises: NoCluster where nothing says which cluster; SettingsError where something wrong does.
    """
    wanted = wanted_paths(kubeconfig, environ)
    paths = [path for path in wanted if os.path.exists(path)]
    if kubeconfig and not paths:
        raise NoCluster(f"there is no kubeconfig {kubeconfig}", hint="check --kubeconfig")
    files = [(path, _read(path)) for path in paths]
    contexts = _named(files, "contexts", "context")
    if not contexts and not context and _is_in_pod(environ, service_account):
        return _in_cluster(environ, service_account)
    if not paths:
        raise NoCluster(
            f"there is no kubeconfig: {' and '.join(wanted)} "
            f"{'does' if len(wanted) == 1 else 'do'} not exist",
            hint="set KUBECONFIG or use --kubeconfig; --demo needs no cluster",
        )
    name = context or next((text for text in _current(files) if text), "")
    _check_context(name, contexts, ", ".join(paths))
    return _resolved(name, contexts[name][1], files, tuple(paths))


def entries(kubeconfig: str, environ: Mapping[str, str]) -> tuple[ContextEntry, ...]:
    """The contexts of all files, in their order; none where there is no file.

    Raises: SettingsError where a file is not a kubeconfig.
    """
    from tui.ports.contexts import ContextEntry

    paths = [path for path in wanted_paths(kubeconfig, environ) if os.path.exists(path)]
    files = [(path, _read(path)) for path in paths]
    current = next((text for text in _current(files) if text), "")
    return tuple(
        ContextEntry(
            name,
            _text(context.get("cluster")),
            _text(context.get("user")),
            _text(context.get("namespace")),
            is_current=name == current,
        )
        for name, (_, context) in _named(files, "contexts", "context").items()
        if name
    )


def _current(files: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    return (_text(file.get("current-context")) for _, file in files)


def _check_context(name: str, contexts: Mapping[str, Any], shown: str) -> None:
    """Raises: as `choose`, unless the files shown so have a context of that name."""
    if not contexts:
        raise NoCluster(
            f"{shown} names no contexts, so no cluster",
            hint="log in to a cluster first, or use --kubeconfig; --demo needs no cluster",
        )
    if not name:
        raise NoCluster(
            f"{shown} has no current context",
            hint=f"use --context with one of: {_some(contexts)}",
        )
    if name not in contexts:
        raise SettingsError(
            f"there is no context {name} in {shown}",
            hint=f"there are: {_some(contexts)}",
        )


def _resolved(
    name: str,
    context: Mapping[str, Any],
    files: list[tuple[str, dict[str, Any]]],
    paths: tuple[str, ...],
) -> Chosen:
    """The context with its cluster's server and its user's section."""
    cluster_name, user_name = _text(context.get("cluster")), _text(context.get("user"))
    clusters = _named(files, "clusters", "cluster")
    if cluster_name not in clusters:
        raise SettingsError(
            f"context {name} is of cluster {cluster_name or '(none)'}, which is in no kubeconfig",
            hint="repair the kubeconfig or use another --context",
        )
    server = _text(clusters[cluster_name][1].get("server"))
    if not is_address(server):
        raise SettingsError(
            f"cluster {cluster_name} has no usable server address ({only_host(server) or 'none'})",
            hint="repair the kubeconfig or use another --context",
        )
    users = _named(files, "users", "user")
    if user_name and user_name not in users:
        raise SettingsError(
            f"context {name} is of user {user_name}, which is in no kubeconfig",
            hint="repair the kubeconfig or use another --context",
        )
    server, login = split_login(server)
    user_path, user = users.get(user_name, ("", {}))
    return Chosen(
        context=name,
        paths=paths,
        server=server.rstrip("/"),
        login=login,
        namespace=_namespace(name, _text(context.get("namespace"))),
        user_name=user_name,
        user=user,
        user_path=user_path,
        cluster=clusters[cluster_name][1],
        cluster_folder=_folder_of(clusters[cluster_name][0]),
    )


def _namespace(context: str, text: str) -> str:
    """The namespace of a context, "" for none. Raises: SettingsError for what cannot be one."""
    fault = typed_fault(text) if text else ""
    if fault or "," in text:
        raise SettingsError(
            f"the namespace of context {context} {fault or 'cannot have a , in it'}",
            hint="repair the kubeconfig, or name another one with -n",
        )
    return text


def is_address(text: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    """Whether a server or a proxy can be asked there."""
    try:
        parts = urlsplit(text)
        # A port that is none raises, too.
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in schemes and is_whole


def _folder_of(path: str) -> str:
    return os.path.dirname(os.path.abspath(path)) if path else ""


def _is_in_pod(environ: Mapping[str, str], folder: Path) -> bool:
    return bool(environ.get("KUBERNETES_SERVICE_HOST")) and (folder / "token").is_file()


def _in_cluster(environ: Mapping[str, str], folder: Path) -> Chosen:
    host = environ["KUBERNETES_SERVICE_HOST"]
    port = environ.get("KUBERNETES_SERVICE_PORT", "443")
    shown = f"[{host}]" if ":" in host else host
    namespace = folder / "namespace"
    return Chosen(
        context="in-cluster",
        paths=(),
        server=f"https://{shown}:{port}",
        namespace=namespace.read_text().strip() if namespace.is_file() else "",
        user_name="service account",
    )


def _read(path: str) -> dict[str, Any]:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(
            f"cannot read the kubeconfig {path}: {error.strerror or error}",
            hint="check the file's rights, KUBECONFIG and --kubeconfig",
        ) from error
    content = _parsed(path, data)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(
            f"{path} is not a kubeconfig: it holds {_kind(content)} where a map belongs",
            hint="check KUBECONFIG and --kubeconfig",
        )
    return content


def _parsed(path: str, data: bytes) -> Any:
    if data.startswith(b"{"):
        try:
            return msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass  # YAML may begin like that, too
        except RecursionError as error:
            raise SettingsError(
                f"the kubeconfig {path} is nested too deeply", hint="repair it, or use --kubeconfig"
            ) from error
    import yaml

    from tui.sources.yamlreader import check_depth

    try:
        check_depth(path, data.decode("utf-8", "replace"))
        return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except InputError as error:
        raise SettingsError(
            f"the kubeconfig {path} is nested too deeply", hint="repair it, or use --kubeconfig"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise SettingsError(
            f"the kubeconfig {path} is not YAML{line}", hint="repair it, or use --kubeconfig"
        ) from error


def _named(
    files: list[tuple[str, dict[str, Any]]], plural: str, singular: str
) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name → (file, section) over all files; the first that names a thing wins."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for path, file in files:
        entries = file.get(plural) or []
        if not isinstance(entries, list):
            raise SettingsError(
                f"{path} is not a kubeconfig: its {plural} are {_kind(entries)}, not a list",
                hint="check KUBECONFIG and --kubeconfig",
            )
        for entry in entries:
            if not isinstance(entry, dict):
                continue
            section = entry.get(singular)
            found.setdefault(
                _text(entry.get("name")), (path, section if isinstance(section, dict) else {})
            )
    return found


def _some(names: Mapping[str, Any]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    return "a list" if isinstance(value, list) else "plain text"
