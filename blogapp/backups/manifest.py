"""What a backup says of itself: of which moment, by which version, with how much in it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from blogapp.backups.errors import Damaged

FORMAT = "blog backup 1"
MOST_BYTES = 1_000_000
SQLITE, POSTGRES = "sqlite", "postgresql"
# Whoever is signed in, and who guessed: an older state would sign in again whom somebody signed
# out. They are empty in an archive, and after one is restored.
FORGOTTEN = (
    *("author_sessions", "sign_in_links", "sign_in_steps"),
    *("directory_sessions", "spent_logouts"),
    *("known_devices", "failed_sign_ins", "messages"),
    *(
        *("invitations", "message_counts"),
        *("job_counts", "job_runners"),
        *("cache_changes", "cache_marks"),
    ),
)


@dataclass(frozen=True)
class Table:
    """A table of the database: rows, columns in their order, the next number of each sequence."""

    rows: int
    columns: tuple[str, ...]
    sequences: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """The first file of an archive."""

    made_at: datetime
    # The software's version, and the last step of the schema.
    made_by: str
    step: str
    # The database's kind: SQLITE or POSTGRES.
    engine: str
    # What readers called the blog.
    address: str
    # Of the database when it is unpacked; on PostgreSQL as much as it takes there.
    database_bytes: int
    tables: Mapping[str, Table]

    def rows(self, table: str) -> int:
        found = self.tables.get(table)
        return found.rows if found else 0

    def to_json(self) -> bytes:
        said = {"format": FORMAT} | asdict(self) | {"made_at": self.made_at.isoformat()}
        return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Manifest":
        """Return what `to_json` wrote. Raises `Damaged` for anything else."""
        try:
            said = json.loads(data)
            if said.pop("format") != FORMAT:
                raise Damaged("it was made by a newer version of this software: install that")
            found = cls(
                **said
                | {
                    "made_at": datetime.fromisoformat(said["made_at"]),
                    "tables": {name: _table(about) for name, about in said["tables"].items()},
                }
            )
            found._demand_kinds()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Damaged("its manifest says nothing of use") from error
        return found

    def _demand_kinds(self) -> None:
        texts = (self.made_by, self.step, self.engine, self.address)
        if not all(isinstance(text, str) and text.isprintable() for text in texts):
            raise ValueError(texts)
        if self.made_at.tzinfo is None or not _is_number(self.database_bytes):
            raise ValueError(self.made_at)


def _table(about: Any) -> Table:
    table = Table(about["rows"], tuple(about["columns"]), dict(about["sequences"]))
    if not all(map(_is_number, (table.rows, *table.sequences.values()))):
        raise ValueError(about)
    if not all(isinstance(name, str) for name in (*table.columns, *table.sequences)):
        raise ValueError(about)
    return table


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 63
