"""The table of arrows that CONTRIBUTING.md shows, made from the one that is enforced.

python -m tests.support.arrowtable            prints it
python -m tests.support.arrowtable --write    puts it into CONTRIBUTING.md
"""

from __future__ import annotations

from pathlib import Path

from tests.support.made import main
from tests.test_layers import ARROWS, DRAWING

CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


def table() -> str:
    """A row a room: whom it may import, and whether it may draw."""
    lines = ["| room | may import | draws |", "|---|---|---|"]
    for room, known in ARROWS.items():
        names = " ".join(f"`{name}`" for name in sorted(known)) or "nothing of ours"
        lines.append(f"| `{room}` | {names} | {'yes' if room in DRAWING else ''} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main(CONTRIBUTING, "arrows", table())
