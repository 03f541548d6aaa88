"""Where in the workflow a template is executed, and what holds for all that is inside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tui.demo.engine.run import Node, Template
from tui.demo.engine.templates import Found, TemplateScope
from tui.demo.engine.variables import Scope


@dataclass(frozen=True)
class Where:
    """Where in the workflow a template is executed."""

    scope: TemplateScope
    boundary: Node | None = None
    boundary_template: Template | None = None
    on_exit: bool = False
    hooked: bool = False
    retried: bool = False
    depth: int = 0
    extra: Scope = field(default_factory=dict)
    """Variables of this place alone: `steps.name`; of a retry `retries`, `lastRetry.…`."""

    def within(self, found: Found, node: Node, template: Template) -> Where:
        """Inside the template that this node runs."""
        return replace(
            self,
            scope=found.scope,
            boundary=node,
            boundary_template=template,
            hooked=False,
            retried=False,
            depth=self.depth + 1,
            extra={},
        )
