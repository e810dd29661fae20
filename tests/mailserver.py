"""A mail server on loopback that does as a test says, also what a library's would never do: die in the middle."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it took. `replies` gives another answer to a command; None hangs up without one."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken: list[tuple[str, bytes]] = []
        # Keys: CONNECT, EHLO, MAIL, RCPT, DATA, and END for the dot that ends the text.
        self.replies: dict[str, str | None] = {}
        # Recipients that do not exist.
        self.unknown: set[str] = set()
        self.connections = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def letters(self) -> list[Message]:
        return [message_from_bytes(content, policy=default) for _, content in self.taken]

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.connections += 1
        recipient = ""
        if not self.say("CONNECT", "220 test"):
            return
        for raw in self.rfile:
            line = raw.decode().strip()
            command = line[:4].upper()
            usual = "250 ok"
            if command == "RCPT":
                recipient = line.partition("<")[2].rstrip(">")
                usual = "550 no such user" if recipient in self.server.unknown else "250 ok"
            if command == "QUIT":
                self.say("QUIT", "221 bye")
                return
            if not self.say(command, "354 go on" if command == "DATA" else usual):
                return
            if command == "DATA" and not self.server.replies.get("DATA"):
                content = b"".join(iter(self.rfile.readline, b".\r\n"))
                # Who hangs up now has taken it all the same; only a refusal has not.
                if (self.server.replies.get("END", "250") or "250").startswith("250"):
                    self.server.taken.append((recipient, content))
                if not self.say("END", "250 taken"):
                    return

    def say(self, step: str, usual: str) -> bool:
        """Answer; False when this conversation ends here."""
        reply = self.server.replies.get(step, usual)
        if reply is None:
            return False
        self.wfile.write(f"{reply}\r\n".encode())
        return not reply.startswith("421")


@contextlib.contextmanager
def mail_server(settings: Any) -> Iterator[MailServer]:
    """The server, and settings that name it."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 2
        try:
            yield server
        finally:
            server.shutdown()
