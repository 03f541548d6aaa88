"""Pictures whose test is gone are never looked at by syrupy, so we look ourselves."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_picture_belongs_to_a_test() -> None:
    snapshots = ROOT / "snapshots"
    left_over = []
    for picture in snapshots.rglob("*.svg"):
        module = ROOT / "tests" / picture.parent.relative_to(snapshots).with_suffix(".py")
        # A name after the test's own stands in brackets, and so does a parameter.
        test = picture.stem.partition("[")[0]
        if not module.is_file() or f"def {test}(" not in module.read_text():
            left_over.append(picture.relative_to(ROOT).as_posix())
    assert not left_over, f"no test draws these: {left_over}"
