"""Artifacts and results of a pod: what Argo's executor does in the init and wait containers.

Input artifacts become files of the pod before it starts; output parameters and artifacts are read
from its files when it has ended, and put into the bucket under Argo's keys (argo.md 8.3, 8.4).
"""

from __future__ import annotations

import random
from typing import Any

from tui.demo.bucket import Blob, Bucket
from tui.demo.engine import archives
from tui.demo.engine.programs import Files

EMPTY_FOLDER = "./"
"""What is in a folder that nothing is in."""
_MADE_UP = b"made up by the demo\n"


def load(artifact: dict[str, Any], files: Files, bucket: Bucket) -> str:
    """Put an input artifact into the files; what went wrong, or ""."""
    path = str(artifact.get("path") or "").rstrip("/")
    if not path:
        return ""
    raw = artifact.get("raw")
    if isinstance(raw, dict):
        files[path] = str(raw.get("data", "")).encode()
        return ""
    key = str((artifact.get("s3") or {}).get("key") or "").rstrip("/")
    if not key:
        # Git, HTTP and the like are outside of the demo: something is there.
        if any(kind in artifact for kind in ("git", "http", "gcs", "azure", "oss", "hdfs")):
            inner = ("/README.md", "/VERSION") if "git" in artifact else ("",)
            files.update({path + name: _MADE_UP for name in inner})
        return ""
    if key not in bucket:
        folder = bucket.list(f"{key}/").objects
        for name, blob in folder:
            files[path + name[len(key) :]] = blob.read(0, 1 << 20)
        if folder or artifact.get("optional"):
            return ""
        if _elsewhere(artifact["s3"], bucket):
            files[path] = _MADE_UP
            return ""
        return f"failed to get object: The specified key does not exist. ({key})"
    data = bucket.get(key, 0, 1 << 20) or b""
    how = artifact.get("archive") or {}
    inside = None
    if how.get("none") is None:
        inside = archives.unpacked(data, zipped=how.get("zip") is not None)
    if inside is None:
        files[path] = data
    else:
        files.update({f"{path}/{name}" if name else path: each for name, each in inside.items()})
    return ""


def _elsewhere(s3: dict[str, Any], bucket: Bucket) -> bool:
    """Whether it says that it lies in a bucket or at a server that are not the demo's."""
    return s3.get("bucket", bucket.name) != bucket.name or bool(s3.get("endpoint"))


def listed(source: dict[str, Any], bucket: Bucket) -> list[str]:
    """The keys that a `data` template finds; of another's bucket some that one can read."""
    s3 = (source.get("artifactPaths") or {}).get("s3") or {}
    prefix = str(s3.get("key") or "")
    if not _elsewhere(s3, bucket):
        return [key for key, _ in bucket.list(prefix).objects]
    made = [f"{prefix.rstrip('/')}/run-{number}/main.log".lstrip("/") for number in range(3)]
    for key in made:
        bucket.put(key, _MADE_UP)
    return made


def found(path: str, files: Files) -> dict[str, bytes]:
    """The files of an output: one under "", or those of a folder by their relative paths."""
    path = path.rstrip("/")
    if path in files:
        return {"": files[path]}
    return {
        each[len(path) + 1 :] or EMPTY_FOLDER: data
        for each, data in files.items()
        if each.startswith(f"{path}/")
    }


def parameters(
    wanted: list[dict[str, Any]], files: Files, *, vague: bool, rng: random.Random
) -> tuple[list[dict[str, Any]], str]:
    """Output parameters from their files; and what is missing."""
    made: list[dict[str, Any]] = []
    for parameter in wanted:
        source = parameter.get("valueFrom") or {}
        value: str | None = None
        if source.get("path"):
            data = files.get(str(source["path"]))
            value = None if data is None else data.decode("utf-8", "replace").rstrip("\n")
        elif source.get("jsonPath") or source.get("jqFilter"):
            value = f"demo-{rng.randrange(16**5):05x}"
        elif parameter.get("value") is not None:
            value = str(parameter["value"])
        if value is None and source.get("default") is not None:
            value = str(source["default"])
        if value is None and vague and source.get("path"):
            value = str(rng.randrange(100))
        if value is None and source.get("path"):
            return made, f"can't read {source['path']}: no such file or directory"
        if value is not None:
            made.append({**parameter, "value": value})
    return made, ""


def save(
    artifact: dict[str, Any],
    files: Files,
    bucket: Bucket,
    prefix: str,
    *,
    vague: bool,
    size: float,
    seed: int,
) -> tuple[dict[str, Any] | None, str]:
    """Put an output artifact into the bucket; as the node shows it, or what went wrong."""
    path = str(artifact.get("path") or "")
    name = str(artifact.get("name") or "artifact")
    how = artifact.get("archive") or {}
    none = how.get("none") is not None
    ending = archives.ZIP if how.get("zip") is not None else archives.TAR
    given = str((artifact.get("s3") or {}).get("key") or "")
    base = path.rstrip("/").rpartition("/")[2] or name
    key = given or f"{prefix}/{base if none else name + ending}"
    content = found(path, files)
    if size and (not content or "" in content):
        bucket.put(key, _large(int(size * 1_000_000), seed))
        return _shown(artifact, key), ""
    if not content:
        if artifact.get("optional"):
            return None, ""
        if not vague:
            return None, f"failed to stat {path}: no such file or directory"
        content = {"": _MADE_UP}
    if not none:
        data = archives.packed(ending, base, content)
        bucket.put(key, Blob.of(data, archives.CONTENT_TYPES[ending]))
    elif "" in content:
        bucket.put(key, content[""])
    else:
        for inner, data in content.items():
            bucket.put(f"{key.rstrip('/')}/{inner.removeprefix(EMPTY_FOLDER)}", data)
        key = key.rstrip("/") + "/"
    return _shown(artifact, key), ""


def _shown(artifact: dict[str, Any], key: str) -> dict[str, Any]:
    return {**artifact, "s3": {**(artifact.get("s3") or {}), "key": key}}


_BLOCK = 4096


def _large(size: int, seed: int) -> Blob:
    """Content that is made up as it is read: every part the same each time."""
    block = random.Random(seed).randbytes(_BLOCK)

    def part(offset: int, length: int) -> bytes:
        first = offset % _BLOCK
        repeated = block * ((first + length) // _BLOCK + 1)
        return repeated[first : first + length]

    return Blob(size, part)
