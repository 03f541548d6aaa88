"""Nothing can be shown, and why: what is wrong, what to do, and the demo as a way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from tui.bindings import bind
from tui.domain.text import clean
from tui.errors import (
    InputError,
    Misconfigured,
    Missing,
    NoCluster,
    NotInstalled,
    Refused,
    SettingsError,
    TuiError,
    Unauthenticated,
    Unreachable,
)
from tui.keys import hint
from tui.messages import AskToken, GiveSource, GoBack
from tui.view import View
from tui.widgets.cells import plain
from tui.widgets.status_line import StatusLine

ADVICE: dict[type[TuiError], tuple[str, ...]] = {
    NoCluster: (
        "Point KUBECONFIG or --kubeconfig at a cluster, or run inside one.",
        "kubectl config get-contexts shows what there is.",
    ),
    SettingsError: ("Check --kubeconfig, --context and --namespace.",),
    NotInstalled: ("It is found as soon as it is installed: argo-tui needs no restart.",),
    Unreachable: (
        "Is the cluster up, and the VPN? kubectl get --raw /version asks the same server.",
    ),
    Refused: (
        "kubectl auth can-i list workflows.argoproj.io says what you may do.",
        "Another namespace may be open to you: start with -n NAMESPACE.",
        "README.md lists the rights each function needs; argo-tui auth can-i says which you have.",
    ),
    Unauthenticated: (
        "Log in again: kubectl get workflows.argoproj.io uses the same credentials, and says more.",
        "Another --context may have a login that is still good.",
    ),
    Misconfigured: (
        "The kubeconfig names files, certificates or plugins that are not as it says.",
        "kubectl config view shows what it names; --context chooses another login.",
    ),
    InputError: ("argo-tui FILE… opens workflows saved with argo get -o yaml or kubectl.",),
    Missing: (
        "Argo Workflows may not be installed here: kubectl get crd workflows.argoproj.io",
        "Is this the right cluster? --context chooses another.",
    ),
}
"""What to do about each kind of trouble; the most precise kind that fits is used."""


def advice(error: TuiError) -> tuple[str, ...]:
    """What to do about it, in sentences."""
    if error.advice:
        return error.advice
    for kind in type(error).__mro__:
        if kind in ADVICE:
            return ADVICE[kind]
    return ()


class ProblemScreen(View[None]):
    """A screen that says what is wrong and what to do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("problem.again", "again", "Try again", shown=True),
        bind("problem.token", "token", "Token"),
        bind("problem.demo", "demo", "Demo cluster", shown=True),
        bind("problem.back", "back", "Back", shown=True),
        bind("problem.quit", "app.quit", "Quit", shown=True),
    ]

    def __init__(
        self,
        error: TuiError,
        *,
        can_demo: bool = True,
        way_back: str = "",
        can_go: bool = False,
        takes_token: bool = False,
        ascii: bool = False,
    ) -> None:
        """`way_back` is the place one came from, "" where there is none; `can_go` tells whether
        there are contexts to go to, `takes_token` whether a token can be given to the server."""
        super().__init__()
        self.trouble = error
        self._error = error
        self.can_demo = can_demo
        self._way_back = way_back
        self._can_go = can_go
        self._takes_token = takes_token and isinstance(error, Unauthenticated)
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """What is wrong, what to do, which keys help."""
        error = self._error
        with Vertical(id="problem"):
            yield self._text(f"✖ {clean(error.what)}", "problem-what")
            if error.hint:
                yield self._text(clean(error.hint), "problem-hint")
            lines = "\n".join(f"· {line}" for line in advice(error))
            if lines:
                yield self._text(lines, "problem-advice")
            keys = [f"{hint('problem.again')}  try again"]
            if self._takes_token:
                keys.insert(0, f"{hint('problem.token')}  give a token; it is shown nowhere")
            if self.can_demo:
                demo = "open the built-in demo cluster, to look around"
                keys.append(f"{hint('problem.demo')}  {demo}")
            if self._way_back:
                keys.append(f"{hint('problem.back')}  go back to {clean(self._way_back)}")
            if self._can_go:
                keys.append(f"{hint('command')}ctx  go to another context")
            keys.append(f"{hint('problem.quit')}  quit")
            yield self._text("\n".join(keys), "problem-keys")
            with Horizontal(id="problem-buttons"):
                yield from self._buttons()
        yield StatusLine(ascii=self._ascii, grows=True)

    def _buttons(self) -> Iterator[Button]:
        """What most want to do now; Tab goes to the next."""
        yield Button("Try again", id="again", compact=True)
        if self.can_demo:
            yield Button("Open the demo", id="demo", compact=True)
        if self._way_back:
            yield Button("Go back", id="back", compact=True)
        yield Button("Quit", id="quit", compact=True)

    def on_mount(self) -> None:
        """Enter tries again."""
        for button in self.query("#again").results(Button):  # none while it is taken down
            button.focus()

    @on(Button.Pressed)
    async def press(self, message: Button.Pressed) -> None:
        """Do what a button says."""
        message.stop()
        action = "app.quit" if message.button.id == "quit" else str(message.button.id)
        await self.run_action(action)

    def action_demo(self) -> None:
        """Look around in the built-in cluster."""
        if self.can_demo:
            self.app.post_message(GiveSource(demo=True))

    def _text(self, text: str, id: str) -> Static:
        return Static(Content(plain(text, self._ascii)), id=id)

    def try_again(self) -> None:
        """The key that reads anew connects again here, too."""
        self.action_again()

    def action_again(self) -> None:
        """Connect again."""
        self.app.post_message(GiveSource())

    def action_token(self) -> None:
        """Give a token to the server that wants one."""
        if self._takes_token:
            self.app.post_message(AskToken())

    def action_back(self) -> None:
        """Back to the place one came from; quit where there is none."""
        if self._way_back:
            self.app.post_message(GoBack())
        else:
            self.app.exit(0)
