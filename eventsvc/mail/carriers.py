"""Ways for a letter to leave: to the mail server, or, where none is set, into a folder."""

from __future__ import annotations

import smtplib
import ssl
from pathlib import Path
from typing import Any, Protocol

from flask import current_app
from flask_mail import Connection
from flask_mail import Message as Envelope

from eventsvc.mail import envelopes
from eventsvc.mail.envelopes import Letter

SILENCE = 30
"""Seconds without a word after which a connection is given up; Flask-Mail's own waits for ever."""


class Bounced(Exception):
    """The letter is refused for good; the answer says why."""


class Delayed(Exception):
    """The letter was not taken now, and may be later."""


class NoServer(Delayed):
    """No server can be reached: it is not this letter's fault, and the next would fare no better."""


class Carrier(Protocol):
    """Takes letters one by one, and rests between."""

    def carry(self, letter: Letter) -> str:
        """Hand over one letter and return the answer; raises Bounced, Delayed or NoServer."""

    def rest(self) -> None:
        """Let go of what need not be held while nothing is due."""


def chosen() -> Carrier:
    """Return the way that the settings choose."""
    if current_app.config["MAIL_SERVER"]:
        return ToServer()
    return ToFiles(folder())


def folder() -> Path:
    """Return where letters are written when no server is set."""
    return Path(current_app.instance_path) / "mail"


class ToFiles:
    """Writes each letter as an `.eml` file, named by its time and its Message-ID; it holds the person's links."""

    def __init__(self, into: Path) -> None:
        self._folder = into

    def carry(self, letter: Letter) -> str:
        """Write the letter; its name appears when the whole of it is there."""
        name = f"{letter.at:%Y%m%dT%H%M%S%f}-{letter.message_id.strip('<>').partition('@')[0]}.eml"
        content = _checked(letter)
        try:
            self._keep(name, content)
        except OSError as error:
            raise NoServer(_said(error)) from None
        return name

    def rest(self) -> None:
        """Hold nothing."""

    def _keep(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._folder / f".{name}"
        fresh.touch(mode=0o600)
        fresh.write_bytes(content)
        fresh.replace(self._folder / name)


class ToServer(Connection):
    """One kept SMTP connection, by Flask-Mail's settings, that opens when needed and gives up on silence."""

    def __init__(self) -> None:
        super().__init__(current_app.extensions["mail"])

    def carry(self, letter: Letter) -> str:
        """Send the letter; a server that hangs up on a connection it had served before is called once more."""
        envelope = _Envelope(letter, _checked(letter))
        is_used = self._open()
        try:
            return self._send(envelope)
        except _HungUp as lost:
            if not is_used:
                raise Delayed(lost.answer) from None
        self._open()
        try:
            return self._send(envelope)
        except _HungUp as lost:
            raise Delayed(lost.answer) from None

    def rest(self) -> None:
        """Take leave of the server."""
        if self.host is not None:
            host, self.host = self.host, None
            try:
                host.quit()
            except OSError:
                host.close()

    def configure_host(self) -> smtplib.SMTP:
        """Open a connection; encrypted ones to servers whose certificate is in order only."""
        trust = ssl.create_default_context() if self.mail.use_ssl or self.mail.use_tls else None
        host: _Server | _SecureServer
        if self.mail.use_ssl:
            host = _SecureServer(self.mail.server, self.mail.port, timeout=SILENCE, context=trust)
        else:
            host = _Server(self.mail.server, self.mail.port, timeout=SILENCE)
        try:
            if self.mail.use_tls:
                host.starttls(context=trust)
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except OSError:
            host.close()
            raise
        return host

    def _open(self) -> bool:
        """See to it that there is a connection; tell whether it is one that was used before."""
        if self.host is not None and self.host.sock is not None:
            return True
        try:
            self.host = self.configure_host()
        except OSError as error:
            raise NoServer(_said(error)) from None
        return False

    def _send(self, envelope: _Envelope) -> str:
        try:
            self.send(envelope)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            raise _refusal(code, said) from None
        except smtplib.SMTPDataError as refused:
            raise _refusal(refused.smtp_code, refused.smtp_error) from None
        except smtplib.SMTPSenderRefused as refused:
            # Of ours, not of the recipient's: a setting to be mended, after which the letter can go.
            if refused.smtp_code == _CLOSING:
                raise _HungUp(_said(refused)) from None
            raise Delayed(_said(refused)) from None
        except OSError as error:
            self._drop()
            raise _HungUp(_said(error)) from None
        return getattr(self.host, "answer", "")

    def _drop(self) -> None:
        if self.host is not None:
            self.host.close()
            self.host = None


_CLOSING = 421


class _HungUp(Exception):
    """The line went dead."""

    @property
    def answer(self) -> str:
        return str(self)


class _Answered(smtplib.SMTP):
    """Keeps what the server said to the last letter, where its queue's number stands."""

    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, said = super().data(msg)
        self.answer = _line(code, said)
        return code, said


class _Server(_Answered):
    pass


class _SecureServer(_Answered, smtplib.SMTP_SSL):
    pass


class _Envelope(Envelope):
    """What Flask-Mail sends: its own message cannot hold a calendar among the alternatives."""

    def __init__(self, letter: Letter, content: bytes) -> None:
        recipient = envelopes.ascii_address(letter.recipient)
        super().__init__(recipients=[recipient], sender=letter.sender, date=letter.at.timestamp())
        self._content = content

    def as_bytes(self) -> bytes:
        return self._content


def _checked(letter: Letter) -> bytes:
    try:
        return envelopes.written(letter)
    except ValueError as error:
        raise Bounced(str(error)) from None


def _refusal(code: int, said: bytes | str) -> Bounced | Delayed:
    answer = _line(code, said)
    return Bounced(answer) if code >= 500 else Delayed(answer)


def _line(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"


def _said(error: OSError) -> str:
    """Say what went wrong in one line: the server's words, else the system's."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError):
        return f"no word from the server for {SILENCE} seconds"
    return " ".join(str(error).split()) or type(error).__name__
