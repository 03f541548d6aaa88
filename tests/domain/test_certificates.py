"""When a certificate ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.certificates import Authority
from tui.domain.certificates import end_of


@pytest.mark.parametrize("days", [1, 400, 40 * 365])
def test_the_end_is_that_of_the_certificate_before_and_after_2050(days: int) -> None:
    """From 2050 on times are written with four digits of the year (RFC 5280, 4.1.2.5)."""
    lasts = timedelta(days=days)
    certificate, key = Authority().issue("me", lasts=lasts)
    ends = end_of(f"{key}\n{certificate}")
    assert ends is not None
    assert abs(ends - (datetime.now(UTC) + lasts)) < timedelta(minutes=1)


def test_one_that_is_over_says_so_too() -> None:
    certificate, _ = Authority().issue("me", lasts=timedelta(hours=-3))
    ends = end_of(certificate)
    assert ends is not None and ends < datetime.now(UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUMA\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nMAQwAjAA\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_certificate_has_no_end(text: str) -> None:
    assert end_of(text) is None


def test_a_certificate_that_is_cut_off_anywhere_has_no_end_and_fails_nowhere() -> None:
    certificate, _ = Authority().issue("me")
    lines = certificate.split("\n")
    for cut in range(1, len(lines[1])):
        cut_off = "\n".join([lines[0], lines[1][:cut], "-----END CERTIFICATE-----"])
        assert end_of(cut_off) is None
