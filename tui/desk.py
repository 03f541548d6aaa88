"""What screens and panes may ask of an app, answered from its settings and its lists.

`screens.desk.Desk` and `panes.base.Tools` say what that is; what they may tell an app to do, it
does itself.
"""

from __future__ import annotations

import secrets
import string
from datetime import datetime

from tui.actions.base import Context
from tui.actions.verdict import Conditions
from tui.ports.connection import Source
from tui.settings import Settings
from tui.state.lists import WatchedLists

SUFFIX_LETTERS = string.ascii_lowercase + string.digits


class AnswersScreens:
    """An app that knows its settings and watches lists."""

    settings: Settings
    lists: WatchedLists
    source: Source | None = None
    """Where objects come from; None until connected."""
    has_demo: bool
    """Whether there is a demo to show."""
    is_demo: bool
    """Whether it is what is shown."""

    @property
    def can_demo(self) -> bool:
        """Whether the built-in demo cluster could be shown instead."""
        return self.has_demo and not self.is_demo

    @property
    def ascii(self) -> bool:
        """Letters and plain lines instead of symbols."""
        return self.settings.ascii

    @property
    def pod_names(self) -> str:
        """The pod name format of unmarked workflows (argo.md 3)."""
        return self.settings.pod_names

    def now(self) -> datetime:
        """The time everything is shown at."""
        return self.settings.now()

    @property
    def conditions(self) -> Conditions:
        """What decides whether an action may be done, besides its subject."""
        return Conditions(self.source, read_only=self.settings.read_only)

    def context(self) -> Context:
        """What plans need to know besides the workflow."""
        return Context(
            now=self.now(),
            suffix="".join(secrets.choice(SUFFIX_LETTERS) for _ in range(5)),
            instance_id=self.settings.instance_id,
            zone=self.settings.zone,
            pod_names=self.settings.pod_names,
        )
