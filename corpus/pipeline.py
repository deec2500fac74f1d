"""From raw articles to a release: the whole flow on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from corpus.config import Config, ingest_options
from corpus.engines.base import Engine, in_batches
from corpus.errors import DataError
from corpus.history.previous import ancestry_of, check_follows, previous_release, since
from corpus.io.addresses import Address
from corpus.io.cache import Cache
from corpus.io.documents import write_json, write_rejections
from corpus.io.fields import check_found
from corpus.io.files import Files
from corpus.io.listing import list_tree, plan_shards
from corpus.io.placing import check_place, failed_at, place_release, remove_failed
from corpus.io.project_files import TEMPLATE
from corpus.io.readers import check_extras
from corpus.io.sidecar import read_sidecars
from corpus.io.staging import check_targets, install, staging_folder
from corpus.layout import CARD, CHECKS, CROISSANT, MANIFEST
from corpus.model import Build, CheckReport, Inputs, Manifest, Staged, Statistics
from corpus.progress import Progress, Silent
from corpus.project import Project, read_project
from corpus.release.card import missing_sections, render_card
from corpus.release.checks import Counted, checks_document, questions_in, run_checks
from corpus.release.croissant import croissant
from corpus.release.example import example_of
from corpus.release.facts import CardFacts
from corpus.release.last import last_build, nothing_new, passed_over
from corpus.release.ledger import Written, ledger
from corpus.release.manifest import make_manifest, parquet_entries, tool_version, tools
from corpus.release.part_facts import WritePart
from corpus.reuse import LastBuild, Reuse
from corpus.stages.arrays import without_pandas
from corpus.stages.export import largest_first, plan_parts
from corpus.stages.ingest import Ingest
from corpus.stages.kernels import compile_group, uncompiled
from corpus.stages.lineage import trace
from corpus.stages.recount import count_release
from corpus.stages.relate import copies_of, read_sketches, relate
from corpus.stages.relations import write_relations
from corpus.stages.runs import number_pieces


def build_into_store(
    config: Config,
    engine: Engine,
    local: Path,
    address: Address,
    progress: Progress | None = None,
    *,
    published: str | None = None,
    reuse: Reuse | None = None,
) -> Build:
    """Make a release in the folder `local`, see `build_dataset`, and put it at `address`, see `io.placing`.

    One that fails its data checks goes to `<address>.failed`. Raises what both of them raise.
    """
    show = progress or Silent()
    check_follows(config.release, address)
    check_place(address, config.source)
    made = build_dataset(config, engine, local, show, published=published, reuse=reuse)
    place = address if made.checks.passed else failed_at(address)
    sent = place_release(made.path, place)
    if made.checks.passed:
        remove_failed(address)
    show.done("place", f"{sent} files sent" if sent else "all of it is there already")
    return replace(made, address=str(place))


def build_dataset(
    config: Config,
    engine: Engine,
    out: Path,
    progress: Progress | None = None,
    *,
    published: str | None = None,
    reuse: Reuse | None = None,
) -> Build:
    """Turn the raw articles of `config` into one release folder at `out`, whole or not at all.

    `published` is the ISO date for the Croissant file, if it is to bear one. Raises ConfigError or UsageError for what
    the user should correct, DataError when no row is left, OutsideError for the disk. A build that fails its data
    checks goes to `<out>.failed`, and the release at `out` stays.
    """
    without_pandas()
    show, reuse = progress or Silent(), reuse or Reuse()
    project = read_project(config)
    check_targets(out, [path for path in (config.source, config.project) if isinstance(path, Path)])
    with staging_folder(out) as (release, work), previous_release(config.release, config.project, out) as previous:
        engine.meet(work)
        listing = list_tree(config.source, config.inputs, never=passed_over(config.project, out), known=reuse.tree)
        last = LastBuild(out, config, project, listing, published, previous) if reuse.keep else None
        if last and not reuse.rehash and last.still_stands():
            show.done("list", nothing_new(len(listing.files)))
            return last_build(out)
        sidecars = read_sidecars(config.source, listing, config.inputs, work)
        shards = plan_shards(sidecars.files)
        show.done("list", _listed(sidecars.files))
        if listing.sidecars:
            show.done("sidecars", sidecars.summary())

        compile_kernels(engine, show)
        ingest = _ingest(config, project, sidecars.files, work, last.cache if last else None, reuse)
        staged = list(number_pieces(show.track("read", engine.map(ingest, shards), len(shards)), work))
        check_found(config.fields, staged)
        project.check_used(decision for item in staged for decision in (*item.used, *item.idle))
        show.done("read", f"{_rows(staged, config.source):,} rows of {sum(item.inputs for item in staged):,} inputs")

        rows = read_sketches(staged, work)
        before = ancestry_of(previous, rows.borders, work)
        were_kept = before.kept if before else None
        options = (config.shingles, config.duplicates)
        found = relate(rows, engine, work, project.decisions, *options, were_kept, ingest.cache)
        lineage = trace(before, found.founder, work) if before else None
        parts = plan_parts(write_relations(rows.borders, found, engine, config.splits, work, lineage), staged)
        show.done("compare", "{:,} copies of {:,} articles".format(*copies_of(found)))

        questions = questions_in(project.suites, config.checks)
        write = WritePart(work=work, release=release, questions=questions, cache=ingest.cache)
        written = show.track("write", in_batches(engine, write, largest_first(parts)), len(parts))
        counted = Counted(work=work, parts=sorted(written, key=attrgetter("path")))
        write_rejections(release, [rejection for item in staged for rejection in item.rejections])
        statistics, inputs = _count(release, staged, counted, project, sidecars.digest)
        show.done("write", f"{statistics.rows:,} rows in {len(parts)} files")

        report = run_checks(release, project.suites, config.checks, counted)
        write_json(release / CHECKS, checks_document(report))
        show.done("check", f"{sum(outcome.passed for outcome in report.outcomes)} of {report.expected} passed")

        facts = _card_facts(config, project, release, counted=(statistics, inputs, report), published=published)
        manifest = _describe(release, project, since(previous, lineage, facts, release))
        show.done("card", _said_of(project.template))
        target = install(release, out, passed=report.passed)
        if last and target == out:
            last.note(shards, parts, work)
        show.done("install", f"{len(manifest.files) + 1} files")
    return Build(path=target, manifest=manifest, checks=report)


def _listed(files: Files) -> str:
    """What the list holds, in words; raises UsageError for a form that needs an extra that is not installed."""
    check_extras(map(bytes.decode, files.read()))
    return f"{len(files)} files, {files.total_bytes:,} bytes"


def _ingest(config: Config, project: Project, files: Files, work: Path, cache: Cache | None, reuse: Reuse) -> Ingest:
    """The task that reads a shard, with all that steers it."""
    return Ingest(
        root=config.source,
        work=work,
        options=ingest_options(config),
        decisions=project.by_file(files),
        exclusions=project.exclusions,
        cache=cache,
        rehash=reuse.rehash,
    )


def _count(
    release: Path, staged: Sequence[Staged], counted: Counted, project: Project, sidecars: str
) -> tuple[Statistics, Inputs]:
    """What was written, and what came in; raises BugError where the two do not add up."""
    paths = [part.path for part in counted.parts]
    statistics = count_release([part.tally for part in counted.parts], paths, counted.work)
    written = Written(rows=statistics.rows, paths=paths, work=counted.work)
    return statistics, ledger(release, staged, written, project.apart, sidecars, project.exclusions.digest)


def _said_of(template: str) -> str:
    """What to tell the maintainer of the card: which sections the template leaves out."""
    missing = missing_sections(template)
    if not missing:
        return "filled in"
    blanks = ", ".join(f"{{{{ {name} }}}}" for name in missing)
    return f"{TEMPLATE} lacks {blanks}: add them, or a comment like {{# {missing[0]} #}} to leave them out"


def _describe(release: Path, project: Project, facts: CardFacts) -> Manifest:
    """Write the card, the Croissant file and, last of all, the manifest."""
    (release / CARD).write_bytes(render_card(project.template, facts=facts).encode())
    write_json(release / CROISSANT, croissant(facts))
    manifest = make_manifest(release, facts)
    write_json(release / MANIFEST, manifest)
    return manifest


def compile_kernels(engine: Engine, show: Progress) -> None:
    """Compile what this machine has not compiled yet, once, before any worker needs it."""
    groups = uncompiled()
    if groups:
        show.begin("compile", "text kernels, once on this machine; it takes up to half a minute ...")
        list(engine.map(compile_group, groups))
        show.done("compile", "text kernels, kept for the next build")


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
    files = parquet_entries(release)
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
        files=files,
        tool_version=tool_version(),
        settings_digest=project.settings_digest,
        published=published,
        tools=tools(),
        changed_settings=config.changed(),
        example=example_of(release, files),
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
