"""What can be told of written rows batch by batch: batch in, scalar columns out, for the frame that checks look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus.schema import FIELD_SOURCES, KINDS, SINGLE_KINDS, UNDETERMINED
from corpus.transforms.normalize import WHITE_SPACE
from corpus.transforms.recounted import sha256_of_sources, with_control, words_of
from corpus.transforms.utf8 import borders_of, sha256_of, utf8_of

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Facts = dict[str, Any]
"""Columns by name: Arrow arrays, numpy arrays or lists, all as long as the batch."""


def row_facts(batch: pa.RecordBatch, *, single: bool) -> Facts:
    """The columns that follow from each row alone, for a `batch` of the schema ARTICLE; `single` for `unique-*` files.

    A fact about a value that is missing holds: that it is missing is another check's to say.
    """
    return {
        **_text_facts(batch, single=single),
        **_stretch_facts(batch),
        **_restored_facts(batch),
        **_list_facts(batch),
        **_pair_facts(batch, single=single),
    }


def children(lists: pa.ListArray, field: str) -> tuple[Ints, pa.Array]:
    """One field of the structs in all `lists`, and for each the number of the list that it stands in."""
    return pc.list_parent_indices(lists).to_numpy(), pc.struct_field(lists.flatten(), field)


def none_in_row(parents: Ints, bad: Bools, rows: int) -> Bools:
    """For each of `rows` rows whether none of its children (those with its number in `parents`) is `bad`."""
    good = np.ones(rows, np.bool_)
    good[parents[bad]] = False
    return good


def _text_facts(batch: pa.RecordBatch, *, single: bool) -> Facts:
    title, body = batch["title"], batch["body"]
    return {
        "body_chars": pc.utf8_length(body),
        "body_words": words_of(body),
        "body_trimmed": _trimmed(body),
        "body_control_chars": with_control(body, allowed=b"\t\n"),
        "single_body_sha256": sha256_of(body) if single else pa.nulls(len(body), pa.string()),
        "title_chars": pc.utf8_length(title),
        "title_missing": title.is_null(),
        "title_clean": _trimmed(title) & ~with_control(title),
        "metadata_chars": pc.utf8_length(batch["metadata"]),
        "undetermined": _undetermined(batch),
    }


def _stretch_facts(batch: pa.RecordBatch) -> Facts:
    rows = len(batch)
    parents, kinds = children(batch["boilerplate"], "kind")
    offsets = _numpy(children(batch["boilerplate"], "offset")[1])
    sizes = _numpy(pc.utf8_length(children(batch["boilerplate"], "text")[1]))
    body_chars = _numpy(pc.fill_null(pc.utf8_length(batch["body"]), 0))
    chars = _sums(parents, sizes, rows)
    falling = (parents[1:] == parents[:-1]) & (offsets[1:] < offsets[:-1])
    return {
        "boilerplate_count": pc.list_value_length(batch["boilerplate"]),
        "boilerplate_chars": chars,
        "boilerplate_share": chars / np.maximum(chars + body_chars, 1),
        "other_chars": _sums(parents, sizes * _numpy(pc.equal(kinds, "other")), rows),
        "offsets_ordered": none_in_row(parents[1:], falling, rows),
        "offsets_in_range": none_in_row(parents, (offsets < 0) | (offsets > body_chars[parents]), rows),
    }


def _restored_facts(batch: pa.RecordBatch) -> Facts:
    """Flags and digest against what the stretches say."""
    restored = sha256_of_sources(batch["body"], batch["boilerplate"])
    return {"flags_match": _flags_match(batch), "restore_ok": _held(pc.equal(restored, batch["text_sha256"]))}


def _flags_match(batch: pa.RecordBatch) -> Bools:
    """Whether the flags of each row are the distinct kinds of its stretches, sorted."""
    rows = len(batch)
    parents, kinds = children(batch["boilerplate"], "kind")
    flag_parents = pc.list_parent_indices(batch["boilerplate_flags"]).to_numpy()
    ranks = _ranks(pa.concat_arrays([kinds, batch["boilerplate_flags"].flatten()]))
    # One number for a row and a kind: ascending ones are the sorted kinds of one row after another.
    step = ranks.max(initial=0) + 1
    expected = np.unique(parents * step + ranks[: len(parents)])
    found = flag_parents * step + ranks[len(parents) :]
    counts = [np.bincount(numbers // step, minlength=rows) for numbers in (expected, found)]
    match: Bools = counts[0] == counts[1]
    expected, found = (numbers[match[numbers // step]] for numbers in (expected, found))
    match[found[expected != found] // step] = False
    match[_numpy(pc.or_(batch["boilerplate"].is_null(), batch["boilerplate_flags"].is_null()))] = True
    return match


def _list_facts(batch: pa.RecordBatch) -> Facts:
    rows, flags = len(batch), batch["boilerplate_flags"]
    flag_parents = pc.list_parent_indices(flags).to_numpy()
    source_parents, sources = children(batch["field_sources"], "source")
    parents, shares = children(batch["related"], "share")
    shares_of_other = children(batch["related"], "share_of_other")[1]
    return {
        "boilerplate_flags_count": pc.list_value_length(flags),
        "boilerplate_flags_known": none_in_row(flag_parents, _unknown(flags.flatten(), KINDS), rows),
        "field_sources_count": pc.list_value_length(batch["field_sources"]),
        "field_sources_known": none_in_row(source_parents, _unknown(sources, FIELD_SOURCES), rows),
        "related_count": pc.list_value_length(batch["related"]),
        "related_in_range": none_in_row(parents, _no_share(shares) | _no_share(shares_of_other), rows),
    }


def _pair_facts(batch: pa.RecordBatch, *, single: bool) -> Facts:
    kind, language = batch["duplicate_kind"], batch["language"]
    of_single_kind = pc.is_in(kind, value_set=pa.array(SINGLE_KINDS))
    no_language, no_kind = language.is_null(), kind.is_null()
    return {
        "id_matches_source_path": _ids_match(batch),
        "score_null_matches": pc.or_(no_language, pc.equal(batch["language_score"].is_null(), _undetermined(batch))),
        "file_kind_matches": pc.or_(no_kind, pc.equal(of_single_kind, single)),
        "duplicate_of_null_matches": pc.or_(no_kind, pc.equal(batch["duplicate_of"].is_null(), of_single_kind)),
        "overlap_null_matches": pc.or_(no_kind, pc.equal(batch["duplicate_overlap"].is_null(), of_single_kind)),
    }


def _ids_match(batch: pa.RecordBatch) -> Bools:
    names, paths = batch["id"], batch["source_path"]
    match: Bools = _numpy(_held(pc.equal(names, paths)))
    others = np.flatnonzero(~match)
    pairs = zip(names.take(pa.array(others)).to_pylist(), paths.take(pa.array(others)).to_pylist(), strict=True)
    match[others] = [name.startswith(f"{path}#") for name, path in pairs]
    return match


def _undetermined(batch: pa.RecordBatch) -> pa.Array:
    return pc.fill_null(pc.equal(batch["language"], UNDETERMINED), fill_value=False)


def _trimmed(texts: pa.Array) -> Bools:
    """Whether no white space stands at the ends of each text; true for null."""
    data, borders = utf8_of(texts), borders_of(texts)
    trimmed: Bools = borders[1:] == borders[:-1]
    ends = data[[borders[:-1][~trimmed], borders[1:][~trimmed] - 1]]
    trimmed[~trimmed] = ~np.isin(ends, np.frombuffer(WHITE_SPACE.encode(), np.uint8)).any(axis=0)
    return trimmed


def _ranks(values: pa.Array) -> Ints:
    """The place of each text among all distinct ones in order."""
    encoded = values.dictionary_encode()
    places = np.empty(len(encoded.dictionary), np.int64)
    places[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(places))
    ranks: Ints = places[encoded.indices.to_numpy()]
    return ranks


def _held(fact: pa.Array) -> pa.Array:
    return pc.fill_null(fact, fill_value=True)


def _unknown(values: pa.Array, known: Sequence[str]) -> Bools:
    return np.asarray(pc.invert(pc.is_in(values, value_set=pa.array(known))))


def _no_share(values: pa.Array) -> Bools:
    share = np.asarray(values)
    return ~((share >= 0) & (share <= 1))


def _sums(parents: Ints, values: Ints, rows: int) -> Ints:
    return np.bincount(parents, weights=values, minlength=rows).astype(np.int64)


def _numpy(values: pa.Array) -> Any:
    return values.to_numpy(zero_copy_only=False)
