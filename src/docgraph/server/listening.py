"""The address a server listens on: taken before anything else starts, so that it can be said at once."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from docgraph.model.problem import Unavailable
from docgraph.server.settings import DEFAULT_PORT

PORTS_TRIED = 20


@contextmanager
def listening(host: str, port: int | None) -> Iterator[socket.socket]:
    """A socket that listens on `port`; without one on 8000, or the next port that is free.

    Raises Unavailable: the port that was asked for is taken, or the host is not ours.
    """
    sock = _bind(host, port)
    try:
        yield sock
    finally:
        sock.close()


def address(sock: socket.socket) -> str:
    """The address as a browser takes it: http://127.0.0.1:8000."""
    host, port = sock.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _bind(host: str, port: int | None) -> socket.socket:
    candidates = [port] if port is not None else [*range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED), 0]
    for candidate in candidates:
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            # It says that it is TCP: asyncio sends small answers at once only on connections that do.
            sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        except OSError as error:
            raise Unavailable(f"cannot listen on {host}: {error.strerror}", mend="say another --host") from error
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, candidate))
            sock.listen(2048)
        except OSError as error:
            sock.close()
            if error.errno != errno.EADDRINUSE:
                raise Unavailable(
                    f"cannot listen on {host}:{candidate}: {error.strerror}", mend="say another --host or --port"
                ) from error
            continue
        sock.setblocking(False)
        return sock
    raise Unavailable(f"port {port} on {host} is taken", mend="stop what listens there, or say another --port (0: any)")
