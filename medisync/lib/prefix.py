"""A text column that is searched by how its values begin, with its index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _Lookup = models.Lookup[str]
else:
    _CharField = models.CharField  # Generic for the type checker only.
    _Lookup = models.Lookup

_HIGHEST = "\U0010ffff"


class PrefixField(_CharField):
    """Text that ``begins`` compares letter by letter, in either case.

    Django's ``startswith`` cannot use an index of SQLite. PostgreSQL needs one of
    ``varchar_pattern_ops``.
    """


@PrefixField.register_lookup
class Begins(_Lookup):
    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, values = self.process_lhs(compiler, connection)
        start = str(self.rhs)
        for special in ("\\", "%", "_"):
            start = start.replace(special, f"\\{special}")
        return f"{left} LIKE %s", (*values, f"{start}%")

    def as_sqlite(
        self, compiler: Any, connection: Any, **options: Any
    ) -> tuple[str, tuple[Any, ...]]:
        left, values = self.process_lhs(compiler, connection)
        sql = f"({left} >= %s AND {left} < %s)"
        return sql, (*values, str(self.rhs), *values, f"{self.rhs}{_HIGHEST}")
