"""The server's side of a websocket (RFC 6455), as much as a scripted session needs."""

from __future__ import annotations

import base64
import hashlib
import struct

from tests.support.fake_api import Asked, Reply

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BINARY, CLOSE = 2, 8


class ServerSocket:
    """An accepted websocket; messages are binary and in one frame each."""

    def __init__(self, asked: Asked, reply: Reply, protocol: str) -> None:
        self._in, self._out = reply.wire
        digest = hashlib.sha1((asked.headers["Sec-WebSocket-Key"] + GUID).encode()).digest()
        lines = (
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}",
            f"Sec-WebSocket-Protocol: {protocol}",
        )
        self._out.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
        self._out.flush()

    def receive(self) -> bytes | None:
        """The next message; None once the client is gone."""
        head = self._in.read(2)
        if len(head) < 2 or head[0] & 0xF == CLOSE:
            return None
        size = head[1] & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._in.read(2))
        mask = self._in.read(4)
        return bytes(byte ^ mask[i % 4] for i, byte in enumerate(self._in.read(size)))

    def send(self, data: bytes) -> None:
        """A message."""
        size = bytes((len(data),)) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
        self._out.write(bytes((0x80 | BINARY,)) + size + data)
        self._out.flush()
