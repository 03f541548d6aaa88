"""What one can go to: the contexts of the kubeconfig, and namespaces.

Both are read on threads, when somebody is about to choose: from the palette, by `:ctx` and `:ns`,
or in a picker. Namespaces that may not be listed are those that were used, that are seen in the
list, and that are typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from textual.app import App

from tui.bugs import caught
from tui.commands import Command, namespaces_like, namespaces_of
from tui.context import AppContext
from tui.domain.names import ALL
from tui.errors import InputError, Refused, TuiError
from tui.keys import hint
from tui.kinds.registry import KINDS
from tui.navigator import Navigator
from tui.ports.connection import Connection, offered
from tui.ports.contexts import ContextEntry, Contexts
from tui.ports.namespaces import Namespaces
from tui.screens.picker import Choice, Picker

NAMESPACE_TITLES = ("NAMESPACE", "KNOWN AS")
CONTEXT_TITLES = ("CONTEXT", "CLUSTER", "USER", "NAMESPACE")


class Destinations:
    """What can be gone to, as far as it is known."""

    def __init__(
        self,
        app: App[int],
        context: AppContext,
        navigator: Navigator,
        contexts: Contexts | None,
    ) -> None:
        self._app = app
        self._context = context
        self._navigator = navigator
        self._contexts = contexts
        self._entries: tuple[ContextEntry, ...] = ()
        self._entries_error: TuiError | None = None
        self._namespaces: dict[str, tuple[str, ...]] = {}
        """By connection, those that it lists."""
        self._refusals: dict[str, TuiError] = {}
        """By connection, why it lists none."""
        self._read_of: tuple[Connection, ...] = ()
        """The connections that `_namespaces` and `_refusals` are of."""
        self._waiting: list[Callable[[], object]] = []

    @property
    def has_contexts(self) -> bool:
        """Whether there is a kubeconfig to go by."""
        return self._contexts is not None

    # --- reading -----------------------------------------------------------------------------

    def read(self, known: Callable[[], object]) -> None:
        """Read what can be gone to, on threads; `known` is called whenever more of it is."""
        if self._contexts is not None:
            self._begin(partial(self._read_contexts, self._contexts, known))
        self._forget_others()
        for connection in self._connections:
            if connection.id not in self._namespaces:
                self._begin(partial(self._read_namespaces, connection, known))

    @property
    def _connections(self) -> tuple[Connection, ...]:
        return tuple(self._context.connections.values())

    def _forget_others(self) -> None:
        """What was read of connections that are shown no more is not of those that are."""
        if self._read_of != self._connections:
            self._read_of = self._connections
            self._namespaces.clear()
            self._refusals.clear()

    def _begin(self, read: Callable[[], None]) -> None:
        self._app.run_worker(read, thread=True, group="destinations")

    def _read_contexts(self, contexts: Contexts, known: Callable[[], object]) -> None:
        entries: tuple[ContextEntry, ...] = ()
        failed: TuiError | None = None
        try:
            entries = tuple(contexts.entries())
        except Exception as error:
            failed = caught(error, "reading the contexts")

        def take() -> None:
            self._entries, self._entries_error = entries, failed
            known()

        self._app.call_from_thread(take)

    def _read_namespaces(self, connection: Connection, known: Callable[[], object]) -> None:
        names: tuple[str, ...] = ()
        failed: TuiError | None = None
        try:
            names = offered(connection, Namespaces).namespaces()
        except Exception as error:
            failed = caught(error, "reading the namespaces")

        def take() -> None:
            if connection not in self._connections:
                return  # a late answer of a cluster that one has left
            self._forget_others()
            if failed is None:
                self._namespaces[connection.id] = names
                self._refusals.pop(connection.id, None)
            else:
                self._refusals[connection.id] = failed
            known()

        self._app.call_from_thread(take)

    # --- what is known -----------------------------------------------------------------------

    @property
    def known_namespaces(self) -> Sequence[str]:
        """All that is known, by name."""
        lists = self._context.lists
        self._forget_others()
        listed = {name for names in self._namespaces.values() for name in names}
        seen = {key.namespace for key in lists.of(next(iter(KINDS))).known}
        used = self._navigator.used_namespaces
        return sorted({*listed, *seen, *used, *lists.scope.namespaces} - {""})

    def has_no_namespace(self, connection: str, name: str) -> bool:
        """Whether a connection lists its namespaces, and this is none of them."""
        self._forget_others()
        listed = self._namespaces.get(connection)
        return listed is not None and name not in listed

    # --- commands ----------------------------------------------------------------------------

    def commands(self) -> Iterator[Command]:
        """Those that lead elsewhere."""
        yield Command(
            "Namespaces",
            lambda text: self._go_to(namespaces_of(text)) if text else self.pick_namespaces(),
            names=("ns", "namespace", "namespaces"),
            argument="a namespace, several with commas, or all",
            complete=lambda typed: namespaces_like(self.known_namespaces, typed),
            check=namespaces_of,
            help="list what is in other namespaces",
        )
        if self._contexts is not None:
            yield Command(
                "Contexts",
                lambda text: self._go_to_contexts(text) if text else self.pick_contexts(),
                names=("ctx", "context", "contexts"),
                argument="a context, or several with commas",
                complete=self._contexts_like,
                check=self._names_of,
                help="go to another cluster of the kubeconfig",
            )
        yield Command(
            "Last place",
            lambda text: self._navigator.go_back(),
            names=("last",),
            help="back to the cluster, namespaces and list before",
            key=hint("last-place"),
        )

    def _go_to(self, namespaces: tuple[str, ...]) -> None:
        self._navigator.go_to_namespaces(namespaces)

    def _go_to_contexts(self, text: str) -> None:
        self._navigator.go_to_contexts(self._names_of(text))

    def _names_of(self, text: str) -> tuple[str, ...]:
        """The contexts of a list with commas. Raises: InputError for one that there is not."""
        known = {each.name for each in self._entries}
        if text.strip() in known:
            return (text.strip(),)  # the name of a context may have a comma in it
        names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
        for name in names:
            if not name:
                raise InputError("a context is missing between the commas")
            if known and name not in known:
                raise InputError(f"there is no context {name}", hint=", ".join(sorted(known)[:8]))
        return names

    def _contexts_like(self, typed: str) -> Iterable[str]:
        names = [each.name for each in self._entries]
        return [each for each in namespaces_like(names, typed) if each != ALL]

    # --- pickers -----------------------------------------------------------------------------

    def pick_namespaces(self) -> None:
        """Choose other namespaces."""
        if not self._context.is_connected:
            self._context.say("not connected yet")
            return
        picker = Picker(
            "Namespaces",
            NAMESPACE_TITLES,
            typed=namespaces_of,
            ascii=self._context.ascii,
        )

        def chosen(names: tuple[str, ...] | None) -> None:
            if names is not None:
                self._go_to(() if ALL in names else names)

        self._app.push_screen(picker, chosen)
        self._offer_namespaces(picker)
        self.read(partial(self._offer_namespaces, picker))

    def _offer_namespaces(self, picker: Picker) -> None:
        shown = self._context.lists.scope.namespaces
        favourites = {name: str(key) for key, name in enumerate(self._navigator.favourites, 1)}
        used = self._navigator.used_namespaces
        listed = {name for names in self._namespaces.values() for name in names}

        def choice(name: str) -> Choice:
            facts = [f"key {favourites[name]}"] if name in favourites else []
            facts += ["used before"] if name in used and name not in favourites else []
            facts += ["in the list"] if name not in listed and name not in used else []
            return Choice(name, (", ".join(facts),), is_here=name in shown)

        first = dict.fromkeys([*favourites, *used])
        rest = (name for name in self.known_namespaces if name not in first)
        every = Choice(ALL, (f"key {hint('namespaces')}",), is_here=not shown)
        note, is_wrong = self._note
        picker.offer([every, *map(choice, first), *map(choice, rest)], note, is_wrong=is_wrong)

    @property
    def _note(self) -> tuple[str, bool]:
        """What is to be said of the namespaces, and whether it is bad news."""
        for connection, error in self._refusals.items():
            at = f" of {connection}" if len(self._connections) > 1 else ""
            if isinstance(error, Refused):
                return f"the namespaces{at} may not be listed: type the one you want", True
            return f"the namespaces{at} cannot be read: {error.what}; type the one you want", True
        is_read = all(each.id in self._namespaces for each in self._connections)
        return ("" if is_read else "reading the namespaces …"), False

    def pick_contexts(self) -> None:
        """Choose another cluster, or several."""
        picker = Picker("Contexts", CONTEXT_TITLES, ascii=self._context.ascii)

        def chosen(names: tuple[str, ...] | None) -> None:
            if names is not None:
                self._navigator.go_to_contexts(names)

        self._app.push_screen(picker, chosen)
        if self._entries:
            self._offer_contexts(picker)
        self.read(partial(self._offer_contexts, picker))

    def _offer_contexts(self, picker: Picker) -> None:
        shown = self._navigator.contexts_shown
        choices = [
            Choice(
                each.name,
                (each.cluster, each.user, each.namespace or "default"),
                is_here=each.name in shown,
            )
            for each in self._entries
        ]
        error = self._entries_error
        note = "" if choices else "there is no context in the kubeconfig"
        note = note if error is None else str(error)
        picker.offer(choices, note, is_wrong=error is not None)
