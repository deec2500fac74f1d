"""Publishing under every fault, at every kind of request: nothing half is seen, and running again finishes the work."""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest

from corpus.errors import CorpusError
from corpus.hub.patience import Patience
from corpus.hub.publish import Publication, publish
from tests.hub.accounts import WRITE_TOKEN
from tests.hub.cells import KINDS, Cell, all_cells, some_cells
from tests.hub.fixtures import Hub, client_environment, run_client, running_hub
from tests.hub.releases import CARD, make_release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BASE = "org/base"
OLD, NEW = "v0.1.0", "v0.2.0"
MORE_LETTERS = {
    "data/train/unique-00000-of-00002.parquet": ["a.txt"],
    "data/train/unique-00001-of-00002.parquet": ["e.txt"],
}
LONGEST_WAITS = 60.0
LONGEST_SECONDS = 20.0
MOST_REQUESTS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A Hub with a release on it, and the next one to be published."""

    hub: Hub
    next: Path
    old_files: Mapping[str, bytes]
    new_files: Mapping[str, bytes]


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One publication: how it ended, and everything that it said."""

    done: Publication | None = None
    error: CorpusError | None = None
    said: str = ""
    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0

    @property
    def outcome(self) -> Literal["done", "refused"]:
        return "done" if self.done else "refused"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("faults")
    with running_hub(folder / "hub") as hub:
        old = make_release(folder / "old", repo=None)
        publish(old, repo=BASE, endpoint=hub.endpoint, token=WRITE_TOKEN)
        new = make_release(folder / "new", version="0.2.0", repo=None, parts=MORE_LETTERS, card=f"{CARD}\nMore.\n")
        yield Scene(hub=hub, next=new, old_files=files_of(old), new_files=files_of(new))


def files_of(build: Path) -> dict[str, bytes]:
    return {path.relative_to(build).as_posix(): path.read_bytes() for path in build.rglob("*") if path.is_file()}


def attempt(scene: Scene, repo: str, caplog: pytest.LogCaptureFixture, *, answer_seconds: float = 5.0) -> Attempt:
    """Publish the next release to `repo`, with everything that may be seen of it."""
    made = Attempt()
    patience = Patience(sleep=made.waits.append, answer_seconds=answer_seconds)
    caplog.clear()
    mark, start = scene.hub.mark(), time.monotonic()
    with caplog.at_level(logging.DEBUG, logger="huggingface_hub"):
        try:
            made.done = publish(
                scene.next, repo=repo, endpoint=scene.hub.endpoint, token=WRITE_TOKEN, patience=patience
            )
            made.said = f"{made.done!r}"
        except CorpusError as error:
            made.error = error
            made.said = f"{error}\n{error!r}\n{''.join(traceback.format_exception(error))}"
    made.seconds = time.monotonic() - start
    made.requests = len(scene.hub.requests(since=mark))
    made.said += caplog.text
    return made


def problems_of(made: Attempt) -> Iterator[str]:
    """What is wrong with how a publication ended, whatever befell it."""
    if WRITE_TOKEN in made.said:
        yield "the token is shown"
    if made.error is not None:
        what = made.error.what
        if made.error.exit_code != 3:
            yield f"exit code {made.error.exit_code}: {made.error}"
        if "\n" in what or what.endswith(".") or not made.error.remedy:
            yield f"this is not one sentence and a remedy: {made.error}"
    if sum(made.waits) > LONGEST_WAITS or made.seconds > LONGEST_SECONDS or made.requests > MOST_REQUESTS:
        yield f"too long: waits {made.waits}, {made.seconds:.1f} s, {made.requests} requests"


def seen(scene: Scene, repo: str, *, fresh: bool) -> Iterator[str]:
    """What is wrong with what stands on the Hub at any moment."""
    there = scene.hub.repo(repo)
    if not there.exists():
        if not fresh:
            yield "the repository is gone"
        return
    tags = there.refs().tags
    if not fresh and OLD not in tags:
        yield "the old tag is gone"
    before = {} if fresh else scene.old_files
    for name, whole in (("main", (before, scene.new_files)), (OLD, (before,)), (NEW, (scene.new_files,))):
        commit = there.resolve(name)
        if commit is not None:
            files = {path: there.read(entry) for path, entry in commit.files.items() if path != ".gitattributes"}
            if files not in whole:
                yield f"{name} is no whole release: {sorted(files)}"
    head = there.resolve("main")
    titles = [commit.title for commit in there.history(head)] if head else []
    if titles.count(f"Release {NEW}") > 1:
        yield f"committed twice: {titles}"


def problems_in(scene: Scene, cell: Cell, times: str, caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """What goes wrong in one cell, in a repository of its own."""
    fresh = cell.kind == "create"
    repo = f"org/{cell}-{times}".replace("--", "-")
    if not fresh:
        scene.hub.copy(BASE, repo)
    scene.hub.provoke(cell.fault(times))
    made = attempt(scene, repo, caplog, answer_seconds=0.5 if cell.what == "silence" else 5.0)
    scene.hub.behave()
    if made.outcome not in cell.outcomes(times):
        yield f"{made.outcome}, not {cell.outcomes(times)}: {made.said[:1500]}"
    yield from problems_of(made)
    yield from seen(scene, repo, fresh=fresh)
    if made.error is not None:
        again = attempt(scene, repo, caplog)
        if again.outcome != "done":
            yield f"a later publication does not mend it: {again.said[:1500]}"
        yield from seen(scene, repo, fresh=fresh)
    mark = scene.hub.mark()
    last = attempt(scene, repo, caplog)
    if last.done is None or last.done.status != "unchanged" or scene.hub.writes(mark):
        yield f"the same once more is not unchanged: {last.said[:1500]}"
    if NEW not in scene.hub.repo(repo).refs().tags:
        yield "the tag is missing"


def try_cell(cell: Cell, scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Fail with a line for each thing that goes wrong in a cell, when it happens once and when it happens always."""
    lines = [
        f"{cell} {times}: {line}" for times in ("once", "always") for line in problems_in(scene, cell, times, caplog)
    ]
    lines += [f"{cell}: {one} went with the token" for one in scene.hub.away() if one["authorization"]]
    lines += [f"{cell}: {one} holds the token" for one in scene.hub.away() if one["token_elsewhere"]]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.parametrize("cell", some_cells(), ids=str)
def test_fault_leaves_nothing_half(cell: Cell, scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    try_cell(cell, scene, caplog)


@pytest.mark.slow
@pytest.mark.parametrize("cell", [cell for cell in all_cells() if cell not in some_cells()], ids=str)
def test_every_fault_leaves_nothing_half(cell: Cell, scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    try_cell(cell, scene, caplog)


COMMAND = "import sys; from corpus.cli import main; sys.argv[0] = 'corpus'; main()"
LOUD = [
    "always:info:before:401",
    "always:commit:before:422",
    "always:data:before:html",
    "always:tree:before:link",
    "always:lfs-batch:before:link",
    "once:commit:after:truncated",
]


def run_loudly(fault: str, scene: Scene, home: Path) -> list[str]:
    """What is wrong with the command under a fault, with everything shown that it can show."""
    environment = client_environment(scene.hub.endpoint, home, WRITE_TOKEN) | {"HF_DEBUG": "1"}
    repo = f"org/loud-{fault.replace(':', '-')}"
    ended = run_client(COMMAND, environment, "--debug", "publish", str(scene.next), "--repo", repo)
    left = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    wrong = [] if ended.returncode in (0, 3) else [f"exit code {ended.returncode}: {ended.stderr}"]
    wrong += ["the token is shown"] if WRITE_TOKEN in ended.stdout + ended.stderr else []
    wrong += ["the token is kept"] if any(WRITE_TOKEN.encode() in content for content in left) else []
    wrong += ["somebody else was asked"] if "OUTSIDE" in ended.stderr else []
    return wrong if ended.returncode == 0 or "Traceback" in ended.stderr else [*wrong, "no traceback was shown"]


def test_token_is_nowhere_even_where_everything_is_shown(scene: Scene, tmp_path: Path) -> None:
    mark, wrong = scene.hub.mark(), {}
    for number, fault in enumerate(LOUD):
        scene.hub.provoke(fault)
        wrong[fault] = run_loudly(fault, scene, tmp_path / f"home-{number}")
        scene.hub.behave()
    assert not {fault: lines for fault, lines in wrong.items() if lines}
    assert not any(one["token_elsewhere"] for one in scene.hub.requests(since=mark))
    assert not any(one["authorization"] or one["token_elsewhere"] for one in scene.hub.away())
    kept = [path.read_bytes() for path in scene.hub.root.rglob("*") if path.is_file()]
    assert not any(WRITE_TOKEN.encode() in content for content in kept)


def test_some_cells_have_every_kind_and_every_fault() -> None:
    assert {cell.kind for cell in some_cells()} == set(KINDS)
    assert {cell.what for cell in some_cells()} == {cell.what for cell in all_cells()}
