"""What the lists and summaries of templates say, by their columns and facts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.support.scripted import listed, manifest, part
from tui.domain.identity import Row
from tui.domain.workflow import LABEL
from tui.kinds.base import Kind, Look
from tui.kinds.cluster_workflow_templates import CLUSTER_WORKFLOW_TEMPLATES
from tui.kinds.workflow_templates import WORKFLOW_TEMPLATES
from tui.ports.collections import row_of

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
BODY = {
    "metadata": {
        "name": "etl",
        "namespace": "argo",
        "creationTimestamp": "2026-10-31T12:00:00Z",
        "annotations": {"workflows.argoproj.io/description": "Loads\nthe day"},
    },
    "spec": {
        "entrypoint": "main",
        "arguments": {"parameters": [{"name": "date"}, {"name": "size", "value": "2"}]},
        "templates": [{"name": "main"}, {"name": "load"}],
    },
}


class Known:
    """The list of workflows, as columns see it."""

    moment = 1

    def __init__(self, *rows: Row[Any]) -> None:
        self.rows = rows

    def values(self) -> tuple[Row[Any], ...]:
        return self.rows


def made(label: str, phase: str, namespace: str) -> Row[Any]:
    found = manifest(f"etl-{phase}", phase=phase, namespace=namespace, labels={label: "etl"})
    return row_of(part(namespace), listed(found))


def cells(kind: Kind[Any, Any], *runs: Row[Any]) -> dict[str, str]:
    template, fits = kind.whole(msgspec.json.encode(BODY))
    assert fits
    known = Known(*runs)
    columns = kind.columns(Look(namespaces=True, known=lambda kind: known))
    return {column.id: column.text(template, NOW) for column in columns}


@pytest.mark.parametrize("kind", [WORKFLOW_TEMPLATES, CLUSTER_WORKFLOW_TEMPLATES])
def test_a_row_tells_what_is_in_it_and_what_its_author_says(kind: Kind[Any, Any]) -> None:
    told = cells(kind)
    assert (told["name"], told["age"], told["entrypoint"]) == ("etl", "1d", "main")
    assert told["templates"] == "2" and told["parameters"] == "date size=2"
    assert told["description"] == "Loads the day"
    assert told["last-run"] == told["active"] == "–"


def test_the_runs_of_a_template_are_those_of_its_namespace() -> None:
    label = f"{LABEL}workflow-template"
    told = cells(WORKFLOW_TEMPLATES, made(label, "Running", "argo"), made(label, "Failed", "ml"))
    assert (told["phase"], told["active"], told["last-run"]) == ("●", "1", "2h")


def test_the_runs_of_a_template_of_the_cluster_are_those_of_all_namespaces() -> None:
    label = f"{LABEL}cluster-workflow-template"
    runs = made(label, "Running", "argo"), made(label, "Pending", "ml")
    told = cells(CLUSTER_WORKFLOW_TEMPLATES, *runs)
    assert told["active"] == "2" and "namespace" not in told


def test_the_summary_says_what_it_takes() -> None:
    template, _ = WORKFLOW_TEMPLATES.whole(msgspec.json.encode(BODY))
    assert WORKFLOW_TEMPLATES.facts is not None
    told = list(WORKFLOW_TEMPLATES.facts(template, NOW))
    assert ("parameter date", "(has to be given)") in told and ("parameter size", "2") in told
    assert ("description", "Loads\nthe day") in told
    assert [value for name, value in told if name == "template"] == ["main", "load"]


def test_below_the_list_stands_what_a_template_is_for_and_what_it_takes() -> None:
    template, _ = WORKFLOW_TEMPLATES.whole(msgspec.json.encode(BODY))
    told = WORKFLOW_TEMPLATES.about(template, NOW)
    assert told == [("  Loads the day", ""), ("  date size=2", "muted")]
