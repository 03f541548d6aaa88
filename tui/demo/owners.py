"""Who set which field of an object: `metadata.managedFields`, and conflicts of server-side apply.

Every write through the API is somebody's: what it changes is theirs from then on. Who applies a
configuration owns all that is in it, may not change what is another's unless by force, and what
is left out of it the next time goes. Objects that the engine and the scenes have made are nobody's
until they are applied to, as on a server that was told of owners later than of the objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tui.demo import fieldsets, refusals
from tui.demo.fieldsets import Path
from tui.demo.merging import merged
from tui.demo.patches import strategically_merged
from tui.demo.resources import Obj, Resource

APPLY, UPDATE = "Apply", "Update"
_BEFORE = "before-first-apply"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and when."""

    name: str
    at: str
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """One entry of `managedFields`."""

    name: str
    operation: str
    version: str
    subresource: str = ""
    at: str = ""
    paths: frozenset[Path] = field(default_factory=frozenset, repr=False)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it another than the others."""
        return self.name, self.operation, self.version, self.subresource

    def entry(self) -> Obj:
        """As it is written into the object."""
        entry: Obj = {
            "apiVersion": self.version,
            "fieldsType": "FieldsV1",
            "fieldsV1": fieldsets.nested(self.paths),
            "manager": self.name,
            "operation": self.operation,
        }
        if self.subresource:
            entry["subresource"] = self.subresource
        if self.at:
            entry["time"] = self.at
        return entry

    def __str__(self) -> str:
        said = f'"{self.name}"'
        if self.subresource:
            said += f' with subresource "{self.subresource}"'
        if self.operation == UPDATE:
            said += f" using {self.version}"
        return said


def read(entries: Any) -> list[Owner]:
    """The owners an object tells of; raises ValueError where they make no sense."""
    owners = []
    for each in entries or ():
        try:
            owner = Owner(
                name=str(each["manager"]),
                operation=str(each["operation"]),
                version=str(each["apiVersion"]),
                subresource=str(each.get("subresource", "")),
                at=str(each.get("time", "")),
                paths=frozenset(fieldsets.flat(each["fieldsV1"])),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no entry of managedFields: {each!r}") from error
        owners.append(owner)
    return owners


def created(resource: Resource, obj: Obj, author: Author) -> Obj:
    """The caller's new object, all of it its author's."""
    paths = fieldsets.values(resource, obj).keys()
    return _signed(obj, [_owner(resource, author, UPDATE, paths)])


def updated(resource: Resource, before: Obj, obj: Obj, author: Author) -> Obj:
    """The caller's object as it shall become, what changes now its author's.

    A client that knows nothing of owners changes none; one that sends others is believed.
    """
    kept = before["metadata"].get("managedFields")
    if not kept:
        return _signed(obj, [])
    sent = obj["metadata"].get("managedFields")
    try:
        owners = read(sent) if sent else read(kept)
    except ValueError:
        owners = read(kept)
    if sent == [{}]:
        return _signed(obj, [])
    old, new = fieldsets.values(resource, before), fieldsets.values(resource, obj)
    changed, gone = fieldsets.differing(old, new), old.keys() - new.keys()
    mine = _owner(resource, author, UPDATE, changed)
    had = next((each.paths for each in owners if each.key == mine.key), frozenset[Path]())
    others = [
        replace(each, paths=each.paths - gone - (changed if each.key != mine.key else frozenset()))
        for each in owners
    ]
    if changed:
        others = [each for each in others if each.key != mine.key]
        others.append(replace(mine, paths=(had - gone) | changed))
    return _signed(obj, others)


def applied(resource: Resource, live: Obj, config: Obj, author: Author, *, force: bool) -> Obj:
    """The caller's object after a server-side apply; raises the 409 of who is not to be overruled.

    Lists of custom resources are replaced as wholes, which is what a schema without list types
    means to the real server too.
    """
    if config.get("metadata", {}).get("managedFields"):
        raise refusals.bad_request("metadata.managedFields must be nil")
    old = fieldsets.values(resource, live)
    owners = read(live["metadata"].get("managedFields"))
    if not owners:
        before = Author(_BEFORE, author.at)
        owners = [_owner(resource, before, UPDATE, old.keys())]
    mine = _owner(resource, author, APPLY, fieldsets.applied(resource, config))
    others = [each for each in owners if each.key != mine.key]
    had = next((each for each in owners if each.key == mine.key), replace(mine, paths=frozenset()))
    left = had.paths - mine.paths - {path for each in others for path in each.paths}
    kept = fieldsets.without(live, left)
    obj: Obj = strategically_merged(kept, config)
    if resource.custom:
        obj = {**merged(kept, config), "metadata": obj["metadata"]}
    changed = fieldsets.differing(old, fieldsets.values(resource, obj)) & mine.paths
    conflicts = [(each, path) for each in others for path in sorted(each.paths & changed)]
    if conflicts and not force:
        raise _conflict(conflicts)
    if had.paths == mine.paths:
        mine = had
    return _signed(obj, [*(replace(each, paths=each.paths - changed) for each in others), mine])


def apply_created(resource: Resource, obj: Obj, config: Obj, author: Author) -> Obj:
    """The caller's new object, made by an apply."""
    return _signed(obj, [_owner(resource, author, APPLY, fieldsets.applied(resource, config))])


def _owner(resource: Resource, author: Author, operation: str, paths: Iterable[Path]) -> Owner:
    return Owner(
        name=author.name,
        operation=operation,
        version=resource.api_version,
        subresource=author.subresource,
        at=author.at,
        paths=frozenset(paths),
    )


def _signed(obj: Obj, owners: Sequence[Owner]) -> Obj:
    entries = [each.entry() for each in sorted(owners, key=_rank) if each.paths]
    metadata = {name: value for name, value in obj["metadata"].items() if name != "managedFields"}
    if entries:
        metadata["managedFields"] = entries
    return {**obj, "metadata": metadata}


def _rank(owner: Owner) -> tuple[bool, str, str, str, str, str]:
    """Who applies comes first, then who wrote first."""
    return (owner.operation != APPLY, owner.at, *owner.key)


def _conflict(conflicts: Sequence[tuple[Owner, Path]]) -> refusals.ApiError:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f"conflict with {owner}",
            "field": fieldsets.shown(path),
        }
        for owner, path in conflicts
    ]
    if len(conflicts) == 1:
        owner, path = conflicts[0]
        said = f"1 conflict: conflict with {owner}: {fieldsets.shown(path)}"
    else:
        lines: dict[str, list[str]] = {}
        for owner, path in conflicts:
            lines.setdefault(str(owner), []).append(f"- {fieldsets.shown(path)}")
        told = [line for who in sorted(lines) for line in (f"conflicts with {who}:", *lines[who])]
        said = f"{len(conflicts)} conflicts: " + "\n".join(told)
    return refusals.ApiError(
        409, "Conflict", f"Apply failed with {said}", details={"causes": causes}
    )
