"""Running an action, from the key to the answer: refused, or asked about, carried out, and told.

What the account may do is asked beforehand, beside the loop, and again when something is refused.
Plans are performed on threads, of several some at a time, each write once; the workflow itself
changes when the watch says so, never here. A delete waits for some seconds before it is sent, and
whatever ends that before its time (`u`, leaving, a terminal that hangs up, another context) sends
nothing.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App

from tui.actions import ACTIONS, called
from tui.actions.base import Action, Outcome, Plan, deletes_target, perform
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
from tui.keys import hint
from tui.kinds.registry import KINDS
from tui.messages import ActionFailed, ActionFinished, TypeCommand
from tui.ports.connection import Connection, offered
from tui.ports.exec import Container, Exec
from tui.ports.identity import caller_of
from tui.ports.jobs import Job, Task
from tui.ports.operations import Operations
from tui.ports.rights import Rights, Wanted
from tui.screens.action import OF_A_WORD, TOO_SOON, ActionScreen
from tui.screens.bulk import BulkScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.container_choice import ContainerChoice
from tui.screens.plan_words import Planned
from tui.screens.program_output import ProgramScreen
from tui.screens.proof import proof_of
from tui.settings import Settings
from tui.state.audit import Entry, moment
from tui.state.bulk import AT_A_TIME, Bulk, Ended
from tui.state.waits import Wait

if TYPE_CHECKING:
    from tui.editing import Editing

MOST_TOLD = 3
"""Of those that were left out, how many are told one by one."""
MOST_NAMED = 5
"""Of those that failed, how many the status line names."""
WORTH_SHOWING = 0.4
"""Seconds after which what is done to several has a box that follows it."""
WAITS = "to be deleted"
"""What a row says of a delete that can still be taken back."""


@dataclass(frozen=True, slots=True, eq=False)
class _Doing:
    """What was answered with yes."""

    action: Action
    plans: tuple[Planned, ...]
    left_out: tuple[str, ...]
    connections: Mapping[ObjectKey, Connection | None]
    """Those of when it was asked."""
    title: str
    ended: Callable[[TuiError | None], object] | None = None
    """Told when all is done."""
    asked_at: object = None
    """Where somebody stood who asked for it."""

    @property
    def keys(self) -> list[ObjectKey]:
        """What it is done to."""
        return [target.key for target, _ in self.plans]


def name_in(planned: Planned) -> str:
    """What is acted on, in a list of several; what has no name yet goes by its plan."""
    target, plan = planned
    return target.key.name or plan.title


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
        *,
        count_down: Callable[[str, str], object],
        done_to: Callable[[frozenset[ObjectKey]], object],
        standing: Callable[[], object],
    ) -> None:
        """`rights_known` is called when it has become known what may be done in a namespace.

        `count_down` says how long something still waits, and is given what was said last;
        `done_to` is told what was done as it was asked for. `standing` says where somebody stands
        just now: who stands there still when it is done may be taken to what was made.
        """
        self._standing = standing
        self._app = app
        self.context = context
        self._changed = changed
        """Told which rows look different because something was begun or ended."""
        self._rights_known = rights_known
        self._count = count_down
        self.not_sent = ""
        """Of a delete that waited for its time when this place was left for another."""
        self._counted = ""
        """What is said just now of what waits."""
        self._done = done_to
        self._bulk_screens: dict[Bulk, BulkScreen] = {}
        """The boxes that follow what is done to several."""
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
        waiting = [one for one in subjects if self.context.waits.has(one.target.key)]
        subjects = [one for one in subjects if one not in waiting]
        if waiting and not subjects:
            back = f"{hint('take-back')} takes it back"
            self.context.say(f"{waiting[0].name} is to be deleted already; {back}", "warning")
            return
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
        asked_at = self._standing()
        question = ActionScreen(self.context, action, subjects, instead=instead, left_out=left_out)
        answer = await self._app.push_screen_wait(question)
        if isinstance(answer, Action):
            action = answer
            question = ActionScreen(self.context, action, subjects, left_out=left_out)
            answer = await self._app.push_screen_wait(question)
        if isinstance(answer, list):
            self.carry_out(
                action, answer, question.not_planned, asked=question.asked, asked_at=asked_at
            )

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
            proof = proof_of(self.context, action, subjects, left_out=0, nouns="of them")
            asked = f"{action.label}? $ {shlex.join(argv)}"
            is_amid_letters = self.context.is_amid_letters()

            def refusal(screen: ConfirmScreen) -> str:
                if is_amid_letters or screen.has_stray_letters:
                    return OF_A_WORD
                return "" if self.context.may_confirm(screen) else TOO_SOON

            question = ConfirmScreen(asked, yes="Run", proof=proof, refusal=refusal)
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

        carry_out = partial(self._carried_out, self._standing())
        editing = Editing(self.context, ask=self._app.push_screen_wait, carry_out=carry_out)
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

    async def _carried_out(
        self, asked_at: object, action: Action, plans: Sequence[Planned]
    ) -> TuiError | None:
        """Perform plans, and wait for it: what went wrong with the only one of them."""
        heard: asyncio.Future[TuiError | None] = asyncio.get_running_loop().create_future()
        self.carry_out(action, plans, ended=heard.set_result, asked_at=asked_at)
        return await heard

    def carry_out(
        self,
        action: Action,
        plans: Sequence[Planned],
        left_out: Sequence[str] = (),
        *,
        asked: str = "",
        ended: Callable[[TuiError | None], object] | None = None,
        asked_at: object = None,
    ) -> None:
        """Perform the plans, a delete after some seconds in which it can be taken back.

        `left_out` has a sentence for each that was meant as well: they are told at the end. `asked`
        is what the question was called, and `asked_at` where it was asked. `ended` is called when
        all is done, with what went wrong with the last that failed: of a single plan nobody else
        tells that, nor asks again; several are then done in their order, and none of them waits.
        """
        # Where the question was asked, wherever the lists have gone until this is its turn.
        connections = {t.key: self.context.connection_of(t.key) for t, _ in plans}
        title = asked or plans[0][1].title
        doing = _Doing(action, tuple(plans), tuple(left_out), connections, title, ended, asked_at)
        seconds = self.context.settings.delete_wait if ended is None else 0
        if seconds and any(deletes_target(plan) for _, plan in plans):
            self._hold_back(doing, seconds)
        else:
            self._send(doing)

    def _send(self, doing: _Doing, bulk: Bulk | None = None) -> None:
        """Begin to perform it; results are said as they come."""
        self.context.say(_going_on(doing.action))
        if len(doing.plans) > 1:
            self._send_all(doing, bulk or Bulk(doing.title, len(doing.plans), doing.left_out))
            return
        number = self.context.pending.begin(doing.action.label.lower(), doing.keys)
        self._changed(doing.keys)
        # Not exclusive: a second action must never cancel the first.
        self._app.run_worker(
            partial(self._perform, doing, number),
            thread=True,
            group="actions",
        )

    def finish(self) -> None:
        """Wait, on another thread, until nothing is half done."""
        for thread in list(self._writing):
            thread.join()

    # --- what can be taken back ----------------------------------------------------------------

    def _hold_back(self, doing: _Doing, seconds: int) -> None:
        """Have it wait, its rows struck through."""
        number = self.context.pending.begin(WAITS, doing.keys)
        bulk = None
        if len(doing.plans) > 1:
            bulk = Bulk(doing.title, len(doing.plans), doing.left_out)
        wait = self.context.waits.add(
            doing.title,
            doing.keys,
            seconds,
            send=partial(self._send_held, doing, bulk),
            ended=partial(self._end, number),
        )
        self._changed(doing.keys)
        if bulk is not None:
            self._show_bulk(bulk, wait)
        self._count_down()
        self._app.set_timer(seconds, self.tick)

    def _send_held(self, doing: _Doing, bulk: Bulk | None) -> None:
        """Its time has come: once, and only where it was asked for."""
        away = [
            key
            for key, held in doing.connections.items()
            if self.context.connection_of(key) != held
        ]
        if away:
            self._say_not_sent(doing.title)
        else:
            self._send(doing, bulk)

    def tick(self) -> None:
        """A second went by: what is due is sent, and what waits says how long it does."""
        for wait in self.context.waits.take_due():
            wait.ended()
            self.context.unsay(self._counted)
            wait.send()
        self._count_down()

    def _count_down(self) -> None:
        wait, before = self.context.waits.latest, self._counted
        self._counted = ""
        if wait is not None:
            left, others = self.context.waits.seconds_left(wait), len(self.context.waits) - 1
            more = f", and {others} more" if others else ""
            back = f"{hint('take-back')} takes it back"
            self._counted = f"{wait.title}{more}: sent in {left} s; {back}"
            self._count(self._counted, before)
        elif before:
            self.context.unsay(before)

    @property
    def can_take_back(self) -> bool:
        """Whether anything waits."""
        return bool(self.context.waits)

    def take_back(self, wait: Wait | None = None) -> bool:
        """Take back what waits, or of all that does what was asked for last; false if it waits no
        more."""
        wait = wait or self.context.waits.latest
        if wait is None or not self.context.waits.take(wait):
            return False
        wait.ended()
        self._close_box_of(wait)
        self._count_down()
        self.context.say(f"{wait.title}: taken back, nothing was sent")
        return True

    def give_up(self, why: str) -> tuple[str, ...]:
        """Send nothing of what waits, and say so of each."""
        return tuple(f"{each.title}: not sent, {why}" for each in self.context.waits.take_all())

    def leave_place(self) -> None:
        """Another place is gone to: what waits was meant for this one, so it is not sent."""
        waiting = self.context.waits.take_all()
        for wait in waiting:
            wait.ended()
            self._close_box_of(wait)
            self._say_not_sent(wait.title)
        self._count_down()

    def _say_not_sent(self, title: str) -> None:
        # Once the other place is shown: what is said before goes with this one.
        self.not_sent = f"{title}: not sent, since you went elsewhere"
        self._app.call_later(self.context.say, self.not_sent, "warning")

    # --- several at once -----------------------------------------------------------------------

    def _send_all(self, doing: _Doing, bulk: Bulk) -> None:
        """Perform several, some at a time, each once."""
        pending = self.context.pending
        verb = doing.action.label.lower()
        numbers = [pending.begin(verb, [target.key]) for target, _ in doing.plans]
        self._changed(doing.keys)
        who: dict[str, str] = {}
        tasks = [
            Task(name_in(planned), partial(self._do_one, doing, bulk, number, who, planned))
            for planned, number in zip(doing.plans, numbers, strict=True)
        ]
        end = partial(self._app.call_later, self._end_all, doing, bulk, numbers)
        at_a_time = AT_A_TIME if doing.ended is None else 1
        job = Job(verb, tasks, parallel=at_a_time, finishes=True, end=end)
        bulk.job = self.context.jobs.start(job)
        self._app.set_timer(WORTH_SHOWING, partial(self._show_bulk, bulk))

    def _do_one(
        self,
        doing: _Doing,
        bulk: Bulk,
        number: int,
        who: dict[str, str],
        planned: Planned,
        progress: object,
        stop: object,
    ) -> str:
        """Perform one of several, on a thread; its job ends it never half way."""
        (target, plan), name = planned, name_in(planned)
        self._writing.add(threading.current_thread())
        try:
            outcome = self._do(doing, target, plan, who)
        except TuiError as error:
            bulk.add(Ended(target.key, name, str(error), error))
            raise
        else:
            bulk.add(Ended(target.key, name, outcome.said))
            return outcome.said
        finally:
            self._writing.discard(threading.current_thread())
            self._app.call_later(self._end, number)

    def _end_all(self, doing: _Doing, bulk: Bulk, numbers: Sequence[int]) -> None:
        """All of them are over, or those that were begun."""
        bulk.is_over = True
        self._changed([key for n in numbers for key in self.context.pending.end(n)])
        self._done(frozenset(bulk.done))
        screen = self._bulk_screens.pop(bulk, None)
        if screen is not None and screen.is_attached:
            screen.show_standing()
            if not (bulk.failed or bulk.not_begun) and screen.is_current:
                screen.dismiss(None)
        elif bulk.failed:
            self._show_bulk(bulk)
        self.context.unsay(_going_on(doing.action))
        self._sum_up(doing.action.label, bulk)
        if doing.ended is not None:
            doing.ended(bulk.failed[-1].error if bulk.failed else None)

    def _show_bulk(self, bulk: Bulk, wait: Wait | None = None) -> None:
        """A line for each as it ends, in a box over the rest; not for what is over in a moment."""
        if bulk in self._bulk_screens or (bulk.is_over and not bulk.failed):
            return
        back = partial(self.take_back, wait)
        screen = BulkScreen(self.context, bulk, take_back=back, wait=wait)
        self._bulk_screens[bulk] = screen
        self._app.push_screen(screen)

    def _close_box_of(self, wait: Wait) -> None:
        """What was to be sent after this wait never is: no box counts down to it any more."""
        for bulk, screen in list(self._bulk_screens.items()):
            if screen.wait is wait:
                bulk.is_over = True
                del self._bulk_screens[bulk]
                if screen.is_current:
                    screen.dismiss(None)

    # --- each one ------------------------------------------------------------------------------

    def _do(self, doing: _Doing, target: Target, plan: Plan, who: dict[str, str]) -> Outcome:
        """Perform one plan, on a thread, and write down what came of it. Raises: TuiError."""
        action = doing.action
        note = partial(self._note, action, target, plan, who)
        try:
            connection = doing.connections[target.key]
            if connection is None:
                raise Unreachable("not connected")
            outcome = perform(plan, offered(connection, Operations), action.said)
        except Exception as error:
            told = caught(error, f"performing {action.id}")
            if isinstance(told, SourceError) and told.status == 403:
                key = target.key
                ask = partial(
                    self.context.ask_rights, key.namespace, connection=key.connection, anew=True
                )
                self._app.call_later(ask)
            note(str(told), is_done=False)
            raise told from error
        note(outcome.said, is_done=True)
        return outcome

    def _perform(self, doing: _Doing, number: int) -> None:
        """Perform a single plan, on a thread."""
        ((target, plan),) = doing.plans
        ref = WorkflowRef.of(target)
        wrong: TuiError | None = None
        self._writing.add(threading.current_thread())
        try:
            outcome = self._do(doing, target, plan, {})
        except TuiError as error:
            wrong = error
            if doing.ended is not None:
                pass  # whoever waits for it tells what went wrong
            elif not doing.left_out and is_overtaken(error):
                self._app.call_later(self._ask_again, doing.action, target, plan)
            else:
                self._app.post_message(ActionFailed(ref, plan, error))
                self._tell_one(doing, error)
        else:
            self._app.post_message(ActionFinished(target, outcome, doing.asked_at))
            self._app.call_later(self._done, frozenset({target.key}))
            self._tell_one(doing)
        finally:
            self._writing.discard(threading.current_thread())
            # What came of it may be said on another screen, and this one would go on saying that.
            self._app.call_later(self.context.unsay, _going_on(doing.action))
            self._app.call_later(self._end, number)
            if doing.ended is not None:
                self._app.call_later(doing.ended, wrong)

    def _tell_one(self, doing: _Doing, error: TuiError | None = None) -> None:
        """Of several that were meant only this one could be done."""
        if doing.left_out:
            bulk = Bulk(doing.title, 1, doing.left_out)
            planned = doing.plans[0]
            said = str(error) if error is not None else ""
            bulk.add(Ended(planned[0].key, name_in(planned), said, error))
            bulk.is_over = True
            # Queued behind the message: there is one line, and the last one has it.
            self._app.call_later(self._sum_up, doing.action.label, bulk)

    def _ask_again(self, action: Action, target: Target, plan: Plan) -> None:
        """Ask anew after a conflict, on the object as it is now; what is different is shown."""
        self.context.say(f"{plan.title}: it was changed meanwhile, and nothing was done", "warning")
        self._app.run_worker(self._ask_once_more(action, target, plan), group="ask")

    async def _ask_once_more(self, action: Action, target: Target, plan: Plan) -> None:
        asked_at = self._standing()
        question = ActionScreen(self.context, action, [Subject(target)], before=plan)
        answer = await self._app.push_screen_wait(question)
        if isinstance(answer, list):
            self.carry_out(
                action, answer, question.not_planned, asked=question.asked, asked_at=asked_at
            )

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

    def _sum_up(self, label: str, bulk: Bulk) -> None:
        """What became of several: what failed or was refused is not hidden by what was done."""
        failed, left_out = bulk.failed, bulk.left_out
        text = f"{label}: {len(bulk.done)} of {bulk.total + len(left_out)} done"
        if failed:
            names = ", ".join(each.name for each in failed[:MOST_NAMED])
            more = f" and {len(failed) - MOST_NAMED} more" if len(failed) > MOST_NAMED else ""
            text += f"; not {names}{more}: {failed[0].said}"
        if bulk.not_begun:
            text += f"; {bulk.not_begun} not begun"
        if left_out:
            text += f"; {len(left_out)} left out: {'; '.join(left_out[:MOST_TOLD])}"
        if len(left_out) > MOST_TOLD:
            text += f"; and {len(left_out) - MOST_TOLD} more"
        is_whole = not (left_out or bulk.not_begun)
        self.context.say(text, "error" if failed else "information" if is_whole else "warning")

    def _end(self, number: int) -> None:
        self._changed(self.context.pending.end(number))
