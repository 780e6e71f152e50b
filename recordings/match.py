"""A search in the language of the database's own index of words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from recordings.models import SearchMatch

# As in the migration that makes the index.
_LONGEST_PREFIX = 5
_MOST_WORDS = 64
# So few are sorted faster than the whole list is gone along.
_FEW = 5000


def expression(beginnings: Sequence[str], exact: Sequence[str] = ()) -> str:
    """All of ``exact``, and for each of ``beginnings`` a word that begins so."""
    if connection.vendor == "postgresql":
        return " & ".join(
            [*(f"'{w}':*" for w in beginnings), *(f"'{w}'" for w in exact)]
        )
    # The lists of whole words first: these can be jumped in.
    return " AND ".join([*map(_exact, exact), *map(_sqlite, beginnings)])


def is_frequent(sought: str) -> bool:
    """Whether so much is found that the database has to be told how to sort it.

    PostgreSQL knows by itself how frequent a word is.
    """
    if connection.vendor == "postgresql":
        return False
    found = SearchMatch.objects.filter(words__matches=sought).values("pk")
    return found[: _FEW + 1].count() > _FEW


def _sqlite(beginning: str) -> str:
    """SQLite has a list of every short beginning, and of every whole word.

    For any other it would merge the lists of all words that begin so, before it
    gives the first row: instead it is told these words, which it merges as it goes.
    """
    if len(beginning) > _LONGEST_PREFIX:
        words = _words(beginning)
        if len(words) <= _MOST_WORDS:
            # With none of them there is nothing to find, which is told likewise.
            return "(" + " OR ".join(map(_exact, words or [beginning])) + ")"
    return f'"{beginning}" *'


def _exact(word: str) -> str:
    return f'"{word}"'


def _words(beginning: str) -> list[str]:
    """The words that begin so, until there are too many; each is one step."""
    size = len(beginning)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE word(term, number) AS (
                SELECT (SELECT term FROM recordings_searchword
                        WHERE term >= %s LIMIT 1), 1
                UNION ALL
                SELECT (SELECT term FROM recordings_searchword
                        WHERE term >= word.term || char(1) LIMIT 1), number + 1
                FROM word WHERE substr(term, 1, %s) = %s AND number <= %s
            )
            SELECT term FROM word WHERE substr(term, 1, %s) = %s
            """,
            [beginning, size, beginning, _MOST_WORDS, size, beginning],
        )
        return [term for (term,) in cursor]
