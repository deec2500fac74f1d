"""Croissant 1.1 metadata of a release, from the same facts and columns as the card."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from corpus.layout import SPLIT_PATTERN
from corpus.model import FileEntry
from corpus.release.facts import ALL, CONFIGS, DEDUPLICATED, HUB, CardFacts
from corpus.schema import COLUMNS

CONFORMS_TO: Final = "http://mlcommons.org/croissant/1.1"

PARQUET: Final = "application/x-parquet"
"""The newer `application/vnd.apache.parquet` validates, but mlcroissant 1.1 cannot read it."""

NO_DIGEST: Final = "https://github.com/mlcommons/croissant/issues/80"
"""A git repository has no SHA-256; validators want the field, and the Hub itself writes this address there."""

_CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_SPDX: Final = {
    name.lower(): name
    for name in """AFL-3.0 AGPL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause
    BSD-3-Clause-Clear BSL-1.0 C-UDA-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0 CC-BY-NC-2.0 CC-BY-NC-3.0 CC-BY-NC-4.0
    CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-2.0 CC-BY-NC-SA-3.0 CC-BY-NC-SA-4.0 CC-BY-ND-3.0 CC-BY-ND-4.0
    CC-BY-SA-2.0 CC-BY-SA-2.5 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-PDDC CC0-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0
    CDLA-Sharing-1.0 ECL-2.0 EPL-1.0 EPL-2.0 etalab-2.0 EUPL-1.1 EUPL-1.2 GFDL-1.1-only GFDL-1.1-or-later GFDL-1.2-only
    GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later GPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0 GPL-3.0-only
    GPL-3.0-or-later ISC LGPL-2.1 LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0 LGPL-3.0-only LGPL-3.0-or-later LGPLLR MIT
    MIT-0 MPL-2.0 MS-PL NCSA ODbL-1.0 ODC-By-1.0 OFL-1.1 OGL-UK-3.0 OSL-3.0 PDDL-1.0 PostgreSQL Unlicense WTFPL
    Zlib""".split()  # noqa: SIM905 (eighty quoted names read worse)
}
"""Licences of data that have a page at SPDX, as it spells them: the Hub's list, and a few that are near it."""

_MEANING: Final = {
    ALL: "Every row, copies included.",
    DEDUPLICATED: "One row per article: single ones, and the kept row of each group of copies.",
}


def croissant(facts: CardFacts) -> dict[str, Any]:
    """The Croissant document as plain JSON data; no clock, no chance, the same facts give the same document.

    Each Parquet file stands in it with its SHA-256, each config as a set of these files and a record set with all
    columns and the split. With a repo the files lie in its git repository at the release's tag; without one they lie
    beside the document. `datePublished` is there only when `facts.published` is.
    """
    found: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": facts.name,
        "alternateName": facts.title,
        "description": facts.description,
        "version": facts.version,
        "license": _license_address(facts.license),
        "url": f"{HUB}/{facts.repo}" if facts.repo else None,
        "inLanguage": list(facts.languages),
        "datePublished": facts.published,
        "distribution": _distribution(facts),
        "recordSet": [record_set for config in CONFIGS for record_set in (_splits(facts, config), _records(config))],
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def _license_address(spdx: str | None) -> str | None:
    """The SPDX page of a licence, as Croissant recommends; one that is not known to have a page stays as it is."""
    name = _SPDX.get((spdx or "").lower())
    return f"https://spdx.org/licenses/{name}" if name else spdx


def _distribution(facts: CardFacts) -> list[dict[str, Any]]:
    inside = {"containedIn": {"@id": "repo"}} if facts.repo else {}
    repository = [_repository(facts)] if facts.repo else []
    files = [file for split in facts.splits(ALL) for file in split.files]
    return [
        *repository,
        *({**_file_object(file), **inside} for file in files),
        *({**_file_set(facts, config), **inside} for config in CONFIGS),
    ]


def _repository(facts: CardFacts) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": "repo",
        "name": "repo",
        "description": f"The git repository on the Hugging Face Hub, at {facts.revision}.",
        "contentUrl": f"{HUB}/{facts.repo}/tree/refs%2Ftags%2F{facts.revision}",
        "encodingFormat": "git+https",
        "sha256": NO_DIGEST,
    }


def _file_object(file: FileEntry) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.size} B",
        "encodingFormat": PARQUET,
        "sha256": file.sha256,
    }


def _file_set(facts: CardFacts, config: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{config}-files",
        "name": f"{config}-files",
        "description": f"The files of the config {config}.",
        "encodingFormat": PARQUET,
        "includes": [file.path for split in facts.splits(config) for file in split.files],
    }


def _splits(facts: CardFacts, config: str) -> dict[str, Any]:
    name = f"{config}_splits"
    key = f"{name}/split_name"
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"The splits of the config {config}.",
        "dataType": "cr:Split",
        "key": {"@id": key},
        "field": [{"@type": "cr:Field", "@id": key, "name": "split_name", "dataType": "sc:Text"}],
        "data": [{key: split.name} for split in facts.splits(config)],
    }


def _records(config: str) -> dict[str, Any]:
    fields = [_field(config, column.name, column.type, column.meaning) for column in COLUMNS]
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": _MEANING[config],
        "key": {"@id": f"{config}/id"},
        "field": [_split_field(config), *fields],
    }


def _split_field(config: str) -> dict[str, Any]:
    """The split, read from the path; it names no `references`, which would make readers join, and load all at once."""
    extract = {"fileProperty": "fullpath"}
    return {
        "@type": "cr:Field",
        "@id": f"{config}/split",
        "name": "split",
        "description": "The split that the row belongs to.",
        "dataType": "sc:Text",
        "source": {
            "fileSet": {"@id": f"{config}-files"},
            "extract": extract,
            "transform": {"regex": SPLIT_PATTERN},
        },
    }


def _field(config: str, name: str, kind: pa.DataType, meaning: str) -> dict[str, Any]:
    source = {"fileSet": {"@id": f"{config}-files"}, "extract": {"column": name}}
    field: dict[str, Any] = {"@type": "cr:Field", "@id": f"{config}/{name}", "name": name, "description": meaning}
    if pa.types.is_list(kind):
        field |= {"isArray": True, "arrayShape": "-1"}
        kind = kind.value_type
    if not pa.types.is_struct(kind):
        return field | {"dataType": _data_type(kind), "source": source}
    return field | {
        "subField": [
            {
                "@type": "cr:Field",
                "@id": f"{config}/{name}/{part.name}",
                "name": part.name,
                "dataType": _data_type(part.type),
                "source": {**source, "transform": {"jsonPath": part.name}},
            }
            for part in kind
        ]
    }


def _data_type(kind: pa.DataType) -> str:
    """Raises KeyError for a type that no column has yet."""
    return {
        pa.string(): "sc:Text",
        pa.int64(): "cr:Int64",
        pa.float64(): "cr:Float64",
        pa.timestamp("us", tz="UTC"): "sc:DateTime",
    }[kind]
