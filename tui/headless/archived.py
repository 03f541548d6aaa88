"""Finding what an Argo Server has archived: by name, by uid, by the flags of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC

import msgspec

from tui.domain.archived import ArchiveQuery
from tui.domain.durations import before
from tui.domain.identity import ObjectKey, Row, Target
from tui.domain.report_list import ListFilter, span
from tui.domain.selectors import LabelSelector
from tui.domain.text import clean
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Manifest
from tui.errors import Missing, UsageError
from tui.kinds.workflows import WORKFLOWS
from tui.ports.archive import PAGE, Archive
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.settings import Settings
from tui.sources import scope_of

UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Found = Row[ListedWorkflow]


def each_archived(
    source: Connection, settings: Settings, query: ArchiveQuery, most: int = 0
) -> Iterator[Found]:
    """The archived runs of the settings' namespaces, each once, what began last first in each.

    `most` is how many of each namespace, 0 for all. Raises: NotOffered where nothing is archived.
    """
    archive = offered(source, Archive)
    for namespace in scope_of(settings, source.place).namespaces or ("",):
        asked = msgspec.structs.replace(query, namespace=namespace)
        seen: set[str] = set()
        more = ""
        while True:
            page = archive.page(WORKFLOWS, asked, more, most=min(PAGE, most) if most else PAGE)
            for row in page.rows:
                if row.uid not in seen:
                    seen.add(row.uid)
                    yield row
                    if len(seen) == most:
                        break
            more = page.more
            if not more or len(seen) == most:
                break


def found(source: Connection, word: str, settings: Settings) -> Manifest:
    """The archived run of this name or uid, whole.

    Raises: Missing where there is none, UsageError where several have the name.
    """
    objects = offered(source, Objects)
    if UID.fullmatch(word):
        return objects.get(Target(ObjectKey(source.id, WORKFLOW, "", "", word), word))
    rows = list(each_archived(source, settings, ArchiveQuery(name=word)))
    if not rows:
        raise Missing(f"there is no archived workflow {word}", reason="NotFound")
    if len(rows) > 1:
        told = "; ".join(f"{row.uid} (began {row.value.status.started_at})" for row in rows[:5])
        raise UsageError(
            f"{len(rows)} archived workflows are called {clean(word)}", hint=f"name one: {told}"
        )
    return objects.get(Target(rows[0].key, rows[0].uid))


def beside(
    source: Connection, settings: Settings, labels: LabelSelector, criteria: ListFilter
) -> Iterator[Found]:
    """For `argo-tui list --archived`: what may match its flags."""
    after = ""
    if criteria.since:
        since = before(settings.now(), span(criteria.since)).astimezone(UTC)
        after = f"{since:%Y-%m-%dT%H:%M:%SZ}"
    query = ArchiveQuery(labels=str(labels), name_contains=criteria.prefix, begun_after=after)
    return each_archived(source, settings, query)
