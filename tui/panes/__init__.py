"""The registry of panes: the tabs of a workflow, in their order."""

from __future__ import annotations

from tui.panes.base import PaneSpec
from tui.registry import Registry

PANES = Registry(
    "pane",
    (
        PaneSpec("summary", "Summary", "tui.panes.summary:SummaryPane"),
        PaneSpec("logs", "Logs", "tui.panes.logs:LogsPane", is_hinted=True),
        PaneSpec("artifacts", "Artifacts", "tui.panes.artifacts:ArtifactsPane", is_hinted=True),
        PaneSpec("inout", "In/Out", "tui.panes.inout:InOutPane", from_list=False),
        PaneSpec("events", "Events", "tui.panes.events:EventsPane", from_list=False),
        PaneSpec("manifest", "YAML", "tui.panes.manifest:ManifestPane"),
    ),
)
