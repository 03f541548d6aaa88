"""What can be copied of an artifact: names, addresses, and commands that fetch it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote

from tui.artifacts.base import Can, Folder
from tui.artifacts.elsewhere import how_elsewhere, mc_alias, with_argo, with_aws, with_mc, with_tool
from tui.artifacts.items import Item
from tui.domain.hidden import without_secrets
from tui.domain.location import InsideLocation, Location, S3Location
from tui.domain.workflow import WorkflowRef

LINK = "link"
"""The way that has to be asked of the store."""
LINK_SECONDS = 3600
"""How long a link is good for."""


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be copied."""

    id: str
    title: str
    text: str = ""
    """What is copied; "" for the link, which is made when it is chosen."""
    refusal: str = ""


def ways(
    item: Item, reached: Location | None, workflow: WorkflowRef, can: frozenset[Can]
) -> tuple[Way, ...]:
    """What can be copied of an item; `reached` is its location as this machine reaches it."""
    artifact = item.artifact
    found = [Way("name", "Name", item.name.rstrip("/"))]
    if reached is None:
        return tuple(found)
    is_inside = isinstance(reached, InsideLocation)
    where: Location = reached.stored if isinstance(reached, InsideLocation) else reached
    # Of what is inside an archive, other tools fetch the archive.
    is_folder = not is_inside and (
        isinstance(item.fact, Folder) or bool(item.entry and item.entry.is_folder)
    )
    found += [Way("key", "Key", reached.key)] if reached.key else []
    found += [Way("address", "Address", without_secrets(reached.url))] if reached.url else []
    found.append(Way(LINK, "Link without a login", refusal=_no_link(reached, is_folder, can)))
    if isinstance(where, S3Location):
        found.append(Way("aws", "aws command", with_aws(where, is_folder=is_folder)))
        mc = f"{mc_alias(where)} && {with_mc(where, is_folder=is_folder)}"
        found.append(Way("mc", "mc command", mc))
    elif tool := with_tool(where, is_folder=is_folder):
        found.append(Way("tool", "Command of its tool", tool))
    if artifact.direction == "out":
        node = str(artifact.node_id)
        argo = with_argo(workflow.name, workflow.namespace, node, artifact.name)
        found.append(Way("argo", "argo command", argo))
        ours = ["argo-tui", "cp", f"{workflow.name}/{node}", ".", "-n", workflow.namespace]
        words = [*ours, "--artifact-name", artifact.name]
        found.append(Way("ours", "argo-tui command", " ".join(map(quote, words))))
    return tuple(found)


def _no_link(location: Location, is_folder: bool, can: frozenset[Can]) -> str:
    """Why there is no link; "" if there may be one."""
    if isinstance(location, InsideLocation):
        return "what is inside an archive has none"
    if is_folder:
        return "a folder has none"
    return "" if "presign" in can else f"its store makes none; {how_elsewhere(location)}"
