"""Delete: remove a workflow and its pods (argo.md 5.8)."""

from __future__ import annotations

from collections.abc import Iterable

from tui.actions.base import Action, Choice, Choices, Context, Plan, on_workflows
from tui.actions.here import exit_words, going_on, pods_words
from tui.actions.manifests import (
    Json,
    check_instance,
    command,
    labels_of,
    name_of,
    operation,
    own_key,
    part,
    patch,
    phase_of,
    ref_of,
    target_of,
)
from tui.actions.words import saying
from tui.domain.archived import is_only_in_archive
from tui.domain.node import COMPLETED_PHASES
from tui.domain.workflow import ARCHIVED, ARCHIVING, LABEL, WORKFLOW, Manifest
from tui.ports.operations import Change, Delete

ARTIFACT_GC = f"{LABEL}artifact-gc"


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of a deletion; with `force`, finalizers are removed first."""
    check_instance(manifest, context)
    force = bool(choices.get("force")) and not is_only_in_archive(manifest)
    sentence, here = _sentence(manifest), tuple(_lines(manifest, force=force))
    return Plan(
        action=DELETE.id,
        title=f"Delete {name_of(manifest)}{_where(manifest)}",
        lines=(sentence, *here),
        sentence=sentence,
        here=here,
        losses=(sentence,),
        operation=operation(
            DELETE.id,
            manifest,
            tuple(_changes(manifest, force=force)),
            {"force": force},
            half_way="its finalizers are gone, but it is still there: delete it again",
        ),
        command=command("delete", manifest, ("--force",) if force else ()),
        facts={"deletes": name_of(manifest), "force": force},
        ref=ref_of(manifest),
    )


def _finalizers(manifest: Manifest) -> list[str]:
    return list(part(manifest, "metadata").get("finalizers") or ())


def _changes(manifest: Manifest, *, force: bool) -> Iterable[Change]:
    name = name_of(manifest)
    if force:
        body: Json = {"metadata": {"finalizers": None}}
        yield patch(manifest, body, f"remove the finalizers of {name}")
    yield Delete(
        key=own_key(manifest),
        # Another workflow may have taken the name since; that one is not meant.
        uid=target_of(manifest).uid,
        propagation="Background",
        purpose=f"delete workflow {name}{_where(manifest)}",
    )


def _sentence(manifest: Manifest) -> str:
    if is_only_in_archive(manifest):
        return (
            "The archive's copy goes for good, and nothing else has it: its steps, parameters, "
            "outputs, messages and times."
        )
    if phase_of(manifest) in COMPLETED_PHASES:
        return "The workflow goes, with the state of its steps, its pods and their logs."
    going = pods_words(going_on(manifest), "killed")
    return f"It is not over: {going}, and it goes with the state of its steps and their logs."


def _where(manifest: Manifest) -> str:
    return " from the archive" if is_only_in_archive(manifest) else ""


def _lines(manifest: Manifest, *, force: bool) -> Iterable[str]:
    if is_only_in_archive(manifest):
        yield "Its artifacts and archived logs stay in their store; nothing names them any more."
        return
    if phase_of(manifest) not in COMPLETED_PHASES:
        yield exit_words(manifest, runs=False)
    if labels_of(manifest).get(ARCHIVING) == ARCHIVED:
        yield "A copy stays in the workflow archive."
    finalizers = _finalizers(manifest)
    if force:
        if ARTIFACT_GC in finalizers:
            yield "Its artifacts are not collected any more: they stay in their bucket."
        elif finalizers:
            yield f"Finalizers are removed: {', '.join(map(str, finalizers))}"
    elif ARTIFACT_GC in finalizers:
        yield "Its artifacts are collected first: it stays as Terminating until that is done."
    elif finalizers:
        yield f"It stays as Terminating until these let go: {', '.join(map(str, finalizers))}"


DELETE = Action(
    id="workflow.delete",
    kinds=frozenset({WORKFLOW}),
    binding="act.delete",
    label="Delete",
    help="Delete it with its pods.",
    consequence="destroys",
    plan=plan,
    rights=on_workflows("get", "delete"),
    sometimes=on_workflows("patch"),
    form=(
        Choice(
            "force",
            "Force: remove its finalizers first",
            help="For one that hangs in deletion; artifacts are then not collected.",
            of_cluster=True,
        ),
    ),
    said=saying("Deleted"),
)
