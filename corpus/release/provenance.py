"""Where a release comes from, as an in-toto statement with SLSA provenance: what was built, by what, from what.

Sources: in-toto Attestation Framework, Statement v1; SLSA v1.0, Provenance. It meets SLSA Build level 1: it exists and
is not signed; whoever builds in CI may sign it there. It follows from the manifest alone, bears no time and no name of
a machine, and is no file of the release: its subjects are all of these.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from corpus.io.documents import read_manifest, sha256_of
from corpus.layout import MANIFEST
from corpus.model import NOTHING, Manifest

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://slsa.dev/provenance/v1"
BUILD_TYPE: Final = "urn:corpus-packager:build:1"
"""Names the meaning of the parameters: a release folder of format 1, as `docs/format.md` specifies it."""

_TOOL: Final = "corpus-packager"


def statement(build: Path) -> dict[str, Any]:
    """The statement about the release in a folder: its subjects are the files of its manifest, and the manifest.

    It says what the manifest says; whether the files are that, `corpus verify` tells. Raises DataError for what is no
    release.
    """
    manifest = read_manifest(build)
    files = [(entry.path, entry.sha256) for entry in manifest.files]
    files.append((MANIFEST, sha256_of(build / MANIFEST)))
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": path, "digest": {"sha256": digest}} for path, digest in sorted(files)],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"buildDefinition": _definition(manifest), "runDetails": {"builder": _builder(manifest)}},
    }


def _definition(manifest: Manifest) -> dict[str, Any]:
    inputs = manifest.inputs
    digests = {"inputs": inputs.digest, "sidecars": inputs.sidecars, "exclusions": inputs.exclusions}
    if manifest.previous:
        digests["previous release"] = manifest.previous.release_digest
    used = {name: digest for name, digest in digests.items() if digest != NOTHING}
    libraries = {name: version for name, version in manifest.tool.items() if name not in (_TOOL, "python", "unicode")}
    return {
        "buildType": BUILD_TYPE,
        "externalParameters": {
            "name": manifest.name,
            "version": manifest.version,
            "settings": manifest.settings_digest,
        },
        "internalParameters": {"python": manifest.tool["python"], "unicode": manifest.tool["unicode"]},
        "resolvedDependencies": [
            *({"name": name, "digest": _digest(digest)} for name, digest in sorted(used.items())),
            *({"uri": f"pkg:pypi/{name}@{version}"} for name, version in sorted(libraries.items())),
        ],
    }


def _builder(manifest: Manifest) -> dict[str, Any]:
    version = manifest.tool[_TOOL]
    return {"id": f"pkg:pypi/{_TOOL}@{version}", "version": {_TOOL: version}}


def _digest(given: str) -> dict[str, str]:
    name, _, value = given.partition(":")
    return {name: value}
