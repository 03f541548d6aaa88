"""Running an action, from the key to the answer: refused, or asked about, carried out, and told.

What the account may do is asked beforehand, beside the loop, and again when something is refused.
Plans are performed on a thread, one after the other, each write once; the workflow itself changes
when the watch says so, never here.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App

from tui.actions import ACTIONS, called
from tui.actions.base import Action, Plan, perform
from tui.actions.choosing import choose
from tui.actions.own import own_actions
from tui.actions.verdict import Denied, Subject, wanted_by
from tui.bugs import caught
from tui.context import AppContext
from tui.domain.identity import ObjectKey, Target
from tui.domain.node import NodeId
from tui.domain.templates import MAIN, WAIT
from tui.domain.workflow import Workflow, WorkflowRef
from tui.errors import Conflict, PlanError, SourceError, TuiError, Unreachable
from tui.kinds.registry import KINDS
from tui.messages import ActionFailed, ActionFinished, TypeCommand
from tui.ports.connection import Connection, offered
from tui.ports.exec import Container, Exec
from tui.ports.identity import caller_of
from tui.ports.operations import Operations
from tui.ports.rights import Rights, Wanted
from tui.screens.action import ActionScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.container_choice import ContainerChoice
from tui.screens.plan_words import Planned
from tui.screens.program_output import ProgramScreen
from tui.settings import Settings
from tui.state.audit import Entry, moment

if TYPE_CHECKING:
    from tui.editing import Editing

MOST_TOLD = 3
"""Of those that were left out, how many are told one by one."""


@contextmanager
def own_commands(settings: Settings) -> Iterator[None]:
    """With the commands of the settings among the actions, until the block ends."""
    with ACTIONS.including(*own_actions(settings.commands, [kind.id for kind in KINDS])):
        yield


def is_overtaken(error: TuiError) -> bool:
    """Whether nothing was done because the object is not what it was when it was planned for."""
    is_conflict = isinstance(error, Conflict) and error.reason != "AlreadyExists"
    return is_conflict and "were done already" not in getattr(error, "hint", "")


def _instead(id: str, subjects: Sequence[Subject]) -> Sequence[Action]:
    """What a key may mean as well for subjects of these kinds."""
    return called(id, {subject.target.key.kind for subject in subjects})


def _going_on(action: Action) -> str:
    """What is said until an action has ended."""
    return f"{action.label} …"


class ActionRunner:
    """The actions somebody runs, from the question to the answer."""

    def __init__(
        self,
        app: App[int],
        context: AppContext,
        changed: Callable[[Sequence[ObjectKey]], object],
        rights_known: Callable[[], object],
    ) -> None:
        """`rights_known` is called when it has become known what may be done in a namespace."""
        self._app = app
        self.context = context
        self._changed = changed
        """Told which rows look different because something was begun or ended."""
        self._rights_known = rights_known
        self._writing: set[threading.Thread] = set()
        self._is_in_session = False
        """Whether a program has the terminal, or is about to."""

    def ask_rights(
        self,
        connection: Connection,
        namespace: str,
        wanted: Sequence[Wanted],
        most: int,
        anew: bool,
    ) -> None:
        """Find out what may be done in a namespace (`AppContext.ask_rights`); nothing is denied
        until that is known."""
        rights = connection.port(Rights)
        if rights is not None:
            wanted = wanted or wanted_by(ACTIONS)
            learning = partial(self._learn_rights, rights, namespace, wanted, most, anew)
            self._app.run_worker(learning, thread=True, group="rights")

    def _learn_rights(
        self, rights: Rights, namespace: str, wanted: Sequence[Wanted], most: int, anew: bool
    ) -> None:
        before = rights.known(namespace)
        try:
            found = rights.learn(namespace, wanted, most=most, anew=anew)
        except TuiError:
            return  # whatever is wrong is told by what is done next
        if found != before:
            self._app.call_from_thread(self._rights_known)

    def begin(self, id: str, subjects: Sequence[Subject], path: str = "") -> None:
        """Refuse with a sentence, or ask; `id` is that of an action, or of what a key means.

        `path` is that of a file whose manifests are meant.
        """
        chosen = choose(id, subjects, self.context.conditions)
        if chosen.said:
            self.context.say(chosen.said, "warning")
        for namespace, connection in {
            (one.target.key.namespace, one.target.key.connection)
            for one, denied in chosen.left_out
            if denied.lacks
        }:
            # It may have been granted meanwhile: then the key works when it is pressed again.
            self.context.ask_rights(namespace, connection=connection, anew=True)
        if chosen.able and chosen.action.program is not None:
            self._app.run_worker(self._run_program(chosen.action, chosen.able), group="ask")
        elif chosen.able and chosen.action.session:
            self._begin_session(chosen.action, chosen.able)
        elif chosen.able and chosen.action.lints:
            from tui.editing import linted

            linting = linted(self.context, chosen.action, chosen.able)
            self._app.run_worker(linting, group="lint", exclusive=True)
        elif chosen.able and (path or chosen.action.draft or chosen.action.of_files):
            self._begin_writing(chosen.action, chosen.able, path)
        elif chosen.able:
            asking = self._ask(
                chosen.action, chosen.able, _instead(id, chosen.able), chosen.left_out
            )
            self._app.run_worker(asking, group="ask")

    async def _ask(
        self,
        action: Action,
        subjects: Sequence[Subject],
        instead: Sequence[Action],
        left_out: Sequence[tuple[Subject, Denied]],
    ) -> None:
        question = ActionScreen(self.context, action, subjects, instead=instead, left_out=left_out)
        answer = await self._app.push_screen_wait(question)
        if isinstance(answer, Action):
            action = answer
            question = ActionScreen(self.context, action, subjects, left_out=left_out)
            answer = await self._app.push_screen_wait(question)
        if isinstance(answer, list):
            self.carry_out(action, answer, question.not_planned)

    # --- commands of one's own ---------------------------------------------------------------

    async def _run_program(self, action: Action, subjects: Sequence[Subject]) -> None:
        """Ask if it changes something; then it has the terminal, or a screen for its output."""
        program = action.program
        assert program is not None
        if len(subjects) > 1:
            self.context.say(f"{action.label}: one at a time, and {len(subjects)} are marked")
            return
        try:
            argv = program.argv(self._values_of(subjects[0]))
        except TuiError as error:
            self.context.say(f"{action.label}: {error}", "warning")
            return
        changes = action.consequence != "none"
        if changes:
            question = ConfirmScreen(f"{action.label}? $ {shlex.join(argv)}", yes="Run")
            if not await self._app.push_screen_wait(question):
                return
        if program.on_screen:
            await self._app.push_screen(ProgramScreen(self.context, argv, may_repeat=not changes))
        elif self._is_in_session:
            self.context.say(f"{action.label}: the terminal is lent already", "warning")
        else:
            await self._lend_terminal(action, argv)

    async def _lend_terminal(self, action: Action, argv: Sequence[str]) -> None:
        def run() -> int:
            try:
                return subprocess.run(argv).returncode
            except OSError as error:
                why = error.strerror or error
                raise PlanError(f"{argv[0]} cannot be started: {why}") from error

        self._is_in_session = True
        try:
            lent = partial(self.context.run_on_terminal, argv, run, waits=True)
            code = await asyncio.to_thread(lent)
        except Exception as error:
            self.context.say(f"{action.label}: {caught(error, f'running {action.id}')}", "error")
        else:
            ended = f"exit code {code}" if code else "ended"
            self.context.say(f"{action.label}: {ended}", "warning" if code else "information")
        finally:
            self._is_in_session = False

    def _values_of(self, subject: Subject) -> dict[str, str]:
        """What stands in the place of `{name}` and the others; "" for what is not known."""
        target, settings = subject.target, self.context.settings
        key, resource = target.key, KINDS[target.key.kind].resource
        known = subject.known
        node = known.nodes.get(NodeId(target.node)) if isinstance(known, Workflow) else None
        group = f".{resource.group}" if resource.group else ""
        return {
            "name": key.name,
            "namespace": key.namespace,
            "kind": resource.kind,
            "resource": f"{resource.plural}{group}",
            "uid": target.uid or (known.metadata.uid if known is not None else ""),
            "context": self.context.context_of(key),
            "kubeconfig": settings.kubeconfig or os.environ.get("KUBECONFIG", ""),
            "node": target.node,
            "step": node.title if node is not None else "",
            "pod": target.pod,
            "artifact": target.artifact,
        }

    # --- sessions on the terminal ------------------------------------------------------------

    def _begin_session(self, action: Action, subjects: Sequence[Subject]) -> None:
        if self._is_in_session:
            self.context.say(f"{action.label}: one is being opened already", "warning")
            return
        self._is_in_session = True
        self._app.run_worker(self._hold_session(action, subjects[0].target), group="session")

    async def _hold_session(self, action: Action, target: Target) -> None:
        """Choose a container of the pod, and have its program on the terminal until it ends."""
        namespace = target.key.namespace
        try:
            connection = self.context.connection_of(target.key)
            if connection is None:
                raise Unreachable("not connected")
            port = offered(connection, Exec)
            self.context.say(f"{action.label} …")
            names = await asyncio.to_thread(port.running, namespace, target.pod)
            name = await self._container_of(target.pod, names)
            if name is None:
                self.context.say("")
                return
            session = port.session(Container(namespace, target.pod, name), action.session)
            running = partial(self.context.run_on_terminal, session.command, session.run)
            code = await asyncio.to_thread(running)
        except Exception as error:
            told = caught(error, f"running {action.id}")
            if isinstance(told, SourceError) and told.status == 403:
                self.context.ask_rights(namespace, connection=target.key.connection, anew=True)
            self.context.say(f"{action.label}: {told}", "error")
        else:
            ended = f"exit code {code}" if code else "ended"
            self.context.say(f"{action.label} in {name} of {target.pod}: {ended}")
        finally:
            self._is_in_session = False

    async def _container_of(self, pod: str, names: Sequence[str]) -> str | None:
        """The container that is meant: the only one, or one that is chosen; None for none."""
        # That of Argo is beside every other, and its image has nothing to run.
        own = sorted((name for name in names if name != WAIT), key=lambda name: name != MAIN)
        own = own or list(names)
        if len(own) == 1:
            return own[0]
        title = f"Containers of {pod}"
        return await self._app.push_screen_wait(
            ContainerChoice(title, own, ascii=self.context.ascii)
        )

    # --- what a person writes ----------------------------------------------------------------

    def _begin_writing(self, action: Action, subjects: Sequence[Subject], path: str) -> None:
        """Have manifests written in an editor, or read from a file, and ask about them."""
        if not path and action.draft is None:
            self._app.post_message(TypeCommand(f"{action.id.rpartition('.')[2]} "))
            return
        if len(subjects) > 1:
            self.context.say(f"{action.label}: one at a time, and {len(subjects)} are marked")
            return
        from tui.editing import Editing

        editing = Editing(self.context, ask=self._app.push_screen_wait, carry_out=self._carried_out)
        if path:
            self._app.run_worker(editing.submit(action, path, subjects[0]), group="ask")
        elif self._is_in_session:
            self.context.say(f"{action.label}: the terminal is lent already", "warning")
        else:
            self._is_in_session = True
            self._app.run_worker(self._hold_editing(editing, action, subjects[0]), group="ask")

    async def _hold_editing(self, editing: Editing, action: Action, subject: Subject) -> None:
        try:
            await editing.edit(action, subject)
        finally:
            self._is_in_session = False

    async def _carried_out(self, action: Action, plans: Sequence[Planned]) -> TuiError | None:
        """Perform plans, and wait for it: what went wrong with the only one of them."""
        heard: asyncio.Future[TuiError | None] = asyncio.get_running_loop().create_future()
        self.carry_out(action, plans, ended=heard.set_result)
        return await heard

    def carry_out(
        self,
        action: Action,
        plans: Sequence[Planned],
        left_out: Sequence[str] = (),
        *,
        ended: Callable[[TuiError | None], object] | None = None,
    ) -> None:
        """Perform the plans; results are said as they come.

        `left_out` has a sentence for each that was meant as well: they are told at the end.
        `ended` is called when all is done, with what went wrong with the last that failed: of a
        single plan nobody else tells that, nor asks again.
        """
        keys = [target.key for target, _ in plans]
        number = self.context.pending.begin(action.label.lower(), keys)
        self._changed(keys)
        self.context.say(_going_on(action))
        # Where the question was asked, wherever the lists have gone until this is its turn.
        connections = {key: self.context.connection_of(key) for key in keys}
        # Not exclusive: a second action must never cancel the first.
        self._app.run_worker(
            partial(
                self._perform, action, list(plans), connections, number, tuple(left_out), ended
            ),
            thread=True,
            group="actions",
        )

    def finish(self) -> None:
        """Wait, on another thread, until nothing is half done."""
        for thread in list(self._writing):
            thread.join()

    def _perform(
        self,
        action: Action,
        plans: list[Planned],
        connections: Mapping[ObjectKey, Connection | None],
        number: int,
        left_out: tuple[str, ...],
        ended: Callable[[TuiError | None], object] | None = None,
    ) -> None:
        failed: list[tuple[WorkflowRef, TuiError]] = []
        self._writing.add(threading.current_thread())
        who: dict[str, str] = {}
        try:
            for target, plan in plans:
                ref = WorkflowRef.of(target)
                note = partial(self._note, action, target, plan, who)
                try:
                    connection = connections[target.key]
                    if connection is None:
                        raise Unreachable("not connected")
                    outcome = perform(plan, offered(connection, Operations), action.said)
                except Exception as error:
                    told = caught(error, f"performing {action.id}")
                    failed.append((ref, told))
                    if isinstance(told, SourceError) and told.status == 403:
                        self._app.call_from_thread(
                            partial(
                                self.context.ask_rights,
                                ref.namespace,
                                connection=target.key.connection,
                                anew=True,
                            )
                        )
                    note(str(told), is_done=False)
                    if ended is not None and len(plans) == 1:
                        continue  # whoever waits for it tells what went wrong
                    if len(plans) == 1 and not left_out and is_overtaken(told):
                        again = partial(self._ask_again, action, target, plan)
                        self._app.call_from_thread(again)
                        continue
                    self._app.post_message(ActionFailed(ref, plan, told))
                else:
                    note(outcome.said, is_done=True)
                    self._app.post_message(ActionFinished(ref, outcome))
            if len(plans) + len(left_out) > 1:
                # Queued behind those messages: there is one line, and the last one has it.
                said = partial(self._sum_up, action.label, len(plans), failed, left_out)
                self._app.call_from_thread(self._app.call_later, said)
        finally:
            self._writing.discard(threading.current_thread())
            # What came of it may be said on another screen, and this one would go on saying that.
            over = partial(self.context.unsay, _going_on(action))
            self._app.call_from_thread(self._app.call_later, over)
            self._app.call_from_thread(self._end, number)
            if ended is not None:
                self._app.call_from_thread(ended, failed[-1][1] if failed else None)

    def _ask_again(self, action: Action, target: Target, plan: Plan) -> None:
        """Ask anew after a conflict, on the object as it is now; what is different is shown."""
        self.context.say(f"{plan.title}: it was changed meanwhile, and nothing was done", "warning")
        self._app.run_worker(self._ask_once_more(action, target, plan), group="ask")

    async def _ask_once_more(self, action: Action, target: Target, plan: Plan) -> None:
        question = ActionScreen(self.context, action, [Subject(target)], before=plan)
        answer = await self._app.push_screen_wait(question)
        if isinstance(answer, list):
            self.carry_out(action, answer, question.not_planned)

    def _note(
        self,
        action: Action,
        target: Target,
        plan: Plan,
        who: dict[str, str],
        result: str,
        *,
        is_done: bool,
    ) -> None:
        """Write down what came of a plan, for `:audit`."""
        key = target.key
        if key.connection not in who:
            connection = self.context.connection_of(key)
            caller = caller_of(connection) if connection is not None else None
            place = connection.place.user if connection is not None else ""
            who[key.connection] = caller.subject if caller is not None else place
        self.context.audit.add(
            Entry(
                at=moment(self.context.now()),
                context=key.connection,
                namespace=key.namespace,
                kind=key.kind,
                name=key.name,
                action=action.id,
                what=plan.title,
                who=who[key.connection],
                is_done=is_done,
                result=result,
                command=plan.command,
            )
        )

    def _sum_up(
        self,
        label: str,
        asked: int,
        failed: Sequence[tuple[WorkflowRef, TuiError]],
        left_out: Sequence[str],
    ) -> None:
        """What became of several: what failed or was refused is not hidden by what was done."""
        text = f"{label}: {asked - len(failed)} of {asked + len(left_out)} done"
        if failed:
            names = ", ".join(ref.name for ref, _ in failed)
            text += f"; not {names}: {failed[0][1]}"
        if left_out:
            text += f"; {len(left_out)} left out: {'; '.join(left_out[:MOST_TOLD])}"
        if len(left_out) > MOST_TOLD:
            text += f"; and {len(left_out) - MOST_TOLD} more"
        self.context.say(text, "error" if failed else "warning" if left_out else "information")

    def _end(self, number: int) -> None:
        self._changed(self.context.pending.end(number))
