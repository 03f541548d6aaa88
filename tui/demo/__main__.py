"""`python -m tui.demo`: the demo cluster as a child process (see `child.py`).

One line of JSON on standard output says where it is, or why there is none; it ends when standard
input does.
"""

from __future__ import annotations

import argparse
import json
import sys

from tui.demo import command
from tui.demo.cluster import Facts
from tui.demo.serving import serve
from tui.errors import TuiError


def main() -> int:
    """Serve the parent."""
    parser = argparse.ArgumentParser(prog="python -m tui.demo")
    command.configure(parser)
    options = command.options(parser.parse_args())
    try:
        serve(options, _ready, with_parent=True)
    except TuiError as error:
        print(json.dumps({"error": error.what, "hint": error.hint}), flush=True)
        return error.exit_code
    return 0


def _ready(facts: Facts) -> None:
    print(json.dumps(facts.as_dict()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
