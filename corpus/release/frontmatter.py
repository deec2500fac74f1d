"""The YAML block on top of a card: written from facts, merged with the maintainer's own keys, and read back."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from corpus.errors import ConfigError, DataError
from corpus.layout import CARD
from corpus.release.facts import CONFIGS, DEDUPLICATED, CardFacts
from corpus.release.markdown import one_line
from corpus.schema import feature_types

OURS: Final = ("configs", "dataset_info", "language", "license", "license_name", "pretty_name", "size_categories")
"""Keys that a template must not set: they are facts, or stand in the settings."""

_REBUILD: Final = "build the release again; edit the template of the card, not the card"
_BLOCK: Final = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)

_HUB_LICENSES: Final = frozenset(
    """afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 c-uda cc
    cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0
    cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0
    cdla-permissive-2.0 cdla-sharing-1.0 ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 gfdl gpl gpl-2.0 gpl-3.0
    isc lgpl lgpl-2.1 lgpl-3.0 lgpl-lr mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 osl-3.0 other pddl postgresql
    unknown unlicense wtfpl zlib""".split()  # noqa: SIM905 (sixty quoted names read worse)
)
_HUB_FAMILIES: Final = {
    "c-uda-1.0": "c-uda",
    "gfdl-1.1": "gfdl",
    "gfdl-1.2": "gfdl",
    "gfdl-1.3": "gfdl",
    "lgpllr": "lgpl-lr",
    "odbl-1.0": "odbl",
    "odc-by-1.0": "odc-by",
    "pddl-1.0": "pddl",
}


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, which PyYAML would settle in silence and `datasets` refuses."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Quoted(str):
    """Free text, always written in double quotes: no YAML dialect then reads a number or a date in it."""


def _construct_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {name!r} stands twice", key.start_mark)
        seen.add(name)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)
_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFields:
    """What the block on top of a card says: by config the features, and by config and split the files and rows."""

    default: str
    features: Mapping[str, list[dict[str, object]]]
    data_files: Mapping[str, Mapping[str, tuple[str, ...]]]
    num_examples: Mapping[str, Mapping[str, int]]
    language: tuple[str, ...]
    license: str | None
    pretty_name: str


def front_matter(facts: CardFacts, extra: Mapping[str, Any]) -> str:
    """The block with its two `---` lines; the same facts give the same bytes.

    `extra` are the template's own keys, written behind ours in their own order. `num_bytes` is the size of the rows in
    Arrow memory: what `datasets` records when it loads them, and never checks; it does check `num_examples`.
    """
    tags = dict.fromkeys(_strings(extra.get("tags", [])))
    fields: dict[str, Any] = {
        "pretty_name": _Quoted(one_line(facts.title)),
        "language": list(facts.languages),
        **_license(facts.license),
        "size_categories": [size_category(facts.statistics.rows)],
        "tags": [_Quoted(one_line(tag)) for tag in tags],
        **{key: value for key, value in extra.items() if key != "tags"},
        "configs": [_config(facts, config) for config in CONFIGS],
        "dataset_info": [_dataset_info(facts, config) for config in CONFIGS],
    }
    kept = {key: value for key, value in fields.items() if value not in ([], None)}
    text = yaml.dump(kept, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=10**9)
    return f"---\n{text}---\n"


def split_template(template: str, where: str) -> tuple[dict[str, Any], str]:
    """A template's own keys and its prose, whose lines keep their numbers (blank lines stand for the block).

    Raises ConfigError for broken YAML, a key that stands twice, and a key that is ours.
    """
    match = _BLOCK.match(template)
    if match is None:
        return {}, template.removeprefix("\ufeff")
    fields = _parse(match[1], where)
    clashes = [key for key in fields if key in OURS]
    if clashes:
        raise ConfigError(
            "the front matter sets what corpus writes from the data and the settings",
            where=where,
            found=", ".join(clashes),
            remedy="delete these lines; license and pretty_name are settings in corpus.toml",
        )
    return fields, "\n" * match[0].count("\n") + template[match.end() :]


def verify_card(card: str) -> CardFields:
    """Read the block of a released card back.

    Raises DataError when it is missing, broken, incomplete, has other features than the schema, or another default
    config than `deduplicated`.
    """
    match = _BLOCK.match(card)
    try:
        fields = _card_fields(_parse(match[1], CARD) if match else {})
    except (ConfigError, KeyError, TypeError, AttributeError) as error:
        what, found = "the card's front matter is missing or broken", str(error)
        raise DataError(what, where=CARD, found=found, remedy=_REBUILD) from error
    if fields.default != DEDUPLICATED or set(fields.features) != set(CONFIGS):
        what, found = "the card does not declare the configs of a release", f"default: {fields.default}"
        raise DataError(what, where=CARD, found=found, remedy=_REBUILD)
    for config, features in fields.features.items():
        if features != feature_types():
            raise DataError(
                "the card's features differ from the schema", where=f"{CARD}, config {config}", remedy=_REBUILD
            )
    return fields


def license_of(card: str) -> str | None:
    """The licence that the block of a card states, as the Hub or else as SPDX spells it; None where it states none.

    Raises ConfigError for a block that is no YAML.
    """
    match = _BLOCK.match(card)
    fields = _parse(match[1], CARD) if match else {}
    stated = fields.get("license_name") if fields.get("license") == "other" else fields.get("license")
    return str(stated) if stated else None


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows: `size_category(5000)` is `1K<n<10K`."""
    borders = {1_000: "1K", 10_000: "10K", 100_000: "100K", 10**6: "1M", 10**7: "10M", 10**8: "100M", 10**9: "1B"}
    borders |= {10**10: "10B", 10**11: "100B", 10**12: "1T"}
    names = list(borders.values())
    place = sum(rows >= border for border in borders)
    if place == 0:
        return f"n<{names[0]}"
    return f"n>{names[-1]}" if place == len(names) else f"{names[place - 1]}<n<{names[place]}"


def _license(spdx: str | None) -> dict[str, Any]:
    if not spdx:
        return {}
    name = one_line(spdx).lower().removesuffix("-only")
    hub = _HUB_FAMILIES.get(name, name)
    return {"license": hub} if hub in _HUB_LICENSES else {"license": "other", "license_name": _Quoted(one_line(spdx))}


def _config(facts: CardFacts, config: str) -> dict[str, Any]:
    files = [{"split": split.name, "path": [file.path for file in split.files]} for split in facts.splits(config)]
    return {"config_name": config, "data_files": files} | ({"default": True} if config == DEDUPLICATED else {})


def _dataset_info(facts: CardFacts, config: str) -> dict[str, Any]:
    splits = facts.splits(config)
    return {
        "config_name": config,
        "features": feature_types(),
        "splits": [
            {"name": split.name, "num_bytes": split.arrow_bytes, "num_examples": split.rows} for split in splits
        ],
        "download_size": sum(file.size for split in splits for file in split.files),
        "dataset_size": sum(split.arrow_bytes for split in splits),
    }


def _parse(block: str, where: str) -> dict[str, Any]:
    try:
        fields = yaml.load(block, Loader=_Loader) or {}  # noqa: S506 (a SafeLoader that refuses more)
    except yaml.YAMLError as error:
        raise ConfigError(
            "the front matter is no valid YAML",
            where=where,
            found=one_line(str(error)),
            remedy="mend it; blanks like {{ name }} cannot stand there",
        ) from error
    if not isinstance(fields, dict) or not all(isinstance(key, str) for key in fields):
        raise ConfigError(
            "the front matter is no table of names", where=where, remedy="write lines like `tags: [news]`"
        )
    return fields


def _strings(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _card_fields(fields: dict[str, Any]) -> CardFields:
    configs = {config["config_name"]: config for config in fields["configs"]}
    infos = {info["config_name"]: info for info in fields["dataset_info"]}
    return CardFields(
        default=", ".join(name for name, config in configs.items() if config.get("default")),
        features={name: info["features"] for name, info in infos.items()},
        data_files={
            name: {entry["split"]: tuple(entry["path"]) for entry in config["data_files"]}
            for name, config in configs.items()
        },
        num_examples={
            name: {split["name"]: split["num_examples"] for split in info["splits"]} for name, info in infos.items()
        },
        language=tuple(fields.get("language", ())),
        license=fields.get("license"),
        pretty_name=fields["pretty_name"],
    )
