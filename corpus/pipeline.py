"""From raw articles to a release: the whole flow on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.config import Config
from corpus.engines.base import Engine
from corpus.errors import DataError
from corpus.io.addresses import Address
from corpus.io.documents import write_json, write_rejections
from corpus.io.fields import check_found
from corpus.io.listing import list_tree, plan_shards
from corpus.io.project_files import own_files
from corpus.io.readers import check_extras
from corpus.io.sidecar import read_sidecars
from corpus.io.staging import check_targets, failed_of, install, staging_folder
from corpus.layout import CARD, CHECKS, CROISSANT, MANIFEST
from corpus.model import CheckReport, Inputs, Manifest, Staged, Statistics
from corpus.progress import Progress, Silent
from corpus.project import Project, read_project
from corpus.release.card import render_card
from corpus.release.checks import checks_document, run_checks
from corpus.release.croissant import croissant
from corpus.release.facts import CardFacts
from corpus.release.ledger import Written, ledger
from corpus.release.manifest import make_manifest, parquet_entries, tool_version
from corpus.release.part_facts import PartFacts
from corpus.stages.export import Export, plan_parts
from corpus.stages.ingest import Ingest, IngestOptions
from corpus.stages.recount import Recount, count_release
from corpus.stages.relate import copies_of, read_sketches, relate
from corpus.stages.relations import write_relations
from corpus.stages.runs import number_pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A finished build: where it lies (`<out>.failed` when a data check failed), its manifest and its checks."""

    path: Path
    manifest: Manifest
    checks: CheckReport


def build_dataset(
    config: Config, engine: Engine, out: Path, progress: Progress | None = None, *, published: str | None = None
) -> Build:
    """Turn the raw articles of `config` into one release folder at `out`, whole or not at all.

    `published` is the ISO date for the Croissant file, if it is to bear one. Raises ConfigError or UsageError for what
    the user should correct, DataError when no row is left, OutsideError for the disk. A build that fails its data
    checks goes to `<out>.failed`, and the release at `out` stays.
    """
    show = progress or Silent()
    project = read_project(config)
    check_targets(out, [path for path in (config.source, config.project) if isinstance(path, Path)])
    with staging_folder(out) as (release, work):
        engine.meet(work)
        listing = list_tree(config.source, config.inputs, never=(out, failed_of(out), *own_files(config.project)))
        sidecars = read_sidecars(config.source, listing, config.inputs, work)
        files = sidecars.files
        check_extras(file.id for file in files if not file.reason)
        shards = plan_shards(files)
        show.done("list", f"{len(files)} files, {sum(file.size for file in files):,} bytes")
        if listing.sidecars:
            show.done("sidecars", sidecars.summary())

        ingest = Ingest(
            root=config.source, work=work, options=_ingest_options(config), decisions=project.by_file(files)
        )
        staged = list(number_pieces(show.track("read", engine.map(ingest, shards), len(shards)), work))
        check_found(config.fields, staged)
        project.check_used(decision for item in staged for decision in (*item.used, *item.idle))
        show.done("read", f"{_rows(staged, config.source):,} rows of {sum(item.inputs for item in staged):,} inputs")

        rows = read_sketches(staged, work)
        found = relate(
            rows, engine, work, project.decisions, shingle_options=config.shingles, options=config.duplicates
        )
        parts = plan_parts(write_relations(rows.borders, found, engine, config.splits, work))
        show.done("compare", "{:,} copies of {:,} articles".format(*copies_of(found)))

        list(show.track("write", engine.map(Export(work=work, release=release), parts), len(parts)))
        write_rejections(release, [rejection for item in staged for rejection in item.rejections])
        paths = [part.path for part in parts]
        recount = Recount(release=release, work=work)
        statistics = count_release(engine.map(recount, paths), paths, work)
        written = Written(rows=statistics.rows, paths=paths, work=work)
        inputs = ledger(release, staged, written, apart=project.apart, sidecars=sidecars.digest)
        show.done(
            "write", f"{statistics.rows:,} rows in {len(parts)} files, {sum(inputs.rejected.values()):,} rejected"
        )

        facts = engine.map(PartFacts(release=release, work=work), paths)
        report = run_checks(release, project.suites, config.checks, facts)
        write_json(release / CHECKS, checks_document(report))
        passed = sum(outcome.passed for outcome in report.outcomes)
        show.done("check", f"{passed} of {report.expected} passed")

        facts = _card_facts(config, project, release, counted=(statistics, inputs, report), published=published)
        (release / CARD).write_bytes(render_card(project.template, facts=facts).encode())
        write_json(release / CROISSANT, croissant(facts))
        manifest = make_manifest(release, facts)
        write_json(release / MANIFEST, manifest)
        target = install(release, out, passed=report.passed)
        show.done("install", f"{len(manifest.files) + 1} files")
    return Build(path=target, manifest=manifest, checks=report)


def _card_facts(
    config: Config,
    project: Project,
    release: Path,
    *,
    counted: tuple[Statistics, Inputs, CheckReport],
    published: str | None,
) -> CardFacts:
    top = config.top
    statistics, inputs, checks = counted
    return CardFacts(
        name=top.name,
        pretty_name=top.pretty_name or top.name,
        version=top.version,
        repo=top.repo or None,
        license=top.license or None,
        description=top.description or None,
        statistics=statistics,
        inputs=inputs,
        checks=checks,
        files=parquet_entries(release),
        tool_version=tool_version(),
        settings_digest=project.settings_digest,
        published=published,
    )


def _ingest_options(config: Config) -> IngestOptions:
    return IngestOptions(
        inputs=config.inputs,
        fields=config.fields,
        boilerplate=config.boilerplate,
        title=config.title,
        html=config.html,
        language=config.language,
        filters=config.filters,
        sketch=config.shingles,
    )


def _rows(staged: Sequence[Staged], source: Path | Address) -> int:
    """The number of rows; DataError when there is none, with what became of the inputs."""
    rows = sum(item.rows for item in staged)
    if rows:
        return rows
    reasons = sorted({rejection.reason for item in staged for rejection in item.rejections})
    found = f"{sum(item.inputs for item in staged)} inputs" + (f", rejected as {', '.join(reasons)}" if reasons else "")
    remedy = "give a folder of articles; corpus init says what it sees in one"
    raise DataError("no article is left, and a release needs one", where=str(source), found=found, remedy=remedy)
