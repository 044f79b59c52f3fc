"""Column types and helpers that every subject's models share."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# No vowels and no look-alikes: ids in addresses must not spell words or be misread.
_ID_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
ID_LENGTH = 10

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A moment: aware on the Python side, UTC in the database. Naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_of(kinds: type[enum.StrEnum]) -> sa.Enum:
    """Store a StrEnum by its value in a text column, so that a new member needs no migration."""
    return sa.Enum(
        kinds,
        native_enum=False,
        length=32,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


def public_id() -> str:
    """Make an id for addresses: ten letters and digits, about 47 random bits, unique by constraint."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(ID_LENGTH))


def snapshot(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Read columns of a row into plain values that JSON can hold."""
    return {name: _plain(getattr(row, name)) for name in names}


def plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Write values as `snapshot` reads them."""
    return {name: _plain(value) for name, value in said.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    return value
