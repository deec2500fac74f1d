"""What can be told of written rows batch by batch: batch in, scalar columns out, for the frame that checks look at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus.schema import FIELD_SOURCES, KINDS, SINGLE_KINDS, UNDETERMINED
from corpus.transforms.normalize import WHITE_SPACE
from corpus.transforms.stretches import restore
from corpus.transforms.tokens import word_counts

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Facts = dict[str, Any]
"""Columns by name: Arrow arrays, numpy arrays or lists, all as long as the batch."""

_CONTROL: Final = r"[\x00-\x08\x0B-\x1F\x7F-\x{9F}]"
_CONTROL_OR_LINE_END: Final = r"[\x00-\x1F\x7F-\x{9F}]"


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
    bodies = body.to_pylist()
    digests = [_sha256(text) if single and text is not None else None for text in bodies]
    words = word_counts([text or "" for text in bodies])
    title_dirty = pc.match_substring_regex(title, _CONTROL_OR_LINE_END)
    return {
        "body_chars": pc.utf8_length(body),
        "body_words": pa.array(words, pa.int64(), mask=_numpy(body.is_null())),
        "body_trimmed": _held(_trimmed(body)),
        "body_control_chars": pc.fill_null(pc.match_substring_regex(body, _CONTROL), fill_value=False),
        "single_body_sha256": pa.array(digests, pa.string()),
        "title_chars": pc.utf8_length(title),
        "title_missing": title.is_null(),
        "title_clean": _held(pc.and_not(_trimmed(title), title_dirty)),
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
    flags_match: list[bool] = []
    restored: list[bool] = []
    columns = (batch[name].to_pylist() for name in ("body", "boilerplate", "boilerplate_flags", "text_sha256"))
    for body, stretches, flags, digest in zip(*columns, strict=True):
        kinds = sorted({stretch["kind"] for stretch in stretches or ()})
        flags_match.append(stretches is None or flags is None or kinds == flags)
        restored.append(None in (body, stretches, digest) or _sha256(restore(body, stretches)) == digest)
    return {"flags_match": flags_match, "restore_ok": restored}


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


def _ids_match(batch: pa.RecordBatch) -> list[bool]:
    pairs = zip(batch["id"].to_pylist(), batch["source_path"].to_pylist(), strict=True)
    return [None in (name, path) or name == path or name.startswith(f"{path}#") for name, path in pairs]


def _undetermined(batch: pa.RecordBatch) -> pa.Array:
    return pc.fill_null(pc.equal(batch["language"], UNDETERMINED), fill_value=False)


def _trimmed(text: pa.Array) -> pa.Array:
    return pc.equal(text, pc.utf8_trim(text, characters=WHITE_SPACE))


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


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
