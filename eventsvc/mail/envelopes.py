"""Letters as bytes: one MIME message to one person (RFC 5322, RFC 6047)."""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.policy import compat32
from email.utils import format_datetime, quote
from typing import Any

from eventsvc.calendars.ics import Method
from eventsvc.text import one_line, unturned

_WIRE = compat32.clone(linesep="\r\n")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A whole VCALENDAR about the one `uid`, with `method` as its METHOD, and the name it has as a file."""

    uid: str
    method: Method
    body: bytes
    name: str = "invite.ics"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is to be sent.

    Of its `calendars` the first is what mail programs act upon; each further one is a file to open.
    `record` is the text with each of the person's own links replaced by a mark. `cover` is a PNG that the page shows as
    `cid:cover`.
    """

    message_id: str
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    reply_to: str
    at: datetime
    language: str
    subject: str
    text: str
    html: str
    record: str
    calendars: tuple[Invitation, ...] = ()
    cover: bytes | None = None

    @property
    def asked(self) -> set[str]:
        """The uids that it asks the reader's calendar to hold."""
        return {each.uid for each in self.calendars if each.method is Method.REQUEST}


def written(letter: Letter) -> bytes:
    """Write a letter: mixed(alternative(text, page, calendar), attachments), the calendar last of the alternatives.

    One calendar part is one METHOD about one UID; mail programs read no further (RFC 5546 section 3.2.2).
    By the email package's older classes: its newer ones take four times as long, as they parse what they write.
    Raises ValueError for an address that no header can hold.
    """
    inner = _several("alternative", letter, [_words(letter.text, "plain"), _page(letter)])
    envelope = inner
    if letter.calendars:
        first = letter.calendars[0]
        # Its `method` is the METHOD within, or mail programs show a file only.
        inner.attach(_file(first.body, "text/calendar", charset="utf-8", method=first.method.value))
        envelope = _several("mixed", letter, [inner, *map(_attached, letter.calendars)])
    _address(envelope, letter)
    return envelope.as_bytes(policy=_WIRE)


def inert(text: str) -> str:
    """Make a typed value one line in which nothing turns the text round or reads as an encoded word (RFC 2047)."""
    return one_line(unturned(text)).replace("=?", "= ?")


def ascii_address(address: str) -> str:
    """Write an address with its domain in ASCII.

    Raises ValueError for letters before the @ that few servers take (RFC 6531 is not spoken here), and for no address.
    """
    local, at, domain = one_line(address).rpartition("@")
    if not local.isascii() or not at or not domain or " " in local + domain:
        raise ValueError("not an address that mail can be sent to")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


def _address(envelope: Message, letter: Letter) -> None:
    envelope["Message-ID"] = letter.message_id
    envelope["Date"] = format_datetime(letter.at)
    envelope["From"] = _mailbox(letter.sender_name, letter.sender)
    envelope["To"] = _mailbox(letter.recipient_name, letter.recipient)
    if letter.reply_to:
        envelope["Reply-To"] = _mailbox("", letter.reply_to)
    envelope["Subject"] = _encoded(inert(letter.subject), header="Subject")
    envelope["Auto-Submitted"] = "auto-generated"
    envelope["Content-Language"] = letter.language


def _mailbox(name: str, address: str) -> str:
    shown = inert(name)
    if not shown:
        return ascii_address(address)
    phrase = f'"{quote(shown)}"' if shown.isascii() else _encoded(shown, header="Reply-To")
    return f"{phrase} <{ascii_address(address)}>"


def _encoded(text: str, *, header: str) -> str:
    """Write text for a header, in lines that leave room for the header's name."""
    return text if text.isascii() else Header(text, "utf-8", header_name=header).encode()


def _page(letter: Letter) -> Message:
    page = _words(letter.html, "html")
    if letter.cover is None:
        return page
    cover = _file(letter.cover, "image/png")
    cover.add_header("Content-ID", "<cover>")
    cover.add_header("Content-Disposition", "inline", filename="cover.png")
    return _several("related", letter, [page, cover], type="text/html")


def _attached(calendar: Invitation) -> Message:
    attached = _file(calendar.body, "application/ics", name=calendar.name)
    attached.add_header("Content-Disposition", "attachment", filename=calendar.name)
    return attached


def _several(kind: str, letter: Letter, parts: list[Message], **said: Any) -> MIMEMultipart:
    """Put parts together, parted by a line that neither quoted-printable nor base64 can hold, so none is sought."""
    token = re.sub(r"[^A-Za-z0-9]", "", letter.message_id)[:30]
    return MIMEMultipart(kind, f"=_{kind}_{token}", parts, **said)


def _words(text: str, subtype: str) -> Message:
    return _part(f"text/{subtype}", "quoted-printable", b2a_qp(text.encode(), istext=True).decode(), charset="utf-8")


def _file(content: bytes, kind: str, **said: str) -> Message:
    return _part(kind, "base64", encodebytes(content).decode(), **said)


def _part(kind: str, encoding: str, payload: str, **said: str) -> Message:
    part = Message()
    part.add_header("Content-Type", kind, **said)
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(payload)
    return part
