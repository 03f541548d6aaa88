"""One frozen value: flags before the environment, both before the settings file."""

from __future__ import annotations

from typing import Any

import pytest

from tui.cli import in_demo
from tui.domain.names import ALL
from tui.ports.connection import Place
from tui.settings import PlaceSettings, Settings, fits, read_settings
from tui.sources import scope_of

PROD = ("prod-eu", {"read_only": True, "favourites": ("argo", "ml,data")})
EVERYWHERE = ("*", {"namespaces": ("argo",), "favourites": ("kube-system",)})


@pytest.mark.parametrize(
    ("context", "pattern", "does"),
    [
        ("prod", "prod", True),
        ("prod-eu", "prod", False),
        ("prod-eu", "prod-*", True),
        ("prod", "prod*", True),
        ("eu-prod", "*prod", True),
        ("eu-prod-1", "*prod", False),
        ("anything", "*", True),
        ("", "*", True),
        ("a-b-c", "a*b*c", True),
        ("a-c", "a*b*c", False),
        ("ab", "ab*b", False),
        ("arn:aws:eks:eu:1:cluster/x", "arn:*/x", True),
    ],
)
def test_a_star_stands_for_any_text(context: str, pattern: str, does: bool) -> None:
    assert fits(context, pattern) is does


def test_a_context_has_what_is_set_for_its_name_and_for_patterns_that_fit() -> None:
    settings = Settings(places=(EVERYWHERE, PROD))
    assert settings.for_place("prod-eu") == PlaceSettings(
        read_only=True, namespaces=("argo",), favourites=("argo", "ml,data")
    )
    assert settings.for_place("staging").favourites == ("kube-system",)
    assert Settings().for_place("prod-eu") == PlaceSettings()


def test_read_only_holds_if_it_was_asked_for_anywhere() -> None:
    settings = Settings(places=(PROD,))
    assert settings.is_read_only("prod-eu")
    assert not settings.is_read_only("staging")
    assert Settings(read_only=True).is_read_only("staging")


@pytest.mark.parametrize(
    ("flags", "environ", "file", "expected"),
    [
        ({"mouse": True}, {}, {}, True),
        ({}, {}, {"mouse": True}, True),
        ({"mouse": False}, {}, {}, False),
    ],
)
def test_a_flag_or_the_file_turns_the_mouse_on(
    flags: dict[str, Any], environ: dict[str, str], file: dict[str, Any], expected: bool
) -> None:
    assert read_settings(flags, environ, file).mouse is expected


def test_what_only_the_file_sets_is_taken_as_it_is() -> None:
    file = {"theme": "nord", "filters": {"bad": "phase:failed"}, "places": (PROD,)}
    settings = read_settings({}, {}, file)
    assert (settings.theme, settings.filters) == ("nord", {"bad": "phase:failed"})
    assert settings.places == (PROD,)


@pytest.mark.parametrize(
    ("settings", "place", "namespaces"),
    [
        (Settings(places=(("p", {"namespaces": (ALL,)}),)), Place("p", namespace="argo"), ()),
        (
            Settings(places=(("p", {"namespaces": (ALL,)}),)),
            Place("q", namespace="argo"),
            ("argo",),
        ),
        (
            Settings(namespace="ml", places=(("p", {"namespaces": (ALL,)}),)),
            Place("p", namespace="ml"),
            ("ml",),
        ),
    ],
)
def test_a_list_begins_with_the_namespaces_of_its_context_unless_a_flag_names_others(
    settings: Settings, place: Place, namespaces: tuple[str, ...]
) -> None:
    assert scope_of(settings, place).namespaces == namespaces


def test_what_is_set_for_patterns_is_not_meant_for_the_demo() -> None:
    settings = Settings(demo=True, places=(EVERYWHERE, ("demo", {"read_only": True})))
    assert in_demo(settings, "k").for_place("demo") == PlaceSettings(read_only=True)
