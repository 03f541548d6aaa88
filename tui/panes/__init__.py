"""The tabs of one workflow, in the order they stand."""

from __future__ import annotations

from tui.panes.base import PaneSpec

PANES = (
    PaneSpec("summary", "Summary", "tui.panes.summary:SummaryPane", "d"),
    PaneSpec("logs", "Logs", "tui.panes.logs:LogsPane", "l"),
    PaneSpec("artifacts", "Artifacts", "tui.panes.artifacts:ArtifactsPane", "a"),
    PaneSpec("inout", "In/Out", "tui.panes.inout:InOutPane", "i"),
    PaneSpec("events", "Events", "tui.panes.events:EventsPane", "e"),
    PaneSpec("manifest", "YAML", "tui.panes.manifest:ManifestPane", "y"),
)
