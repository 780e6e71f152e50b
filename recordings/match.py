"""A search in the language of the database's own index of words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from recordings.models import Recording, RecordingQuerySet, SearchMatch

# As in the migration that makes the index.
_LONGEST_PREFIX = 5
_MOST_WORDS = 64
# So few are sorted faster than the whole list is gone along.
_FEW = 2000
# Where so many of the first match, a page is full soon.
_LOOKED_AT = 300
_PAGE = 25
# Letters; very many words begin with the same three.
_SHORT = 3


def expression(beginnings: Sequence[str], exact: Sequence[str] = ()) -> str:
    """All of ``exact``, and for each of ``beginnings`` a word that begins so."""
    if connection.vendor == "postgresql":
        return " & ".join(
            [*(f"'{w}':*" for w in beginnings), *(f"'{w}'" for w in exact)]
        )
    # The lists of whole words first: these can be jumped in.
    return " AND ".join([*map(_exact, exact), *map(_sqlite, beginnings)])


def gives_in_order() -> bool:
    """Whether the database's index gives what it finds in the order of place.

    SQLite's does. PostgreSQL finds all there is and sorts it, or goes along the
    whole list, and guesses badly which is less.
    """
    return connection.vendor == "sqlite"


def few(
    listed: RecordingQuerySet, words: Sequence[str], exact: Sequence[str]
) -> list[str] | None:
    """The recordings that have these words, if they are few.

    None tells that a page of ``listed``, which has the list's order, is found sooner
    by going along it.
    """
    if gives_in_order():
        found = SearchMatch.objects.filter(words__matches=expression(words, exact))
    elif _are_at_the_start(listed, words):
        return None  # Finding all of them, to count them, would take its time.
    else:
        found = _found_by_long(words, exact)
    ids = list(found.values_list("recording", flat=True)[: _FEW + 1])
    return ids if len(ids) <= _FEW else None


def _found_by_long(words: Sequence[str], exact: Sequence[str]) -> QuerySet[SearchMatch]:
    """PostgreSQL merges the lists of all words with the same beginning: of those
    with a short one there are many."""
    long = [word for word in words if len(word) > _SHORT]
    if not long:
        return SearchMatch.objects.filter(words__matches=expression(words, exact))
    found = SearchMatch.objects.filter(words__matches=expression(long, exact))
    short = [word for word in words if len(word) <= _SHORT]
    return found.filter(words__satisfies=expression(short)) if short else found


def along(listed: RecordingQuerySet, words: Sequence[str]) -> RecordingQuerySet:
    """Those of ``listed`` that have the words, each looked at by itself."""
    for word in words:
        listed = listed.filter(search_entry__text__contains=f" {word}")
    return listed


def _are_at_the_start(listed: RecordingQuerySet, words: Sequence[str]) -> bool:
    first = Recording.objects.filter(pk__in=listed.values("pk")[:_LOOKED_AT])
    return along(first, words).order_by().values("pk")[:_PAGE].count() == _PAGE


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
