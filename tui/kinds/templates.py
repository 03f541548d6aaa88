"""What the templates of a namespace and those of the whole cluster have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tui.columns.base import Column
from tui.columns.workflows import ASCII_DASH, DASH
from tui.domain.durations import age
from tui.domain.node import Wire
from tui.domain.order import time_key
from tui.domain.query import (
    LABELS,
    NAME,
    NAMESPACE,
    NAMESPACE_ALIASES,
    Field,
    Fields,
    age_of,
    spans_of,
)
from tui.domain.workflow import Arguments, Metadata
from tui.kinds.base import Fact, Look, Piece, Runs
from tui.kinds.runs import age_column, named_columns, runs_columns

DESCRIPTION = "workflows.argoproj.io/description"


class NamedTemplate(Wire, frozen=True):
    """One of `spec.templates`; what it does is in the YAML."""

    name: str = ""


class TemplateSpec(Wire, frozen=True):
    """`spec` of a template: that of the workflows it is for."""

    entrypoint: str = ""
    arguments: Arguments = Arguments()
    templates: tuple[NamedTemplate, ...] = ()
    service_account_name: str = ""
    on_exit: str = ""


class Template(Wire, frozen=True):
    """A WorkflowTemplate or ClusterWorkflowTemplate; lists show all that is read of it."""

    metadata: Metadata = Metadata()
    spec: TemplateSpec = TemplateSpec()


def description(template: Template) -> str:
    """What its author says of it, in one line."""
    return " ".join(template.metadata.annotations.get(DESCRIPTION, "").split())


def columns(look: Look, runs: Runs) -> tuple[Column[Any], ...]:
    """The name, as `argo template list` has it, its runs, and what is in it."""
    dash = ASCII_DASH if look.ascii else DASH
    phase, last_run, active = runs_columns(look, runs)
    return (
        phase,
        *named_columns(look),
        age_column(look),
        last_run,
        active,
        Column(
            id="entrypoint",
            title="ENTRYPOINT",
            text=lambda template, now: template.spec.entrypoint or dash,
            width=14,
            order=lambda template, now: template.spec.entrypoint or None,
            cut="middle",
            drop=2,
        ),
        Column(
            id="templates",
            title="TEMPLATES",
            text=lambda template, now: str(len(template.spec.templates)),
            width=9,
            align="right",
            order=lambda template, now: len(template.spec.templates),
            drop=3,
        ),
        Column(
            id="parameters",
            title="PARAMETERS",
            text=lambda template, now: " ".join(_parameters(template)),
            width=16,
            grow=2,
            most=60,
            style=lambda template: "muted",
            order=lambda template, now: " ".join(_parameters(template)) or None,
            drop=4,
        ),
        Column(
            id="description",
            title="DESCRIPTION",
            text=lambda template, now: description(template),
            width=16,
            grow=3,
            order=lambda template, now: description(template) or None,
            drop=5,
        ),
    )


def _parameters(template: Template) -> list[str]:
    found = template.spec.arguments.parameters
    return [f"{each.name}={each.value}" if each.value is not None else each.name for each in found]


def about(template: Template, now: datetime) -> list[Piece]:
    """What its author says of it, and what it takes."""
    said, takes = description(template), " ".join(_parameters(template))
    return [(f"  {each}", token) for each, token in ((said, ""), (takes, "muted")) if each]


def facts(template: Template, now: datetime) -> Iterable[Fact]:
    """Where it begins, what it takes, and what is in it."""
    spec, metadata = template.spec, template.metadata
    yield "name", metadata.name
    if metadata.namespace:
        yield "namespace", metadata.namespace
    yield "created", f"{metadata.creation_timestamp} ({age(metadata.creation_timestamp, now)})"
    said = metadata.annotations.get(DESCRIPTION, "").strip()
    if said:
        yield "description", said
    yield "", ""
    yield "entrypoint", spec.entrypoint or "(none: it has to be named when a workflow is made)"
    if spec.on_exit:
        yield "at the end", spec.on_exit
    if spec.service_account_name:
        yield "account", spec.service_account_name
    for parameter in spec.arguments.parameters:
        value = parameter.value if parameter.value is not None else parameter.default
        yield f"parameter {parameter.name}", value if value is not None else "(has to be given)"
    for artifact in spec.arguments.artifacts:
        yield "artifact", artifact.name
    yield "", ""
    for each in spec.templates:
        yield "template", each.name


def newest(template: Template) -> str:
    """When it was created."""
    return time_key(template.metadata.creation_timestamp) or "9"


FIELDS = Fields(
    {
        "name": NAME,
        "ns": NAMESPACE,
        "label": LABELS,
        "template": Field(
            "a template in it", lambda template: [each.name for each in template.spec.templates]
        ),
        "param": Field("a parameter that it takes", _parameters),
        "description": Field("its description", lambda template: (description(template),)),
        **spans_of(age_of),
    },
    {**NAMESPACE_ALIASES, "tmpl": "template"},
)
