"""Workflow templates: those of a namespace."""

from __future__ import annotations

from tui.domain.decode import whole_reader
from tui.domain.resource import Resource
from tui.domain.workflow import LABEL, WORKFLOW
from tui.kinds.base import Kind, Runs
from tui.kinds.templates import FIELDS, Template, about, columns, facts, newest

RUNS = Runs(WORKFLOW, f"{LABEL}workflow-template")

WORKFLOW_TEMPLATES: Kind[Template, Template] = Kind(
    id="wftmpl",
    names=("wft", "template", "templates", "workflowtemplate", "workflowtemplates"),
    resource=Resource("argoproj.io", "v1alpha1", "workflowtemplates", "WorkflowTemplate"),
    noun="workflow template",
    nouns="workflow templates",
    listed=Template,
    whole=whole_reader(Template),
    columns=lambda look: columns(look, RUNS),
    fields=FIELDS,
    newest=newest,
    group=lambda template: "",
    about=about,
    is_problem=lambda template: False,
    argo="template get",
    panes=("facts", "runs", "manifest"),
    facts=facts,
    runs=RUNS,
    related=(RUNS.list_id,),
)
