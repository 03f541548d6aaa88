"""What a row of a list costs in memory once it was read."""

from __future__ import annotations

import gc
import tracemalloc

import msgspec

from tests.state.test_inbox import PART
from tests.state.test_tables import told
from tests.support.runs import nightly_etl
from tui.domain import decode
from tui.domain.identity import Row
from tui.domain.workflow import ListedWorkflow
from tui.kinds.workflows import WORKFLOWS, newest, renewed
from tui.ports.collections import Filled, Page, row_of
from tui.state.known import KnownObjects
from tui.state.listing import Listing

ROWS = 2_000
MOST = 2_000
"""Bytes of memory a row."""


def page(first: int, count: int) -> tuple[Row[ListedWorkflow], ...]:
    """Workflows as a page of the API has them, each with all its steps and a large annotation."""
    items = []
    for number in range(first, first + count):
        found = nightly_etl()
        metadata = found["metadata"]
        metadata["name"] = f"nightly-etl-{number:05}"
        metadata["uid"] = f"7915563a-a71b-4ec2-91f7-6{number:011}"
        metadata["resourceVersion"] = str(100_000 + number)
        metadata["labels"] = {
            **metadata["labels"],
            "workflows.argoproj.io/completed": "false",
            "workflows.argoproj.io/creator": "system-serviceaccount-argo-admin",
            "team": ("qa", "ops")[number % 2],
        }
        metadata["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "x" * 4000}
        items.append(found)
    raw = msgspec.json.encode({"items": items})
    found_page = decode.list_reader(WORKFLOWS.listed).page(raw)
    return tuple(row_of(PART, each) for each in found_page.items)


def test_a_row_that_was_read_by_pages_costs_two_kilobytes_at_most() -> None:
    page(0, 1)  # what is made once is made
    gc.collect()
    tracemalloc.start()
    try:
        known: KnownObjects[ListedWorkflow] = KnownObjects([PART], renewed=renewed)
        rows = [told(f"nightly-etl-{number:05}") for number in range(ROWS)]
        known.apply([Page(PART, tuple(rows), True, True)])
        del rows
        listing = Listing(known, moment=known.moment, key=newest, reverse=True)
        for first in range(0, ROWS, 500):
            listing.update(known.apply([Filled(PART, page(first, 500), known.moment)]))
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert not known.unread and len(listing) == ROWS
    assert taken / ROWS <= MOST, f"{taken / ROWS:,.0f} bytes a row"
