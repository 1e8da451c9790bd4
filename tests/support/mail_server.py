"""A mail server without TLS that stores its messages: `python mail_server.py PORT FOLDER`, or `mail_server(FOLDER)`.

It refuses the recipient nobody@…, and needs nothing but Python.
"""

import itertools
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 mail.newsroom.test ESMTP")
        while line := self.rfile.readline():
            command = line.decode(errors="replace").strip().upper()
            if command == "DATA":
                self.say("354 Go ahead")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                number = next(self.server.numbers)
                Path(self.server.folder, f"{number}.eml").write_bytes(b"".join(lines))
                self.say(f"250 2.0.0 Ok: queued as {number}")
            elif command == "QUIT":
                return self.say("221 Bye")
            elif command.startswith("RCPT TO:<NOBODY@"):
                self.say("550 5.1.1 No such mailbox")
            else:
                self.say("250 mail.newsroom.test")
        return None

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.folder, self.numbers = folder, itertools.count(1)

    def handle_error(self, *_about: object) -> None:
        """Ignore clients that go away."""


@contextmanager
def mail_server(folder: Path) -> Iterator[int]:
    """Run the server on a free port, and yield the port."""
    with _Server(0, folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


if __name__ == "__main__":
    _Server(int(sys.argv[1]), Path(sys.argv[2])).serve_forever()
