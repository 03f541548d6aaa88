"""The registry of panes: the tabs of an object's screen, in their order."""

from __future__ import annotations

from typing import Any

from tui.kinds.base import Kind
from tui.panes.base import PaneSpec
from tui.registry import Registry

PANES = Registry(
    "pane",
    (
        PaneSpec("why", "Why", "tui.panes.why:WhyPane", is_answer=True, is_previewed=True),
        PaneSpec(
            "cron-why",
            "Why",
            "tui.panes.cron_why:CronWhyPane",
            binding="pane.why",
            is_answer=True,
            kinds=(),
        ),
        PaneSpec("summary", "Summary", "tui.panes.summary:SummaryPane", is_previewed=True),
        PaneSpec("facts", "Summary", "tui.panes.facts:FactsPane", binding="pane.summary", kinds=()),
        PaneSpec("runs", "Runs", "tui.panes.runs:RunsPane", kinds=()),
        PaneSpec(
            "logs",
            "Logs",
            "tui.panes.logs:LogsPane",
            is_hinted=True,
            of_step=True,
            is_previewed=True,
        ),
        PaneSpec(
            "pod-logs",
            "Logs",
            "tui.panes.pod_logs:PodLogsPane",
            is_hinted=True,
            binding="pane.logs",
            kinds=(),
        ),
        PaneSpec("artifacts", "Artifacts", "tui.panes.artifacts:ArtifactsPane", is_hinted=True),
        PaneSpec("inout", "In/Out", "tui.panes.inout:InOutPane", is_previewed=True),
        PaneSpec("events", "Events", "tui.panes.events:EventsPane", is_previewed=True),
        PaneSpec(
            "pod-events",
            "Events",
            "tui.panes.pod_events:PodEventsPane",
            binding="pane.events",
            kinds=(),
        ),
        PaneSpec("manifest", "YAML", "tui.panes.manifest:ManifestPane", is_previewed=True),
    ),
)


def panes_of(kind: Kind[Any, Any]) -> tuple[PaneSpec, ...]:
    """The panes for objects of a kind: those that the kind names, and those that name the kind."""
    return tuple(spec for spec in PANES if spec.id in kind.panes or kind.id in spec.kinds)
