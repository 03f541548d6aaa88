"""The YAML pane: the status of the step under the cursor, or the whole object."""

from __future__ import annotations

import re
import time
from typing import Any, ClassVar

import msgspec
from textual import work
from textual.binding import BindingType
from textual.worker import get_current_worker

from tui.bindings import bind
from tui.bugs import caught
from tui.domain import decode
from tui.domain.highlight import Highlighter, yaml_spans
from tui.domain.lines import BlockLines, LineModel
from tui.domain.node import Node
from tui.domain.yamltext import to_yaml, yaml_blocks
from tui.panes.base import PaneContext
from tui.panes.text_pane import TextPane

WRONG = re.compile(
    r" *(?:- )?(?:phase: (?:Failed|Error)|exitCode: ['\"]?[1-9]\d*['\"]?|type: SpecError)"
)
"""A line of YAML that tells of something wrong."""
BREATH = 0.0001
"""Seconds between two blocks in which the thread of the event loop may go on."""


class _Status(msgspec.Struct, frozen=True):
    nodes: dict[str, msgspec.Raw] | None = None


class _Nodes(msgspec.Struct, frozen=True):
    """As much of a workflow as it takes to find one node of it."""

    status: _Status | None = None


def json_of(raw: bytes, node: Node | None, name: str) -> bytes:
    """The JSON of the status of a node, or of the whole object if there is no node or it is the
    root. Raises: msgspec.DecodeError and UnicodeDecodeError where it cannot be read.
    """
    if node is None or node.id == name:
        return raw
    status = msgspec.json.decode(raw, type=_Nodes).status
    found = ((status.nodes if status is not None else None) or {}).get(node.id)
    return bytes(found) if found is not None else msgspec.json.encode(node)


def part_of(manifest: dict[str, Any], node: Node | None, name: str) -> Any:
    """The same of a manifest, as values."""
    if node is None or node.id == name:
        return manifest
    nodes = (manifest.get("status") or {}).get("nodes") or {}
    return nodes.get(node.id) or msgspec.to_builtins(node)


class ManifestPane(TextPane):
    """YAML to read, search and copy from."""

    HIGHLIGHTER: ClassVar[Highlighter | None] = staticmethod(yaml_spans)
    AROUND = 6  # a phase alone says not of which step
    BESIDE_TIMES = "#"  # so that it is YAML all the same
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("whole", "whole", "Whole workflow", group="manifest"),
    ]

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._is_whole = False
        self._of: tuple[Any, Node | None, bytes] | None = None
        self._written: object = None

    def show(self, item: Any, node: Node | None, raw: bytes) -> None:
        """Show the YAML of an object or a step."""
        self._of = (item, node, raw)
        metadata = item.metadata
        place = (metadata.namespace, metadata.name, metadata.uid)
        subject = (place, node.id if node and not self._is_whole else "")
        version = metadata.resource_version
        if (subject, version) == self._written:
            return
        self._written = (subject, version)
        self._write(subject, version, None if self._is_whole else node, raw, metadata.name)

    # Textual describes a worker by the text of its arguments: of a large run, megabytes.
    @work(thread=True, group="manifest", exclusive=True, description="writing YAML")
    def _write(
        self, subject: object, version: str, node: Node | None, raw: bytes, name: str
    ) -> None:
        # A large workflow is fifty megabytes of YAML, so it is made on a thread, and in blocks.
        worker, blocks = get_current_worker(), list[str]()
        try:
            try:
                for block in yaml_blocks(json_of(raw, node, name)):
                    if worker.is_cancelled:
                        return
                    blocks.append(block)
                    # Else the loop, which wants to run every now and then, gets its turn only when
                    # the interpreter thinks of it, 5 ms later.
                    time.sleep(BREATH)
            except decode.UNREADABLE:
                # Bytes that are no text, for one; they are replaced in all of it at once.
                blocks = [to_yaml(part_of(decode.manifest(raw), node, name))]
        except Exception as error:
            blocks = [f"# {caught(error, 'writing YAML')}\n"]
        self.app.call_from_thread(self._put_if_current, subject, version, BlockLines(blocks))

    def _put_if_current(self, subject: object, version: str, lines: LineModel) -> None:
        if self._written == (subject, version):
            self.put_lines(subject, lines)

    @property
    def file_name(self) -> str:
        """`<object>.yaml`, or `<object>-<step>.yaml`."""
        if self._of is None:
            return ""
        item, node, _ = self._of
        name = item.metadata.name
        is_step = node is not None and not self._is_whole and node.id != name
        return f"{name}-{node.title}.yaml" if node is not None and is_step else f"{name}.yaml"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a kind with steps has anything besides the whole."""
        return action != "whole" or self.kind is None or bool(self.kind.body)

    def is_wrong(self, line: str) -> bool:
        """Whether it is the phase of what failed, an exit code that is not 0, or a condition that
        tells of an error."""
        return WRONG.fullmatch(line) is not None

    def action_whole(self) -> None:
        """Switch between the whole workflow and the step."""
        self._is_whole = not self._is_whole
        if self._of is not None:
            self.show(*self._of)
