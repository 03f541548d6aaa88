"""The Role that README.md recommends, made from the parts that the program tells of.

python -m tests.support.roletext            prints it
python -m tests.support.roletext --write    puts it into README.md
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from tests.support.made import main
from tui.actions.role import PARTS, Part

README = Path(__file__).resolve().parents[2] / "README.md"
WIDE = 100
HEAD = """apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: argo-tui
  namespace: argo
rules:"""
GROUPS = (
    (False, "For those who look at workflows (viewers)."),
    (True, "For those who operate them, besides."),
)
"""Whether a part changes something → the heading of such parts."""


def text() -> str:
    """The Role, in a block of YAML."""
    lines = ["```yaml", HEAD]
    for changes, heading in GROUPS:
        lines.append(f"  # --- {heading}")
        for part in PARTS:
            if part.changes is changes:
                lines += _lines(part)
    return "\n".join([*lines, "```"])


def _lines(part: Part) -> Iterator[str]:
    yield from wrap(part.title, WIDE - 4, initial_indent="  # ", subsequent_indent="  # ")
    yield from part.yaml


if __name__ == "__main__":
    main(README, "role", text())
