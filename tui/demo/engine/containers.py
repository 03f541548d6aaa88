"""One container of a simulated pod: its program, its state, what it prints and uses."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tui.demo.engine import chatter, commands
from tui.demo.engine.behaviour import Behaviour, along
from tui.demo.engine.programs import Box, Err, Files, Program
from tui.demo.podlogs import LogLine
from tui.demo.store import timestamp
from tui.domain.quantity import millis, whole

SYSTEM_FILES = {
    "/etc/os-release": b'NAME="Demo Linux"\nID=demo\nPRETTY_NAME="Demo Linux 1.0"\n',
    "/etc/hostname": b"demo\n",
    "/etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n",
}
"""Files of every image."""

MOST_RESULT = 256 * 1024


IMAGES = {
    **{name: [name] for name in (*chatter.SERVERS, "argosay")},
    **{name: ["sh"] for name in ("alpine", "busybox", "bash", "debian", "ubuntu", "fedora")},
    "python": ["python"],
    "hello-world": ["echo", "\nHello from Docker!"],
    "influxdb": ["influxd"],
    "whalesay": ["cowsay"],
    "redis": ["redis-server"],
    "docker": ["dockerd"],
}
"""What runs in a container of an image that is given no command, by the image's last name."""


class Container:
    """A container and the run of its program."""

    def __init__(self, spec: dict[str, Any], kind: str) -> None:
        self.spec = spec
        self.name = str(spec.get("name") or "main")
        self.kind = kind
        """One of "init", "wait", "main" and "sidecar"."""
        self.started: datetime | None = None
        self.finished: datetime | None = None
        self.exit_code: int | None = None
        self.reason = ""
        self.restarts = 0
        self.program: Program | None = None
        self.box: Box | None = None
        self.at = 0.0
        """Seconds into its run that the program has got to."""
        self.printed = ""
        self.partial = ""
        self.expected = 0.0
        """About how long it will run, for its memory curve."""

    @property
    def running(self) -> bool:
        """Whether it has started and not ended."""
        return self.started is not None and self.finished is None

    def start(
        self, now: datetime, files: Files, env: dict[str, str], behaviour: Behaviour, seed: int
    ) -> None:
        """Start its program."""
        rng = random.Random(seed)
        host = env.get("HOSTNAME", "demo")
        self.started = now
        self.box = Box(files, env, rng, now.timestamp(), host)
        self.box.cwd = str(self.spec.get("workingDir") or "/")
        for path, content in SYSTEM_FILES.items():
            files.setdefault(path, content)
        mounts = [str(each.get("mountPath")) for each in self.spec.get("volumeMounts") or ()]
        lines = ["overlay / overlay rw 0 0", *(f"/dev/vda1 {path} ext4 rw 0 0" for path in mounts)]
        files["/proc/mounts"] = "".join(f"{line}\n" for line in lines).encode()
        for each in self.spec.get("env") or ():
            if isinstance(each, dict) and "name" in each:
                env[str(each["name"])] = str(each.get("value") or "")
        self.program = self._program(behaviour)
        self.expected = behaviour.duration or 20.0

    def _program(self, behaviour: Behaviour) -> Program:
        assert self.box is not None
        spec, box = self.spec, self.box
        if self.kind == "main" and behaviour.scripted:
            box.vague = True
            return self._scripted(behaviour, box)
        image = str(spec.get("image") or "")
        command, arguments = words(spec.get("command")), words(spec.get("args"))
        if spec.get("source") is not None:
            box.files["/argo/staging/script"] = str(spec["source"]).encode()
            command = command or ["sh"]
            return self._ending(commands.run([*command, "/argo/staging/script"], box), behaviour)
        if not command and "argosay" in image:
            command = ["argosay"]
        own = image.rsplit("/", 1)[-1].split(":")[0].split("@")[0]
        if not command and (own in chatter.SERVERS or not arguments):
            if own not in IMAGES:
                return _refused(image, box)
            command = IMAGES[own]
        return self._ending(commands.run([*command, *arguments], box), behaviour)

    def _scripted(self, behaviour: Behaviour, box: Box) -> Program:
        duration = behaviour.duration if behaviour.duration is not None else math.inf
        rate = behaviour.log_rate if behaviour.log_rate is not None else 0.5
        command, arguments = words(self.spec.get("command")), words(self.spec.get("args"))
        if self.spec.get("source") is not None:
            box.files["/argo/staging/script"] = str(self.spec["source"]).encode()
            arguments = ["/argo/staging/script"]
        known = ("sh", "bash", "echo", "python", "python3", "cowsay", "cat")
        told: Program = _nothing()
        if command and command[0] in known:
            told = commands.run([*command, *arguments], box)
        # What the command says at once (echo, writing files) is still done; what it says after a
        # pause is for the end, and for those who live to see it.
        yield from _prints(told, to_pause=True)
        yield from chatter.talk(box, duration, rate)
        if not behaviour.exit_code:
            yield from _prints(told)
        return behaviour.exit_code or 0

    def _ending(self, program: Program, behaviour: Behaviour) -> Program:
        if behaviour.oom:
            yield from _prints(program, to_pause=True)
            return 137
        code = yield from program
        return code if behaviour.exit_code is None else behaviour.exit_code

    def advance(
        self, until: float, moment: Callable[[float], datetime]
    ) -> tuple[list[LogLine], float | None]:
        """Run on to `until` seconds after its start: what it printed, and when it goes on.

        None for the time means that it has ended. `moment` says when so many seconds were over.
        """
        lines: list[LogLine] = []
        assert self.program is not None
        while self.at <= until:
            try:
                event = next(self.program)
            except StopIteration as done:
                self.exit_code = int(done.value or 0)
                self._print("\n" if self.partial else "", moment, lines)
                return lines, None
            if isinstance(event, str):
                self._print(event, moment, lines)
            else:
                self.at += max(0.0, event)
        return lines, self.at

    def _print(self, text: str, moment: Callable[[float], datetime], lines: list[LogLine]) -> None:
        if self.kind == "main" and len(self.printed) < MOST_RESULT and not isinstance(text, Err):
            self.printed += text
        *whole, self.partial = (self.partial + text).split("\n")
        if not whole:
            return
        nanos = int(moment(min(self.at, 1e8)).timestamp() * 1_000_000_000)
        for number, line in enumerate(whole):
            lines.append(LogLine(nanos + (len(lines) + number) * 1_733, line))

    def end(self, now: datetime, code: int, reason: str = "") -> None:
        """It has ended; closes its program."""
        self.finished, self.exit_code = now, code
        self.reason = reason or ("Completed" if code == 0 else "Error")
        if self.program is not None:
            self.program.close()
            self.program = None

    def usage(self, seconds: float, behaviour: Behaviour) -> tuple[int, int]:
        """Millicores and bytes in use so long after its start; never more than it may have."""
        wave = math.sin(seconds / 7.0 + len(self.name)) * 0.5 + 0.5
        if self.kind == "wait":
            return int(1 + 3 * wave), int((18 + 2 * wave) * 2**20)
        part = seconds / max(self.expected, 1.0)
        cpu = along(behaviour.cpu, part) if behaviour.cpu else 40 + 160 * wave
        memory = along(behaviour.memory, part) if behaviour.memory else 30 + 40 * min(part, 1.0)
        used = int(cpu * (0.9 + 0.2 * wave)), int((memory + 3 * wave) * 2**20)
        limits = (self.spec.get("resources") or {}).get("limits") or {}
        most = millis(str(limits.get("cpu", ""))), whole(str(limits.get("memory", "")))
        return min(used[0], most[0] or used[0]), min(used[1], most[1] or used[1])

    def status(self, waiting: str, message: str = "") -> dict[str, Any]:
        """One entry of `containerStatuses`."""
        image = str(self.spec.get("image") or "")
        made: dict[str, Any] = {
            "name": self.name,
            "image": image,
            "imageID": f"{image}@sha256:demo" if self.started else "",
            "ready": self.running or (self.kind == "init" and self.exit_code == 0),
            "started": self.running,
            "restartCount": self.restarts,
            "state": self._state(waiting, message),
            "lastState": {},
        }
        if self.restarts and self.started:
            before = self.started - timedelta(seconds=20)
            made["lastState"] = {
                "terminated": {
                    "exitCode": 1,
                    "reason": "Error",
                    "startedAt": timestamp(before),
                    "finishedAt": timestamp(self.started - timedelta(seconds=5)),
                }
            }
        if self.started:
            made["containerID"] = self._id()
        return made

    def _state(self, waiting: str, message: str) -> dict[str, Any]:
        if self.finished and self.started:
            ended = {
                "exitCode": self.exit_code or 0,
                "reason": self.reason,
                "startedAt": timestamp(self.started),
                "finishedAt": timestamp(self.finished),
                "containerID": self._id(),
            }
            return {"terminated": ended}
        if self.started:
            return {"running": {"startedAt": timestamp(self.started)}}
        return {"waiting": {"reason": waiting} | ({"message": message} if message else {})}

    def _id(self) -> str:
        begun = int(self.started.timestamp()) if self.started else 0
        return f"containerd://{random.Random(f'{self.name}{begun}').getrandbits(128):032x}"


def _refused(image: str, box: Box) -> Program:
    """An image without a command: what it runs by itself is written in the image, which is none."""
    box.refused = f"the demo does not know what the image {image!r} runs by itself"
    yield Err(f"demo: {box.refused}; a command would say so\n")
    return 64


def words(value: Any) -> list[str]:
    """A command or its arguments; what is no list is one word."""
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


_PAUSE = 0.5
"""Seconds from which on a command is taken to be waiting or working."""


def _nothing() -> Program:
    yield from ()
    return 0


def _prints(program: Program, *, to_pause: bool = False) -> Program:
    """What a program prints (up to its first pause), without its sleeps and its exit code."""
    for _ in range(200):
        try:
            event = next(program)
        except StopIteration:
            return 0
        if isinstance(event, str):
            yield event
        elif to_pause and event >= _PAUSE:
            return 0
    return 0
