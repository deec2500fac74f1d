"""The changelog of a dataset: one entry a version, as keepachangelog.com has it, with what people write left alone.

What comes from the data stands between two marks that Markdown does not show, and only that is ever written again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from corpus.history.bump import count_of_rows, data_reasons
from corpus.history.columns import role_of
from corpus.history.difference import Difference
from corpus.history.rows import ids_of
from corpus.model import Manifest
from corpus.naming import VERSION, version_order
from corpus.release.markdown import code, escape

BEGIN: Final = "<!-- from the data; corpus release writes these lines anew -->"
END: Final = "<!-- end of what comes from the data -->"

LISTED: Final = 20
"""So many ids are listed of rows that came or changed. Rows that went are only counted, as an id may be a name."""

_HEAD: Final = "# Changelog\n\nWhat changed in the data from version to version, the newest first.\n"
_HEADING: Final = re.compile(
    rf"^## \[?(?P<version>{VERSION.pattern}|Unreleased)\]?(?: - (?P<date>\d{{4}}-\d{{2}}-\d{{2}}))?[ \t]*(?=\r?$)",
    re.MULTILINE | re.IGNORECASE,
)


def first_entry(manifest: Manifest) -> str:
    """What an entry says of the first version."""
    statistics = manifest.statistics
    articles = sum(statistics.singles.values())
    lines = [f"- {statistics.rows:,} rows, {articles:,} of them articles without copies"]
    return "\n".join([BEGIN, "### Added", "", *lines, "", f"Content digest {code(manifest.content_digest)}.", END])


def entry(difference: Difference) -> str:
    """What an entry says of the version that follows: counts and ids, no texts."""
    old = difference.old
    parts = [BEGIN]
    for title, lines in (
        ("Added", _added(difference)),
        ("Changed", _changed(difference)),
        ("Removed", _removed(difference)),
    ):
        told = list(lines)
        parts += [f"### {title}", "", *told, ""] if told else []
    found = data_reasons(difference)
    level = found[0].level if found else "patch"
    why = "; ".join(reason.text for reason in found if reason.level == level) or "no row and no column changed"
    since = f"{escape(old.manifest.version)} (release digest {code(old.digest)})"
    return "\n".join([*parts, f"A {level} change since {since}: {escape(why)}.", END])


def with_entry(text: str, version: str, date: str | None, told: str, *, after: str | None) -> str:
    """The changelog `text` with what `told` says of `version`; `after` is the version before it.

    An entry that nobody has published yet (`Unreleased`, or of a version above `after`) becomes this one, and what
    people wrote in it stays. Without a `date` the one that stands there is kept, if it is that of this version.
    """
    ends = "\r\n" if "\r\n" in text else "\n"
    told = told.replace("\n", ends)
    newest = _HEADING.search(text)
    if newest is None or not _is_unpublished(newest["version"], version, after):
        made = f"{_heading(version, date)}{ends}{ends}{told}{ends}"
        if newest:
            return text[: newest.start()] + made + ends + text[newest.start() :]
        return (text if text.strip() else _HEAD).rstrip() + ends * 2 + made
    kept = newest["date"] if newest["version"] == version else None
    following = _HEADING.search(text, newest.end())
    stop = following.start() if following else len(text)
    section = _with_block(text[newest.end() : stop], told, ends)
    return text[: newest.start()] + _heading(version, date or kept) + section + text[stop:]


def _with_block(section: str, told: str, ends: str) -> str:
    """The rest of an entry with the lines from the data in their place, or first of all."""
    start, stop = section.find(BEGIN), section.find(END)
    if 0 <= start < stop:
        return section[:start] + told + section[stop + len(END) :]
    return f"{ends}{ends}{told}{section}"


def _heading(version: str, date: str | None) -> str:
    return f"## [{version}]" + (f" - {date}" if date else "")


def _is_unpublished(name: str, version: str, after: str | None) -> bool:
    if name.lower() == "unreleased" or name == version:
        return True
    return after is not None and version_order(name) > version_order(after)


def _added(difference: Difference) -> Iterator[str]:
    rows, schema = difference.rows, difference.schema
    if len(rows.added):
        yield f"- {count_of_rows(len(rows.added))}: {_names(ids_of(rows.added), len(rows.added))}"
    yield from (f"- column {code(name)} ({code(kind)})" for name, kind in schema.added.items())
    for name, change in schema.lists.items():
        if change.added:
            yield f"- values of {code(name)}: {', '.join(map(code, change.added))}"


def _changed(difference: Difference) -> Iterator[str]:
    rows = difference.rows
    for what, role in (("content", "content"), ("what is said of copies", "relations"), ("origin", "provenance")):
        sets = [number for number, names in enumerate(rows.column_sets) if role in {role_of(name) for name in names}]
        found = rows.changed.filter(pc.is_in(rows.changed["columns"], value_set=pa.array(sets, pa.int32())))
        if len(found):
            columns = [name for name in rows.by_column() if role_of(name) == role]
            told = ", ".join(map(code, columns))
            yield f"- {what} of {count_of_rows(len(found))} ({told}): {_names(ids_of(found), len(found))}"
    for (old, new), count in difference.moved.items():
        yield f"- {count_of_rows(count)} moved from {code(old)} to {code(new)}"
    for name, (before, after) in difference.schema.retyped.items():
        yield f"- column {code(name)}: {code(before)}, now {code(after)}"
    groups = difference.groups
    for what, number in (("merged", len(groups.merged)), ("split", len(groups.split))):
        if number:
            yield f"- groups of copies that {what}: {number:,}"


def _removed(difference: Difference) -> Iterator[str]:
    rows, schema = difference.rows, difference.schema
    if len(rows.removed):
        rejected = [f"{count:,} now rejected as {code(reason)}" for reason, count in difference.rejected_now.items()]
        renamed = [f"{len(difference.renamed):,} with a new id"] if difference.renamed else []
        why = ", ".join([*rejected, *renamed])
        yield f"- {count_of_rows(len(rows.removed))}" + (f" ({why})" if why else "")
    yield from (f"- column {code(name)} ({code(kind)})" for name, kind in schema.removed.items())
    for name, change in schema.lists.items():
        if change.removed:
            yield f"- values of {code(name)}: {', '.join(map(code, change.removed))}"


def _names(ids: Iterator[str], count: int) -> str:
    shown = ", ".join(map(code, islice(ids, LISTED)))
    return f"{shown} and {count - LISTED:,} more" if count > LISTED else shown
