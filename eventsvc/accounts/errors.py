"""What can be refused about accounts and roles."""

from __future__ import annotations

from flask_babel import gettext as _

from eventsvc.errors import Refused


class AddressTaken(Refused):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Somebody has an account with this address already."), field="email")


class PasswordTooShort(Refused):
    def __init__(self, least: int) -> None:
        super().__init__(_("Choose a password of at least %(least)s characters.", least=least), field="password")


class NoSuchAccount(Refused):
    def __init__(self) -> None:
        told = _("Nobody has an account with this address. An administrator can make one under “People and roles”.")
        super().__init__(told, field="email")


class LastOne(Refused):
    """The last administrator, or the last owner of an event, would be gone."""

    status = 409
