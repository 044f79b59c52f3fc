"""A real SMTP server that keeps what it is sent, and can be told to be difficult."""

from __future__ import annotations

import email
import email.policy
import socket
from asyncio import Transport
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ANYBODY = "*"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it came in: the envelope's sender and recipients, and the message in it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def body(self, kind: str = "plain") -> str:
        """Return the text (`plain`) or the page (`html`) of the letter; raises AssertionError when there is none."""
        part = self.message.get_body((kind,))
        assert part is not None, f"the letter has no {kind} part"
        return str(part.get_content())


class PostOffice:
    """The server: `host`, `port`, the `letters` it took, and what it answers to whom."""

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = _free_port()
        self.letters: list[Letter] = []
        self.connections = 0
        self._answers: dict[str, str] = {}
        self._takes_before_dropping: int | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What an application must be told to send its letters here."""
        return {"MAIL_SERVER": self.host, "MAIL_PORT": self.port, "MAIL_USE_TLS": False, "MAIL_USE_SSL": False}

    def refuse(self, recipient: str = ANYBODY, answer: str = "550 5.1.1 No such person here") -> None:
        """Answer RCPT with a 4xx or 5xx line, for one recipient or for all."""
        self._answers[recipient] = answer

    def accept(self, recipient: str = ANYBODY) -> None:
        """Take letters to a recipient again."""
        self._answers.pop(recipient, None)

    def drop_after(self, letters: int) -> None:
        """Take so many letters more, then cut the connection in the middle of each next one."""
        self._takes_before_dropping = letters

    def behave(self) -> None:
        """Take everything again."""
        self._answers.clear()
        self._takes_before_dropping = None

    def to(self, recipient: str) -> list[Letter]:
        """Return the letters to a recipient, in the order they came."""
        return [letter for letter in self.letters if recipient in letter.recipients]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answers.get(address, self._answers.get(ANYBODY))
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._takes_before_dropping is not None:
            if self._takes_before_dropping <= 0:
                assert isinstance(server.transport, Transport)
                server.transport.abort()
                return "421 Gone"
            self._takes_before_dropping -= 1
        content = envelope.original_content
        assert envelope.mail_from is not None and content is not None
        self.letters.append(Letter(envelope.mail_from, tuple(envelope.rcpt_tos), bytes(content)))
        return "250 OK"


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Run a server for the block."""
    office = PostOffice()
    controller = Controller(office, hostname=office.host, port=office.port, ready_timeout=20)
    controller.start()
    office.connections = 0
    try:
        yield office
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
