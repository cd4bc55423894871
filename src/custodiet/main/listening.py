"""Where a process of ours listens."""

import argparse
import socket
import sys

from custodiet.entrypoints.serving import listen_on, socket_from


def listen(asked: argparse.Namespace) -> socket.socket:
    """The socket a parent opened for us, or one of our own, which is then said."""
    if asked.listen_fd is not None:
        return socket_from(asked.listen_fd)
    listening = listen_on(asked.port or 0)
    print(f"{asked.process} on http://127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
    return listening
