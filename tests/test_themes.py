"""Themes: phases that can be told apart, texts that can be read, names that Textual knows."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from rich.color import ColorSystem
from textual.color import Color, rgb_to_lab
from textual.theme import BUILTIN_THEMES, Theme

from tui.app import OURS
from tui.themes import CLEARER, NAMES, OF_TEXTUAL, THEMES, ThemeColours

Matrix = tuple[tuple[float, float, float], ...]

SIGHTS: dict[str, tuple[Matrix, ...]] = {
    "usual": (((1, 0, 0), (0, 1, 0), (0, 0, 1)),),
    # Machado, Oliveira and Fernandes 2009, for linear RGB: protanopia and deuteranopia.
    "red-green": (
        (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
    ),
    # The same, tritanopia.
    "blue-yellow": (
        (
            (1.255528, -0.076749, -0.178779),
            (-0.078411, 0.930809, 0.147602),
            (0.004733, 0.691367, 0.303900),
        ),
    ),
}
"""What becomes of a colour in eyes of each kind."""

CLOSE = 8.0
"""Distance up to which two backgrounds look alike."""
APART = 35.0
"""Distance in CIELAB from which on two small texts are told apart at a glance."""


def linear(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def wired(value: float) -> int:
    value = min(1.0, max(0.0, value))
    share = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(share * 255)


def seen(colour: str, eyes: Matrix) -> Color:
    """A colour as these eyes see it."""
    rgb = [linear(part) for part in Color.parse(colour).rgb]
    red, green, blue = (wired(sum(a * b for a, b in zip(row, rgb, strict=True))) for row in eyes)
    return Color(red, green, blue)


def distance(one: Color, other: Color) -> float:
    a, b = rgb_to_lab(one), rgb_to_lab(other)
    return float(((a.L - b.L) ** 2 + (a.a - b.a) ** 2 + (a.b - b.b) ** 2) ** 0.5)


def contrast(text: str, background: str) -> float:
    """As WCAG 2 has it: 1 to 21."""

    def luminance(colour: str) -> float:
        red, green, blue = map(linear, Color.parse(colour).rgb)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(text), luminance(background)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ids(theme: ThemeColours) -> str:
    return theme.id


@pytest.mark.parametrize("theme", THEMES, ids=ids)
def test_any_two_phases_are_told_apart_by_the_eyes_a_theme_is_for(theme: ThemeColours) -> None:
    for eyes in {SIGHTS["usual"], SIGHTS[theme.sight]}:
        for matrix in eyes:
            for (one, a), (other, b) in combinations(theme.phases.items(), 2):
                found = distance(seen(a, matrix), seen(b, matrix))
                assert found >= APART, f"{one} and {other}: {found:.0f}"


def with_256(colour: str) -> str:
    """What becomes of a colour on a terminal with 256 of them."""
    found = Color.parse(colour).rich_color.downgrade(ColorSystem.EIGHT_BIT)
    return found.get_truecolor().hex


@pytest.mark.parametrize("theme", THEMES, ids=ids)
def test_with_256_colours_backgrounds_stay_and_phases_differ(theme: ThemeColours) -> None:
    for colour in (theme.background, theme.boost, theme.surface):
        assert distance(Color.parse(colour), Color.parse(with_256(colour))) < CLOSE, colour
    for eyes in SIGHTS[theme.sight]:
        for (one, a), (other, b) in combinations(theme.phases.items(), 2):
            found = distance(seen(with_256(a), eyes), seen(with_256(b), eyes))
            assert found >= APART, f"{one} and {other}: {found:.0f}"


@pytest.mark.parametrize("theme", THEMES, ids=ids)
def test_every_text_can_be_read_on_every_background(theme: ThemeColours) -> None:
    least = 7.0 if theme.id == "high-contrast" else 4.5
    texts = {**theme.phases, "plain": theme.foreground}
    for background in (theme.background, theme.boost, theme.surface):
        for name, text in texts.items():
            found = contrast(text, background)
            assert found >= least, f"{name} on {background}: {found:.1f}"


@pytest.mark.parametrize("theme", THEMES, ids=ids)
def test_a_theme_is_one_of_textuals_kind(theme: ThemeColours) -> None:
    made = Theme(**theme.as_textual())
    generated = made.to_color_system().generate()
    assert made.name == theme.id
    assert Color.parse({**generated, **made.variables}["text-error"]) == Color.parse(theme.failed)


def test_the_names_of_textuals_themes_are_those_that_it_has() -> None:
    assert set(OF_TEXTUAL) == set(BUILTIN_THEMES)
    assert len(set(NAMES)) == len(NAMES)


def test_two_themes_are_for_eyes_that_see_fewer_colours() -> None:
    assert [theme.sight for theme in THEMES if theme.sight != "usual"] == [
        "red-green",
        "blue-yellow",
    ]


@pytest.mark.parametrize("name", OF_TEXTUAL)
def test_no_two_phases_have_one_colour_in_any_theme(name: str) -> None:
    theme = OURS.get(name, BUILTIN_THEMES[name])
    found = {**theme.to_color_system().generate(), **theme.variables}
    tokens = ("warning", "secondary", "success", "error", "accent")
    assert len({found[f"text-{token}"] for token in tokens}) == len(tokens), found


def test_of_textuals_themes_we_change_what_is_written_down_and_no_more() -> None:
    for name, changes in CLEARER.items():
        theirs, ours = BUILTIN_THEMES[name], OURS[name]
        assert ours == replace(theirs, **changes) != theirs
