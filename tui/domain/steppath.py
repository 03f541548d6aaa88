"""Which step of one run is which step of another one of the same template.

The name of a node begins with that of its workflow, and says where in it the node is:
`etl-x7k2p[0].load(3:c)(1)`. What follows the workflow's name is the same in every run.
"""

from __future__ import annotations

import re

from tui.domain.node import Node
from tui.domain.workflow import Workflow


def step_path(workflow: Workflow, node: Node) -> str:
    """Where a node is in its workflow, the same in each run of a template; "" is the root.

    The items of a loop and the attempts of a retry are steps of their own: `[0].load(3:c)(1)`.
    """
    return path_in(workflow.metadata.name, node.name)


def path_in(workflow_name: str, node_name: str) -> str:
    """The same by names; a node that is named like no other is its own path."""
    return node_name.removeprefix(workflow_name)


_ITEM = re.compile(r"\([0-9]+(?::.*?)?\)(?=$|[.\[(])", re.DOTALL)


def path_of_all(path: str) -> str:
    """The path of all items and attempts of a step: `[0].load` of `[0].load(3:c)(1)`."""
    return _ITEM.sub("", path)


def path_title(path: str) -> str:
    """A path as it is shown: without the dots and brackets that lead it."""
    return path.lstrip(".") or "(the whole run)"
