"""The artifacts of a workflow's nodes, and what is known about each without reading it.

One list serves the pane, the logs' fallback to the archive, and downloads, so the rules are here
once: which artifacts belong to a step, which of them are the same, what a file of that name is.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from tui.domain.branches import inside
from tui.domain.location import Location, Wired, archive_location, key_of, resolve, wired
from tui.domain.node import Artifact, Node, NodeId
from tui.domain.workflow import Workflow

Direction = Literal["in", "out"]
Archive = Literal["tar", "zip", "none"]
Kind = Literal[
    "text", "json", "csv", "tgz", "tar", "gzip", "zip", "image", "parquet", "folder", "binary"
]

LOG_SUFFIX = "-logs"
"""An output artifact whose name ends like this is a container's log (argo.md 7.2)."""

SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys((".txt", ".log", ".md", ".yaml", ".yml", ".html", ".htm", ".xml"), "text"),
    **dict.fromkeys((".toml", ".ini", ".conf", ".cfg", ".py", ".sh", ".sql", ".out"), "text"),
    **dict.fromkeys((".json", ".geojson", ".ipynb"), "json"),
    **dict.fromkeys((".jsonl", ".ndjson"), "text"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".tgz", ".tar.gz"), "tgz"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"), "image"),
    ".tar": "tar",
    ".gz": "gzip",
    ".parquet": "parquet",
    ".zip": "zip",
}
"""File extension → kind of content; for other names the first bytes decide."""

MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x1f\x8b", "tgz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"PAR1", "parquet"),
)


class NodeArtifact(msgspec.Struct, frozen=True, gc=False):
    """One artifact of one node, with its location if the workflow has enough to resolve it."""

    node_id: NodeId
    step: str
    """The node's display name, for the STEP column."""
    name: str
    direction: Direction
    location: Location | None
    key: str = ""
    """The key inside its store, known even where the store is not; "" for kinds without keys."""
    why_not: str = ""
    """Why it has no location, as the end of a sentence."""
    left_out: bool = False
    """It has a location, and is not in the saved file that all is read from."""
    archive: Archive = "tar"
    path: str = ""
    """Its path in the container."""
    deleted: bool = False
    """Artifact GC has removed it (argo.md 8.5)."""
    optional: bool = False
    gc_strategy: str = ""
    """Its own strategy of artifact GC; "" where the workflow's holds (argo.md 8.5)."""
    made_at: str = ""
    """When the step that gave it ended, as Kubernetes writes it; "" while it runs, and for what a
    step was given."""

    @property
    def is_log(self) -> bool:
        """Whether this is a container's archived log (argo.md 7.2)."""
        return self.direction == "out" and self.name.endswith(LOG_SUFFIX)

    @property
    def container(self) -> str:
        """The container whose log this is; "" if it is not a log."""
        return self.name.removesuffix(LOG_SUFFIX) if self.is_log else ""

    @property
    def is_folder_by_name(self) -> bool:
        """Whether the key ends with a slash; Argo marks many folders so, but not all."""
        return self.key.endswith("/")

    @property
    def file_name(self) -> str:
        """The file name for a download: the last part of the key, or else the artifact's name."""
        return posixpath.basename(self.key.rstrip("/")) or self.name

    @property
    def kind(self) -> Kind | None:
        """The probable kind of content, by its names; None if they do not say."""
        if self.is_log:
            return "text"
        return "folder" if self.is_folder_by_name else kind_by_name(self.file_name)


def archive_of(artifact: Artifact) -> Archive:
    """How the executor packed it: gzipped tar unless told otherwise (argo.md 8.4)."""
    strategy = artifact.archive or {}
    if "none" in strategy:
        return "none"
    return "zip" if "zip" in strategy else "tar"


def artifacts_of(
    workflow: Workflow, node: Node, repository: Wired | None = None
) -> tuple[NodeArtifact, ...]:
    """The inputs and outputs of one node, in the order of its template.

    `repository` is what the caller found in a config map, for workflows whose status has none.
    """
    archive = archive_location(workflow, node, repository)
    place = workflow.metadata.namespace
    inputs = node.inputs.artifacts if node.inputs else ()
    outputs = node.outputs.artifacts if node.outputs else ()
    return tuple(
        _of_node(node, artifact, direction, archive, place)
        for direction, artifacts in (("in", inputs), ("out", outputs))
        for artifact in artifacts
        if not (direction == "in" and artifact.optional and not wired(artifact))
    )


def artifacts_of_workflow(
    workflow: Workflow, repository: Wired | None = None
) -> tuple[NodeArtifact, ...]:
    """Every artifact of a workflow, without repeats, in the order in which the nodes started."""
    nodes = sorted(workflow.nodes.values(), key=lambda n: (n.started_at or "9", n.name))
    found = _of_nodes(workflow, nodes, repository)
    keys = {(a.direction, a.key) for a in found if a.key}
    whole = Node(id=NodeId(workflow.metadata.name), display_name="(workflow)")
    archive = archive_location(workflow, whole, repository)
    outputs = workflow.status.outputs.artifacts if workflow.status.outputs else ()
    globals_ = (
        _of_node(whole, artifact, "out", archive, workflow.metadata.namespace)
        for artifact in outputs
    )
    return (*found, *(a for a in globals_ if not a.key or ("out", a.key) not in keys))


def artifacts_within(
    workflow: Workflow, node: Node, repository: Wired | None = None
) -> tuple[NodeArtifact, ...]:
    """The artifacts of a node and of everything that ran inside it."""
    if node.name == workflow.metadata.name:
        return artifacts_of_workflow(workflow, repository)
    if node.type == "Container" and node.boundary_id in workflow.nodes:
        return artifacts_of(workflow, workflow.nodes[node.boundary_id], repository)
    nodes = [workflow.nodes[inner] for inner in inside(workflow, node)]
    nodes.sort(key=lambda n: (n.started_at or "9", n.name))
    return _of_nodes(workflow, [node, *nodes], repository)


def log_artifact(
    workflow: Workflow, node: Node, container: str = "main", repository: Wired | None = None
) -> NodeArtifact | None:
    """The archived log of one container of a node (argo.md 7.2), even if it is deleted by now."""
    owner = node
    if node.type == "Container" and node.boundary_id in workflow.nodes:
        owner = workflow.nodes[node.boundary_id]
    return next(
        (
            artifact
            for artifact in artifacts_of(workflow, owner, repository)
            if artifact.is_log and artifact.container == container
        ),
        None,
    )


def archived_log(
    workflow: Workflow, node: Node, container: str = "main", repository: Wired | None = None
) -> Location | None:
    """Where a container's archived log can still be read, or None."""
    found = log_artifact(workflow, node, container, repository)
    return None if found is None or found.deleted else found.location


def kind_by_name(name: str) -> Kind | None:
    """The kind of content by a file name; None if the name does not say."""
    lowered = name.lower()
    if lowered.endswith("/"):
        return "folder"
    return next((kind for end, kind in SUFFIXES.items() if lowered.endswith(end)), None)


def kind_by_bytes(first: bytes) -> Kind:
    """The kind of content by its first bytes."""
    for magic, kind in MAGIC:
        if first.startswith(magic):
            return kind
    if first[257:262] == b"ustar":
        return "tar"
    if not is_text(first):
        return "binary"
    begun = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return "json" if begun in (b"{", b"[") else "text"


def is_text(first: bytes) -> bool:
    """Whether this is UTF-8 without NUL; the last character may be cut off."""
    if b"\0" in first:
        return False
    try:
        first.decode()
    except UnicodeDecodeError as error:
        return len(first) - error.start < 4 and error.reason == "unexpected end of data"
    return True


def _of_node(
    node: Node, artifact: Artifact, direction: Any, archive: Wired | None, namespace: str
) -> NodeArtifact:
    location, why_not = resolve(artifact, archive, namespace)
    return NodeArtifact(
        node_id=node.id,
        step=node.title,
        name=artifact.name,
        direction=direction,
        location=location,
        key=location.key if location else key_of(wired(artifact)) or "",
        why_not=why_not,
        archive=archive_of(artifact),
        path=artifact.path,
        deleted=artifact.deleted,
        optional=artifact.optional,
        gc_strategy=gc.strategy if (gc := artifact.artifact_gc) else "",
        made_at=(node.finished_at or "") if direction == "out" else "",
    )


def _of_nodes(
    workflow: Workflow, nodes: Iterable[Node], repository: Wired | None
) -> tuple[NodeArtifact, ...]:
    """The artifacts of several nodes, each once.

    Retry nodes repeat what their last attempt put out, Steps and DAG nodes what a step inside
    them did: of those with the same name and key the one that a pod wrote is kept (argo.md 14.17).
    Inputs are dropped only where a Retry node repeats what its attempts were given.
    """
    kept: dict[tuple[Any, ...], NodeArtifact] = {}
    owners: dict[tuple[Any, ...], Node] = {}
    for node in nodes:
        for at, artifact in enumerate(artifacts_of(workflow, node, repository)):
            if artifact.direction == "in" and _is_repeated(workflow, node, artifact):
                continue
            same: tuple[Any, ...] = ("out", artifact.name, artifact.key)
            if artifact.direction == "in" or not artifact.key:
                same = (node.id, artifact.direction, at)
            if same in kept and not (node.type == "Pod" and owners[same].type != "Pod"):
                continue
            # Taken out first, so that the pod's own row stands where that pod stands.
            kept.pop(same, None)
            kept[same], owners[same] = artifact, node
    return tuple(kept.values())


def _is_repeated(workflow: Workflow, node: Node, artifact: NodeArtifact) -> bool:
    """Whether an attempt of this Retry node was given the same input."""
    if node.type != "Retry":
        return False
    attempts = (workflow.nodes.get(child) for child in node.children)
    return any(
        given.name == artifact.name and (key_of(wired(given)) or "") == artifact.key
        for attempt in attempts
        if attempt is not None and attempt.inputs is not None
        for given in attempt.inputs.artifacts
    )
