"""Kubernetes quantities: `250m`, `1Gi`, `12345n`, `1e3`.

Kubernetes' grammar, to the letter: a number with an optional sign, and behind it nothing, one of
`n u m k M G T P E`, one of those with an `i` from `Ki` to `Ei`, or an exponent; never both.
"""

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
_SHAPE = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))"
    r"(?:(?P<exponent>[eE][+-]?[0-9]{1,3})|(?P<binary>[KMGTPE])i|(?P<decimal>[numkMGTPE]?))"
)


def known_amount(text: str) -> Decimal | None:
    """The number that a quantity stands for; None if it is none."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        return None
    binary = found["binary"]
    factor = _BINARY[binary] if binary else _DECIMAL[found["decimal"] or ""]
    try:
        number = Decimal(f"{found['number']}{found['exponent'] or ''}")
        return max(-LARGEST, min(number * factor, LARGEST))
    except InvalidOperation:
        return None


def amount(text: str) -> Decimal:
    """The number that a quantity stands for; 0 if it is invalid."""
    return known_amount(text) or Decimal(0)


def millis(text: str) -> int:
    """A quantity of CPU in thousandths, rounded up as Kubernetes does."""
    return int((amount(text) * 1000).to_integral_value(ROUND_CEILING))


def whole(text: str) -> int:
    """A quantity in whole units (bytes), rounded up."""
    return int(amount(text).to_integral_value(ROUND_CEILING))


def memory(size: int) -> str:
    """Bytes as Kubernetes writes them, in at most five or six cells: 90Mi, 1.2Gi."""
    value, unit = float(size), ""
    for unit in ("", "Ki", "Mi", "Gi", "Ti", "Pi"):
        if value < 1024 or unit == "Pi":
            break
        value /= 1024
    return (
        f"{value:.1f}{unit}" if unit in ("Gi", "Ti", "Pi") and value < 10 else f"{value:.0f}{unit}"
    )


def cores(millis: int) -> str:
    """Cores: 0.12, 1.5, 118."""
    value = millis / 1000
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"
