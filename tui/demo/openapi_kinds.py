"""What the OpenAPI documents say of each kind: the schemas `kubectl explain` prints.

They tell the top of each kind, and of a workflow what its templates are made of; everything below
is let through, as the smaller set of Argo's own CRDs does.
"""

from __future__ import annotations

from typing import Any

from tui.demo.resources import Obj

ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def text(description: str) -> Obj:
    return {"type": "string", "description": description}


def _object(description: str, /, **properties: Any) -> Obj:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "x-kubernetes-preserve-unknown-fields": True,
    }


def _list(description: str, items: Obj | None = None) -> Obj:
    return {"type": "array", "description": description, "items": items or dict(ANYTHING)}


def _map(description: str) -> Obj:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": {"type": "string"},
    }


def _time(description: str) -> Obj:
    return {"type": "string", "format": "date-time", "description": description}


def _number(description: str) -> Obj:
    return {"type": "integer", "format": "int64", "description": description}


def _truth(description: str) -> Obj:
    return {"type": "boolean", "description": description}


_PARAMETER = _object(
    "A text that is given to a template, or that it gives out.",
    name=text("Its name."),
    value=text("Its value."),
    default=text("The value it has if none is given."),
    enum=_list("The values to choose from.", text("One of them.")),
    description=text("What it is for."),
    valueFrom=_object("Where the value comes from."),
    globalName=text("The name under which the whole workflow knows it."),
)
_ARTIFACT = _object(
    "A file or folder that is given to a template, or that it gives out.",
    name=text("Its name."),
    path=text("Where it is in the container."),
    optional=_truth("Whether it may be missing."),
    archive=_object("How it is packed."),
    s3=_object("Where it is in an S3 bucket.", bucket=text("The bucket."), key=text("The key.")),
    http=_object("Where it is on the web.", url=text("Its address.")),
    raw=_object("The content itself.", data=text("The content.")),
)


def _exchanged(description: str) -> Obj:
    return _object(
        description,
        parameters=_list("Texts.", _PARAMETER),
        artifacts=_list("Files and folders.", _ARTIFACT),
    )


_CONTAINER = _object(
    "The container that does the work.",
    image=text("Its image."),
    command=_list("What it runs.", text("A word of the command.")),
    args=_list("What the command is given.", text("A word.")),
    env=_list("Its environment."),
    resources=_object("What it asks for, and its limits."),
)
_STEP = _object(
    "One step of a list of steps.",
    name=text("Its name."),
    template=text("The template it runs."),
    templateRef=_object("A template of a WorkflowTemplate."),
    arguments=_exchanged("What the template is given."),
    when=text("The condition under which it runs."),
    withItems=_list("It runs once for each of these."),
    withParam=text("A JSON list; it runs once for each entry."),
    withSequence=_object("Numbers; it runs once for each."),
    continueOn=_object("Whether a failure of it matters."),
)
_TASK = _object(
    "One task of a graph.",
    **{name: _STEP["properties"][name] for name in _STEP["properties"]},
    dependencies=_list("The tasks that come first.", text("The name of a task.")),
    depends=text("The same as an expression over results."),
)
_TEMPLATE = _object(
    "A step of work, or a graph of them.",
    name=text("Its name."),
    inputs=_exchanged("What it needs."),
    outputs=_exchanged("What it gives."),
    container=_CONTAINER,
    script=_object(
        "A container that is given a program to run.",
        **_CONTAINER["properties"],
        source=text("The program."),
    ),
    containerSet=_object(
        "Several containers in one pod.", containers=_list("The containers.", _CONTAINER)
    ),
    steps=_list("Lists of steps; what is in one list runs at once.", _list("At once.", _STEP)),
    dag=_object(
        "Tasks that depend on each other.",
        tasks=_list("The tasks.", _TASK),
        failFast=_truth("Whether a failure keeps the rest from beginning."),
        target=text("The tasks that are wanted; all, if left out."),
    ),
    suspend=_object("A wait, for a time or for a person.", duration=text("How long.")),
    retryStrategy=_object(
        "Whether it is tried again.",
        limit={"x-kubernetes-int-or-string": True, "description": "How often."},
        retryPolicy=text("OnFailure, OnError, OnTransientError or Always."),
        backoff=_object("How long to wait before that."),
        expression=text("A condition for trying again."),
    ),
    activeDeadlineSeconds={
        "x-kubernetes-int-or-string": True,
        "description": "How long it may take.",
    },
    parallelism=_number("How many of its steps run at once."),
    synchronization=_object("Locks it holds while it runs."),
    memoize=_object("Whether earlier outputs may be used again."),
    metadata=_object("Labels and annotations of its pods."),
    hooks=_object("Templates that run at certain moments."),
)
_WORKFLOW_SPEC = _object(
    "What the workflow is to do.",
    entrypoint=text("The template the run begins with."),
    templates=_list("The templates of the workflow.", _TEMPLATE),
    arguments=_exchanged("Parameters and artifacts given to the entrypoint."),
    onExit=text("The template that runs when everything else has ended."),
    hooks=_object("Templates that run at certain moments."),
    suspend=_truth("True holds the workflow back."),
    shutdown=text("Stop or Terminate ends a running workflow."),
    parallelism=_number("How many pods at once."),
    serviceAccountName=text("The account its pods run as."),
    activeDeadlineSeconds=_number("How long the workflow may take."),
    synchronization=_object("Locks the workflow holds while it runs."),
    podGC=_object("When its pods are deleted."),
    ttlStrategy=_object("When it is deleted itself."),
    artifactGC=_object("When its artifacts are deleted."),
    archiveLogs=_truth("Whether the logs of its pods are kept as artifacts."),
    workflowTemplateRef=_object(
        "The template this workflow is made of.",
        name=text("Its name."),
        clusterScope=_truth("Whether it is one of the cluster."),
    ),
)
_WORKFLOW_STATUS = _object(
    "How far it has come.",
    phase=text("Pending, Running, Succeeded, Failed or Error."),
    message=text("Why it is so."),
    progress=text("Ended pods of known pods, as N/M."),
    startedAt={"type": "string", "format": "date-time", "description": "When it began."},
    finishedAt={"type": "string", "format": "date-time", "description": "When it ended."},
    nodes=_object("Every node of the run, by its id."),
)
_CRON_SPEC = _object(
    "When to start which workflow.",
    schedules=_list("Cron expressions.", text("A cron expression.")),
    schedule=text("A cron expression (before 3.6)."),
    timezone=text("The time zone of the schedule."),
    suspend=_truth("True starts no more."),
    workflowSpec=_WORKFLOW_SPEC,
)
_POD_CONTAINER = _object(
    "A container of the pod.", name=text("Its name."), **_CONTAINER["properties"]
)
PARTS: dict[str, dict[str, Obj]] = {
    "Workflow": {"spec": _WORKFLOW_SPEC, "status": _WORKFLOW_STATUS},
    "WorkflowTemplate": {"spec": _WORKFLOW_SPEC},
    "ClusterWorkflowTemplate": {"spec": _WORKFLOW_SPEC},
    "CronWorkflow": {"spec": _CRON_SPEC, "status": _object("What it has started.")},
    "WorkflowTaskResult": {
        "phase": text("How the node ended."),
        "message": text("Why it ended so."),
        "outputs": _object("What the node put out."),
        "progress": text("How far the node has come."),
    },
    "Namespace": {"spec": _object("Finalizers."), "status": _object("Its phase.")},
    "Pod": {
        "spec": _object(
            "What runs in the pod.",
            containers=_list("Its containers.", _POD_CONTAINER),
            initContainers=_list("What runs before them.", _POD_CONTAINER),
            volumes=_list("What they can mount."),
            nodeName=text("The node it runs on."),
            restartPolicy=text("Always, OnFailure or Never."),
            serviceAccountName=text("The account it runs as."),
        ),
        "status": _object(
            "How its containers are.",
            phase=text("Pending, Running, Succeeded, Failed or Unknown."),
            message=text("Why it is so."),
            reason=text("The same in a word."),
            podIP=text("Its address."),
            containerStatuses=_list("How each container is."),
            conditions=_list("What has come about."),
        ),
    },
    "Node": {
        "spec": _object("What the node is for.", unschedulable=_truth("True takes no more pods.")),
        "status": _object("How the node is.", conditions=_list("What has come about.")),
    },
    "Service": {
        "spec": _object(
            "Which pods are reached through it.",
            type=text("ClusterIP, NodePort, LoadBalancer or ExternalName."),
            clusterIP=text("Its address."),
            ports=_list("Its ports."),
            selector=_map("Labels of its pods."),
        ),
        "status": _object("How it is reached from outside."),
    },
    "CustomResourceDefinition": {
        "spec": _object("Names, scope and versions of the kind it adds."),
        "status": _object("Whether the kind is there."),
    },
    "Event": {
        "involvedObject": _object("What the event is about."),
        "reason": text("A word why."),
        "message": text("A sentence."),
        "type": text("Normal or Warning."),
        "count": {"type": "integer", "format": "int32", "description": "How often."},
        "firstTimestamp": _time("When it happened first."),
        "lastTimestamp": _time("When it happened last."),
        "eventTime": _time("When it happened."),
        "source": _object("Who tells."),
        "reportingComponent": text("The program that tells."),
        "reportingInstance": text("Which one of these programs."),
        "action": text("What was done."),
        "related": _object("What else it is about."),
        "series": _object("Which one of many it is."),
    },
    "ConfigMap": {
        "data": _map("Text by key."),
        "binaryData": _map("Bytes by key, in base64."),
        "immutable": _truth("True allows no change."),
    },
    "Secret": {
        "data": _map("Bytes by key, in base64."),
        "stringData": _map("Text by key, written only."),
        "type": text("What the secret is for."),
        "immutable": _truth("True allows no change."),
    },
    "ServiceAccount": {
        "secrets": _list("Secrets its pods may use."),
        "imagePullSecrets": _list("Secrets to pull images with."),
        "automountServiceAccountToken": _truth("Whether to mount it."),
    },
}

METADATA = _object(
    "What every object has.",
    name=text("Its name, unique in its namespace and kind."),
    generateName=text("The beginning of a name to be made up."),
    namespace=text("Its namespace."),
    labels=_map("Labels, to be selected by."),
    annotations=_map("Notes of any kind."),
    uid=text("Unique in time and space."),
    resourceVersion=text("Opaque; changes with every write."),
    creationTimestamp={"type": "string", "format": "date-time", "description": "When made."},
    deletionTimestamp={"type": "string", "format": "date-time", "description": "When deleted."},
    finalizers=_list("What is to be done before it goes.", text("One of them.")),
    ownerReferences=_list("Objects it goes with."),
    generation=_number("Counts changes."),
    deletionGracePeriodSeconds=_number("How long it had to end."),
    managedFields=_list("Who set which field."),
    selfLink=text("Its path, on old servers."),
)
