"""Kubernetes quantities: `250m`, `1Gi`, `12345n`, `1e3`."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal, InvalidOperation

_BINARY = {unit: Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)}
_DECIMAL = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal("1e3"),
    "M": Decimal("1e6"),
    "G": Decimal("1e9"),
    "T": Decimal("1e12"),
    "P": Decimal("1e15"),
    "E": Decimal("1e18"),
}
LARGEST = Decimal(10) ** 24
"""An upper bound: more than any cluster has, but still cheap to compute with."""
_SHAPE = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]{1,3})?)(([KMGTPE])i|[numkMGTPE]?)$")


def amount(text: str) -> Decimal:
    """The number that a quantity stands for; 0 if it is invalid."""
    found = _SHAPE.match(text.strip())
    if found is None:
        return Decimal(0)
    factor = _BINARY[found[3]] if found[3] else _DECIMAL[found[2]]
    try:
        return max(-LARGEST, min(Decimal(found[1]) * factor, LARGEST))
    except InvalidOperation:
        return Decimal(0)


def millis(text: str) -> int:
    """A quantity of CPU in thousandths, rounded up as Kubernetes does."""
    return int((amount(text) * 1000).to_integral_value(ROUND_CEILING))


def whole(text: str) -> int:
    """A quantity in whole units (bytes), rounded up."""
    return int(amount(text).to_integral_value(ROUND_CEILING))
