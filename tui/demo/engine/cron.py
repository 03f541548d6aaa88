"""CronWorkflows: the workflows that their schedules start (argo.md 1.10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from tui.demo.engine import validation
from tui.demo.engine.agenda import Agenda, Due
from tui.demo.engine.conditions import ConditionError, holds
from tui.demo.engine.expression import ExpressionError, evaluate
from tui.demo.engine.run import LABEL
from tui.demo.engine.spec_parts import InvalidSpec
from tui.demo.engine.templates import TemplateError, Templates
from tui.demo.engine.variables import Unresolved, text
from tui.demo.refusals import ApiError
from tui.demo.resources import CRON_WORKFLOWS, WORKFLOWS, Obj
from tui.demo.store import Store, timestamp
from tui.domain.cron import ScheduleError, next_run
from tui.domain.durations import parse_time

COMPLETED = "cronworkflows.argoproj.io/completed"
"""Label of those whose stop strategy was reached."""
LONGEST_NAME = 52
"""The names of its workflows have a time behind it, and are to fit into a label."""
_POLICIES = ("Allow", "Forbid", "Replace", "")


class Crons:
    """Starts what is due."""

    def __init__(
        self, store: Store, agenda: Agenda, finished: Callable[[str, str], str | None]
    ) -> None:
        self._store = store
        self._agenda = agenda
        self._phase_of = finished
        self._due: dict[tuple[str, str], Due] = {}
        self._templates = Templates(store)
        self._fired: dict[tuple[str, str], datetime] = {}
        """When each was due last, by the calendar."""

    def changed(self, namespace: str, name: str) -> None:
        """A cron workflow was written or deleted: plan anew."""
        if due := self._due.pop((namespace, name), None):
            due.cancel()
        cron = self._store.find(CRON_WORKFLOWS, namespace, name)
        if cron is None:
            self._fired.pop((namespace, name), None)
        else:
            self._plan(cron)

    def _plan(self, cron: Obj) -> None:
        namespace, name = cron["metadata"]["namespace"], cron["metadata"]["name"]
        if (cron.get("status") or {}).get("phase") == "Stopped":
            return
        try:
            now = self._agenda.calendar(self._agenda.now())
            # A quick calendar is rounded, and may not have reached yet what has just fired.
            now = max(now, self._fired.get((namespace, name), now))
            begun = parse_time(cron["metadata"].get("creationTimestamp")) or now
            spec = cron.get("spec") or {}
            due = next_run(_lines(spec), str(spec.get("timezone") or ""), now, since=begun)
        except ScheduleError as error:
            self._complain(cron, "SpecError", str(error))
            return
        if self._is_valid(cron):
            self._withdraw(cron, "SpecError")
        if due is None:
            return
        if planned := self._due.pop((namespace, name), None):
            planned.cancel()
        self._due[(namespace, name)] = self._agenda.call_at(
            self._agenda.moment(due), partial(self._fire, namespace, name, due)
        )

    def _is_valid(self, cron: Obj) -> bool:
        """Whether its workflow could run now; otherwise its conditions say why not."""
        spec, name = cron.get("spec") or {}, cron["metadata"]["name"]
        policy = str(spec.get("concurrencyPolicy") or "")
        wrong = ""
        if len(name) > LONGEST_NAME:
            wrong = (
                f'cron workflow name "{name}" must not be more than {LONGEST_NAME} characters '
                f"long (currently {len(name)})"
            )
        elif policy not in _POLICIES:
            wrong = f"'{policy}' is not a valid concurrencyPolicy"
        elif int(spec.get("startingDeadlineSeconds") or 0) < 0:
            wrong = "startingDeadlineSeconds must be positive"
        else:
            try:
                validation.check_new(self._workflow(cron, self._agenda.now()), self._templates)
            except (InvalidSpec, TemplateError) as error:
                wrong = f"cannot validate Workflow: {error}"
        if wrong:
            self._complain(cron, "SpecError", wrong)
        return not wrong

    def _complain(self, cron: Obj, kind: str, message: str) -> None:
        status = cron.setdefault("status", {})
        before = status.get("conditions") or []
        others = [each for each in before if each.get("type") != kind]
        status["conditions"] = [*others, {"type": kind, "status": "True", "message": message}]
        if status["conditions"] != before:
            self._write(cron)

    def _withdraw(self, cron: Obj, kind: str) -> None:
        """This is not wrong with it any more."""
        status = cron.get("status") or {}
        before = status.get("conditions") or []
        others = [each for each in before if each.get("type") != kind]
        if len(others) == len(before):
            return
        status["conditions"] = others
        if not others:
            del status["conditions"]
        self._write(cron)

    def _write(self, cron: Obj) -> None:
        cron["metadata"].pop("resourceVersion", None)
        try:
            self._store.update(CRON_WORKFLOWS, cron)
        except ApiError:
            return  # deleted meanwhile

    def _fire(self, namespace: str, name: str, due: datetime) -> None:
        cron = self._store.find(CRON_WORKFLOWS, namespace, name)
        self._due.pop((namespace, name), None)
        if cron is None:
            return
        self._fired[(namespace, name)] = due
        spec = cron.get("spec") or {}
        status = cron.setdefault("status", {})
        active = [each for each in status.get("active") or () if self._is_active(namespace, each)]
        if not spec.get("suspend") and self._is_valid(cron) and self._wanted(spec, cron):
            policy = spec.get("concurrencyPolicy") or "Allow"
            if policy == "Replace":
                for each in active:
                    self._terminate(namespace, str(each["name"]))
                active = []
            if not (policy == "Forbid" and active):
                active.append(self._submit(cron, due))
                self._withdraw(cron, "SubmissionError")
                status["lastScheduledTime"] = timestamp(self._agenda.moment(due))
        status["active"] = active
        status.setdefault("phase", "Active")
        self._write(cron)
        self._history(cron)
        self._plan(cron)

    def _wanted(self, spec: dict[str, Any], cron: Obj) -> bool:
        when = str(spec.get("when") or "")
        if not when:
            return True
        status = cron.get("status") or {}
        last = parse_time(status.get("lastScheduledTime"))
        known = {**cron["metadata"], **status, "lastScheduledTime": last}
        env = {"cronworkflow": known, "now()": self._agenda.now()}
        try:
            return holds(text(when, env))
        except (ConditionError, ExpressionError, Unresolved) as error:
            self._complain(cron, "SubmissionError", f"run policy error: {error}")
            return False

    def _is_active(self, namespace: str, ref: dict[str, Any]) -> bool:
        phase = self._phase_of(namespace, str(ref.get("name", "")))
        return phase is not None and phase not in ("Succeeded", "Failed", "Error")

    def _terminate(self, namespace: str, name: str) -> None:
        if self._store.find(WORKFLOWS, namespace, name) is not None:
            patch = {"spec": {"shutdown": "Terminate"}}
            self._store.patch_merge(WORKFLOWS, namespace, name, patch)

    def workflow_over(self, namespace: str, cron_name: str, name: str, phase: str) -> None:
        """One of its workflows has ended: it is active no more."""
        cron = self._store.find(CRON_WORKFLOWS, namespace, cron_name)
        if cron is None:
            return
        status = cron.setdefault("status", {})
        status["active"] = [e for e in status.get("active") or () if e.get("name") != name]
        key = "succeeded" if phase == "Succeeded" else "failed"
        status[key] = int(status.get(key) or 0) + 1
        if self._stops(cron):
            status["phase"] = "Stopped"
            cron["metadata"].setdefault("labels", {})[COMPLETED] = "true"
            if due := self._due.pop((namespace, cron_name), None):
                due.cancel()
        self._write(cron)
        self._history(cron)

    @staticmethod
    def _stops(cron: Obj) -> bool:
        """Whether it has run as often as it should (argo.md 1.10)."""
        strategy = (cron.get("spec") or {}).get("stopStrategy") or {}
        expression = strategy.get("expression") or strategy.get("condition")
        counts = {key: int(cron["status"].get(key) or 0) for key in ("succeeded", "failed")}
        try:
            scope = {**counts, "cronworkflow": {**cron["metadata"], **counts}}
            return bool(expression) and evaluate(str(expression), scope) is True
        except ExpressionError:
            return False

    def _submit(self, cron: Obj, due: datetime) -> dict[str, Any]:
        """Create the workflow; the reference to it."""
        obj = self._workflow(cron, due)
        name, namespace = obj["metadata"]["name"], obj["metadata"]["namespace"]
        try:
            made = self._store.create(WORKFLOWS, obj)
        except ApiError:
            made = self._store.get(WORKFLOWS, namespace, name)
        return {
            "apiVersion": WORKFLOWS.api_version,
            "kind": "Workflow",
            "name": name,
            "namespace": namespace,
            "uid": made["metadata"]["uid"],
            "resourceVersion": made["metadata"].get("resourceVersion", ""),
        }

    def _workflow(self, cron: Obj, due: datetime) -> Obj:
        metadata, spec = cron["metadata"], cron.get("spec") or {}
        extra = spec.get("workflowMetadata") or {}
        return {
            "metadata": {
                "name": f"{metadata['name']}-{int(due.timestamp())}",
                "generateName": f"{metadata['name']}-",
                "namespace": metadata["namespace"],
                "creationTimestamp": timestamp(self._agenda.now()),
                "labels": {
                    **(extra.get("labels") or {}),
                    f"{LABEL}cron-workflow": metadata["name"],
                },
                "annotations": {
                    **(extra.get("annotations") or {}),
                    f"{LABEL}scheduled-time": timestamp(self._agenda.moment(due)),
                },
                "ownerReferences": [
                    {
                        "apiVersion": CRON_WORKFLOWS.api_version,
                        "kind": "CronWorkflow",
                        "name": metadata["name"],
                        "uid": metadata["uid"],
                        "controller": True,
                        "blockOwnerDeletion": True,
                    }
                ],
            },
            "spec": spec.get("workflowSpec") or {},
        }

    def _history(self, cron: Obj) -> None:
        """Keep only so many of its finished workflows."""
        spec, namespace = cron.get("spec") or {}, cron["metadata"]["namespace"]
        name = cron["metadata"]["name"]
        mine = [
            record
            for record in self._store.records(WORKFLOWS, namespace)
            if record.labels.get(f"{LABEL}cron-workflow") == name
        ]
        for phases, key, default in (
            (("Succeeded",), "successfulJobsHistoryLimit", 3),
            (("Failed", "Error"), "failedJobsHistoryLimit", 1),
        ):
            limit = spec.get(key)
            keep = default if limit is None else int(limit)
            over = [r for r in mine if r.labels.get(f"{LABEL}phase") in phases]
            for record in sorted(over, key=lambda r: r.name)[: max(0, len(over) - keep)]:
                self._store.delete(WORKFLOWS, namespace, record.name)


def _lines(spec: dict[str, Any]) -> list[str]:
    """The schedules of a spec; the singular field of older versions too."""
    lines = [str(line) for line in spec.get("schedules") or ()]
    return [*lines, str(spec["schedule"])] if spec.get("schedule") else lines
