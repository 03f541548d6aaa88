"""Cluster workflow templates: those that every namespace can use."""

from __future__ import annotations

from tui.domain.decode import whole_reader
from tui.domain.resource import Resource
from tui.domain.workflow import LABEL, WORKFLOW
from tui.kinds.base import Kind, Runs
from tui.kinds.templates import FIELDS, Template, about, columns, facts, newest

RUNS = Runs(WORKFLOW, f"{LABEL}cluster-workflow-template", everywhere=True)

CLUSTER_WORKFLOW_TEMPLATES: Kind[Template, Template] = Kind(
    id="cwftmpl",
    names=("cwft", "clusterwftmpl", "clusterworkflowtemplate", "clusterworkflowtemplates"),
    resource=Resource(
        "argoproj.io",
        "v1alpha1",
        "clusterworkflowtemplates",
        "ClusterWorkflowTemplate",
        namespaced=False,
    ),
    noun="cluster workflow template",
    nouns="cluster workflow templates",
    listed=Template,
    whole=whole_reader(Template),
    columns=lambda look: columns(look._replace(namespaces=False), RUNS),
    fields=FIELDS,
    newest=newest,
    group=lambda template: "",
    about=about,
    is_problem=lambda template: False,
    argo="cluster-template get",
    panes=("facts", "runs", "manifest"),
    facts=facts,
    runs=RUNS,
    related=(RUNS.list_id,),
)
