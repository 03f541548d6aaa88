"""CronWorkflows: five-field schedules, and the workflows they start (argo.md 1.10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tui.demo.engine.agenda import Agenda, Due
from tui.demo.engine.expression import ExpressionError, evaluate
from tui.demo.engine.run import LABEL
from tui.demo.refusals import ApiError
from tui.demo.resources import CRON_WORKFLOWS, WORKFLOWS, Obj
from tui.demo.store import Store, timestamp

COMPLETED = "cronworkflows.argoproj.io/completed"
"""Label of those whose stop strategy was reached."""
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMES = {
    **{name: n for n, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])},
    **{name: n for n, name in enumerate(_MONTHS, 1)},
}
_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class ScheduleError(ValueError):
    """A schedule that cannot be read."""


class Schedule:
    """The times one cron line stands for."""

    def __init__(self, line: str, zone: tzinfo = UTC) -> None:
        fields = _MACROS.get(line.strip(), line).split()
        if len(fields) != 5:
            raise ScheduleError(f"expected exactly 5 fields, found {len(fields)}: [{line}]")
        self.zone = zone
        self.minutes, self.hours, self.days, self.months, weekdays = (
            _numbers(field, low, high) for field, (low, high) in zip(fields, _RANGES, strict=True)
        )
        self.weekdays = {day % 7 for day in weekdays}
        # With both restricted, either of them is enough.
        self.either = fields[2] != "*" and fields[4] != "*"

    def after(self, moment: datetime) -> datetime | None:
        """The first time after this moment, within four years."""
        local = moment.astimezone(self.zone).replace(second=0, microsecond=0)
        local += timedelta(minutes=1)
        for _ in range(366 * 4 + 48):
            if local.month in self.months and self._on(local):
                for hour in sorted(hour for hour in self.hours if hour >= local.hour):
                    least = local.minute if hour == local.hour else 0
                    minute = min((m for m in self.minutes if m >= least), default=None)
                    if minute is not None:
                        return local.replace(hour=hour, minute=minute).astimezone(UTC)
            local = (local + timedelta(days=1)).replace(hour=0, minute=0)
        return None

    def _on(self, day: datetime) -> bool:
        by_day = day.day in self.days
        by_week = day.isoweekday() % 7 in self.weekdays
        return by_day or by_week if self.either else by_day and by_week


def _numbers(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.upper().split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        try:
            if span in ("*", "?"):
                start, end = low, high
            else:
                start = _number(first)
                end = _number(last) if dash else high if step else start
            found.update(range(start, end + 1, int(step or 1)))
        except ValueError as error:
            raise ScheduleError(f"failed to parse {field!r}: {error}") from error
    if not found or min(found) < low or max(found) > high:
        raise ScheduleError(f"{field!r} is out of range {low}-{high}")
    return found


def _number(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)


def schedules(spec: dict[str, Any]) -> list[Schedule]:
    """All schedules of a cron workflow; the singular field of older versions too."""
    lines = list(spec.get("schedules") or ())
    if spec.get("schedule"):
        lines.append(spec["schedule"])
    try:
        zone: tzinfo = ZoneInfo(str(spec["timezone"])) if spec.get("timezone") else UTC
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleError(f"unknown time zone {spec['timezone']}") from error
    return [Schedule(str(line), zone) for line in lines]


class Crons:
    """Starts what is due."""

    def __init__(
        self, store: Store, agenda: Agenda, finished: Callable[[str, str], str | None]
    ) -> None:
        self._store = store
        self._agenda = agenda
        self._phase_of = finished
        self._due: dict[tuple[str, str], Due] = {}
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
            times = [each.after(now) for each in schedules(cron.get("spec") or {})]
        except ScheduleError as error:
            self._complain(cron, f"cron schedule is malformed: {error}")
            return
        coming = min((moment for moment in times if moment), default=None)
        if coming is None:
            return
        due = coming
        if planned := self._due.pop((namespace, name), None):
            planned.cancel()
        self._due[(namespace, name)] = self._agenda.call_at(
            self._agenda.moment(due), lambda: self._fire(namespace, name, due)
        )

    def _complain(self, cron: Obj, message: str) -> None:
        status = cron.setdefault("status", {})
        condition = {"type": "SubmissionError", "status": "True", "message": message}
        if status.get("conditions") != [condition]:
            status["conditions"] = [condition]
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
        if not spec.get("suspend") and self._wanted(spec, cron):
            policy = spec.get("concurrencyPolicy") or "Allow"
            if policy == "Replace":
                for each in active:
                    self._terminate(namespace, str(each["name"]))
                active = []
            if not (policy == "Forbid" and active):
                active.append(self._submit(cron, due))
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
        text = when.replace("{{=", "").replace("}}", "").strip()
        status = cron.get("status") or {}
        env = {"cronworkflow": {**cron["metadata"], **status}}
        try:
            return evaluate(text, env) is not False
        except ExpressionError:
            return True

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
