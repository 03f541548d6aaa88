"""A menu: letters that take something at once, and what may not be chosen."""

from __future__ import annotations

from textual.app import App

from tests.support.app import showing
from tests.support.runs import nightly_etl, team
from tests.support.waiting import until
from tui.menu import REVERSED, Choice, Menu, lettered, orders
from tui.messages import Said

CHOICES = (
    Choice("retry", "Retry", "r"),
    Choice("suspend", "Suspend", "s", refusal="it is over"),
    Choice("resume", "Resume", "s"),
    Choice("stop", "Stop", "X", refusal="it is over"),
)


class Asking(App[None]):
    """An app that shows a menu."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[str | None] = []
        self.told: list[str] = []

    def ask(self) -> None:
        self.push_screen(Menu("Do", CHOICES, ascii=True), self.answers.append)

    def on_said(self, message: Said) -> None:
        self.told.append(message.text)


async def test_a_letter_takes_what_has_it_and_of_opposites_the_one_that_may_be_done() -> None:
    app = Asking()
    async with app.run_test() as pilot:
        for keys, answer in (("r", "retry"), ("s", "resume"), ("jj\n", "resume"), ("q", None)):
            app.ask()
            await pilot.pause()
            await pilot.press(*(key.replace("\n", "enter") for key in keys))
            await until(lambda: not isinstance(app.screen, Menu))
            assert app.answers.pop() == answer


async def test_what_may_not_be_chosen_says_why_and_the_menu_stays() -> None:
    app = Asking()
    async with app.run_test() as pilot:
        app.ask()
        await pilot.pause()
        await pilot.press("X", "z")
        await until(lambda: app.told)
        assert app.told == ["Stop: it is over"] and isinstance(app.screen, Menu)


def test_letters_are_those_of_the_titles_and_none_that_moves_in_a_menu() -> None:
    titles = ("Namespace", "Name", "Age", "Kind", "Queue", "Quit")
    found = lettered([Choice(title, title) for title in titles], taken="g")
    letters = {choice.title: choice.letter for choice in found}
    assert letters["Name"] == "n" and letters["Age"] == "a" and letters["Kind"] == "i"
    assert len(set(letters.values())) == len(titles) and not set("jkqhlg") & set(letters.values())
    assert [
        c.letter for c in lettered([Choice("x", "jkq"), Choice("y", "jk"), Choice("z", "1")])
    ] == ["K", "J", ""]


async def test_every_column_that_can_be_sorted_by_is_in_the_menu_of_orders() -> None:
    async with showing(*team(), size=(140, 24)) as shown:
        columns = shown.overview.arrangement.columns
        choices = orders(columns, "Newest", descending=True)
        ids = [choice.id for choice in choices]
        assert ids == ["", *(c.id for c in columns if c.order and c.title), REVERSED]
        for choice in choices[1:-1]:
            await shown.press("S", choice.letter)
            assert shown.overview.arrangement.sort_column == choice.id
        await shown.press("S", "enter")
        assert shown.overview.arrangement.sort_column == choices[-2].id, "it begins there"


async def test_a_menu_is_as_wide_as_its_keys_and_its_name() -> None:
    async with showing(nightly_etl(), size=(80, 24)) as shown:
        for name in ("Sort", "a name that takes more cells than all that can be chosen below it"):
            menu = Menu(name, [Choice("n", "No")], ascii=False)
            shown.app.push_screen(menu)
            await shown.until_shown("Esc closes")
            assert "Enter or a letter chooses  Esc closes" in shown.text and name in shown.text
            await shown.press("escape")
            await shown.until(lambda: not shown.shows(Menu))


async def test_the_menu_has_room_on_a_small_screen() -> None:
    async with showing(nightly_etl(), size=(60, 14)) as shown:
        await shown.press("S")
        await shown.until_shown("Sort")
        box = shown.app.screen.query_one("#menu").region
        assert box.bottom <= 14 and box.right <= 60
        await shown.press("r")
        assert not shown.overview.arrangement.descending


async def test_the_cursor_begins_on_the_first_that_may_be_chosen() -> None:
    over = Choice("retry", "Retry", refusal="it runs")
    for choices, current, wanted in (
        ([over, *CHOICES[2:]], "", "resume"),
        ([over, *CHOICES[2:]], "stop", "stop"),
        ([over], "", "retry"),
    ):
        app = Asking()
        async with app.run_test() as pilot:
            menu = Menu("Do", choices, current=current, ascii=True)
            app.push_screen(menu)
            await pilot.pause()
            assert menu.rows.cursor_key == wanted
