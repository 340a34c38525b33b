"""WebSocket frames by hand, for what no library would send."""

from __future__ import annotations

import base64
import os
import socket as sockets
import struct
from collections.abc import Iterator
from urllib.parse import urlsplit

from jobsync_server import Server

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def frame(kind: int, payload: bytes, *, last: bool = True, deflated: bool = False) -> bytes:
    """A frame of a client, under a mask of zeros."""
    first = kind | (0x80 if last else 0) | (0x40 if deflated else 0)
    if len(payload) < 126:
        head = struct.pack("!BB", first, 0x80 | len(payload))
    elif len(payload) < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, len(payload))
    return head + bytes(4) + payload


class RawSocket:
    """A connection whose every byte is ours."""

    def __init__(self, server: Server, *, origin: str = "127.0.0.1", patience: float = 20) -> None:
        address = urlsplit(server.url)
        assert address.hostname and address.port
        self.host = address.netloc
        self.socket = sockets.create_connection(
            (address.hostname, address.port), timeout=patience, source_address=(origin, 0)
        )
        self.token = server.token
        self.buffer = b""

    def upgrade(self, *, deflate: str | None = None, known: bool = True) -> str:
        """Ask for a WebSocket; return the head of the answer."""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /ws HTTP/1.1", f"Host: {self.host}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
        ]  # fmt: skip
        if deflate is not None:
            lines.append(f"Sec-WebSocket-Extensions: {deflate}")
        if self.token and known:
            lines.append(f"Authorization: Bearer {self.token}")
        self.send("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head.decode(errors="replace")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Read frame after frame until the server closes."""
        try:
            while True:
                kind, length = struct.unpack("!BB", self._take(2))
                if length >= 126:
                    length = int.from_bytes(self._take(2 if length == 126 else 8), "big")
                yield kind & 15, self._take(length)
        except EOFError:
            return

    def close(self) -> None:
        """Be gone, without a word."""
        self.socket.close()

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _more(self) -> None:
        try:
            more = self.socket.recv(1 << 16)
        except ConnectionError:
            more = b""
        if not more:
            raise EOFError
        self.buffer += more
