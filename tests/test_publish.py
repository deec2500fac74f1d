"""Publishing, held against a Hub that runs as a process of its own and can be made to fail."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from corpus.errors import CorpusError, DataError, OutsideError, UsageError
from corpus.hub.client import PUBLIC_HUB, _large_files
from corpus.hub.patience import Patience
from corpus.hub.plan import FileAction
from corpus.hub.publish import Publication, publish
from corpus.io.documents import write_json
from corpus.naming import version_problem
from tests.hub.accounts import ACCOUNTS, READ_TOKEN, UNKNOWN_TOKEN, WRITE_TOKEN
from tests.hub.fixtures import Hub, client_environment, run_client, running_hub
from tests.hub.releases import DUPLICATE, LETTERS, OTHERS, REPO, UNIQUE, make_release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

COMMIT = f"POST /api/datasets/{REPO}/commit/main"
TAG = f"POST /api/datasets/{REPO}/tag/"
CREATE = "POST /api/repos/create"
MORE_LETTERS = {
    "data/train/unique-00000-of-00002.parquet": ["a.txt"],
    "data/train/unique-00001-of-00002.parquet": ["e.txt"],
}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running_hub(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return make_release(tmp_path / "build")


@pytest.fixture
def closed_endpoint() -> str:
    """An address where nobody listens: whoever asks it gets an OutsideError."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def send(hub: Hub, build: Path, **options: Any) -> Publication:
    """Publish as somebody who may write, without waiting."""
    settings = {"token": WRITE_TOKEN, "patience": Patience(sleep=lambda _: None), **options}
    return publish(build, endpoint=hub.endpoint, **settings)


def on_hub(hub: Hub, revision: str = "main") -> dict[str, bytes]:
    repo = hub.repo(REPO)
    commit = repo.resolve(revision)
    assert commit is not None
    return {path: repo.read(entry) for path, entry in commit.files.items()}


def on_disk(build: Path) -> dict[str, bytes]:
    return {path.relative_to(build).as_posix(): path.read_bytes() for path in build.rglob("*") if path.is_file()}


def titles(hub: Hub) -> list[str]:
    repo = hub.repo(REPO)
    head = repo.resolve("main")
    assert head is not None
    return [commit.title for commit in repo.history(head)]


def tags(hub: Hub) -> Mapping[str, str]:
    return hub.repo(REPO).refs().tags


def add_by_hand(hub: Hub, path: str, content: bytes) -> None:
    """What somebody does in the Hub's web page."""
    repo = hub.repo(REPO)
    head = repo.resolve("main")
    assert head is not None
    repo.commit({**head.files, path: repo.add_blob(content)}, branch="main", title=f"Add {path}", message="")


def actions(publication: Publication) -> dict[str, str]:
    return {one.path: one.action for one in publication.files}


def test_first_publication_makes_the_repository_one_commit_and_the_tag(hub: Hub, build: Path) -> None:
    done = send(hub, build)
    assert (done.status, done.tag, done.repo, done.version) == ("published", "v0.1.0", REPO, "0.1.0")
    assert actions(done) == dict.fromkeys(on_disk(build), "add")
    assert titles(hub) == ["Release v0.1.0", "initial commit"]
    assert tags(hub) == {"v0.1.0": done.commit}
    published = on_hub(hub, "v0.1.0")
    assert published.pop(".gitattributes")
    assert published == on_disk(build)


def test_commit_names_both_digests_and_no_clock(hub: Hub, build: Path, tmp_path: Path) -> None:
    done = send(hub, build)
    commit = hub.repo(REPO).resolve("main")
    assert commit is not None
    assert "release digest sha256:" in commit.message
    assert json.loads((build / "manifest.json").read_bytes())["content_digest"] in commit.message
    with running_hub(tmp_path / "another") as another:
        assert send(another, build).commit == done.commit


def test_every_file_is_read_back_before_the_tag(hub: Hub, build: Path) -> None:
    done = send(hub, build)
    asked = [f"{one['method']} {one['path']}" for one in hub.requests()]
    after_commit = asked[asked.index(COMMIT) + 1 : asked.index(f"{TAG}{done.commit}")]
    read = {line.partition(f"/resolve/{done.commit}/")[2] for line in after_commit}
    assert set(on_disk(build)) <= read


def test_same_release_again_makes_no_request_that_writes(hub: Hub, build: Path) -> None:
    first = send(hub, build)
    written = hub.writes()
    again = send(hub, build)
    assert (again.status, again.commit) == ("unchanged", first.commit)
    assert set(actions(again).values()) == {"same"}
    assert hub.writes() == written


def test_older_release_is_unchanged_after_a_newer_one(hub: Hub, build: Path, tmp_path: Path) -> None:
    first = send(hub, build)
    send(hub, make_release(tmp_path / "newer", version="0.2.0", parts=MORE_LETTERS))
    written = hub.writes()
    again = send(hub, build)
    assert (again.status, again.commit) == ("unchanged", first.commit)
    assert hub.writes() == written


@pytest.mark.parametrize("there", ["0.2.0", "0.1.0", "0.1.10"])
def test_older_version_does_not_take_the_place_of_a_newer_one(hub: Hub, tmp_path: Path, there: str) -> None:
    send(hub, make_release(tmp_path / "newer", version=there, parts=MORE_LETTERS))
    older = make_release(tmp_path / "older", version="0.1.9" if there == "0.1.10" else "0.1.0-rc.1")
    written = hub.writes()
    for dry_run in (True, False):
        with pytest.raises(DataError, match=f"already holds version {there}"):
            send(hub, older, dry_run=dry_run)
    assert hub.writes() == written
    assert set(tags(hub)) == {f"v{there}"}


def test_changed_release_deletes_its_old_files_and_keeps_others(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    add_by_hand(hub, "LICENSE", b"ours\n")
    newer = make_release(tmp_path / "newer", version="0.2.0", parts=MORE_LETTERS)
    done = send(hub, newer)
    assert actions(done) == {
        **dict.fromkeys(MORE_LETTERS, "add"),
        **dict.fromkeys(LETTERS, "delete"),
        **dict.fromkeys(OTHERS, "same"),
        "manifest.json": "change",
    }
    assert titles(hub) == ["Release v0.2.0", "Add LICENSE", "Release v0.1.0", "initial commit"]
    assert set(on_hub(hub)) == {*on_disk(newer), "LICENSE", ".gitattributes"}
    assert set(on_hub(hub, "v0.1.0")) == {*on_disk(build), ".gitattributes"}


def test_forged_manifest_cannot_delete_what_the_repository_stands_on(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    add_by_hand(
        hub, "manifest.json", b'{"files": [{"path": ".gitattributes"}, {"path": "../x"}, {"path": "checks.json"}]}'
    )
    done = send(hub, make_release(tmp_path / "newer", version="0.2.0"))
    assert "delete" not in actions(done).values()
    assert ".gitattributes" in on_hub(hub)


def test_only_changed_files_are_uploaded(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    uploads = len(hub.requests("PUT "))
    newer = make_release(tmp_path / "newer", version="0.2.0", parts={**LETTERS, DUPLICATE: ["d.txt", "e.txt"]})
    done = send(hub, newer)
    assert actions(done)[UNIQUE] == "same"
    assert len(hub.requests("PUT ")) == uploads + 1


def test_bytes_that_are_there_are_not_sent_again_under_another_name(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    renamed = {path.replace("-of-00001", "-of-00002"): ids for path, ids in LETTERS.items()}
    newer = make_release(
        tmp_path / "newer", version="0.2.0", parts={**renamed, "data/train/unique-00001-of-00002.parquet": ["e.txt"]}
    )
    mark = hub.mark()
    done = send(hub, newer)
    assert {path for path, action in actions(done).items() if action == "add"} >= set(renamed)
    sent = [one["body_bytes"] for one in hub.requests("PUT ", since=mark)]
    assert sent == [(newer / "data/train/unique-00001-of-00002.parquet").stat().st_size]
    [commit] = hub.requests(COMMIT, since=mark)
    assert commit["body_bytes"] < 10_000
    assert set(on_hub(hub, "v0.2.0")) == {*on_disk(newer), ".gitattributes"}


def test_tag_never_moves(hub: Hub, build: Path, tmp_path: Path) -> None:
    first = send(hub, build)
    written = hub.writes()
    other = make_release(tmp_path / "other", parts=MORE_LETTERS)
    with pytest.raises(DataError, match=r"v0\.1\.0 stands on another release"):
        send(hub, other)
    assert hub.writes() == written
    assert tags(hub) == {"v0.1.0": first.commit}


def test_data_file_that_no_release_wrote_is_refused(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    add_by_hand(hub, "data/train/unique-extra.parquet", b"rows of somebody")
    written = hub.writes()
    with pytest.raises(DataError, match="neither this release lists") as refused:
        send(hub, make_release(tmp_path / "newer", version="0.2.0"))
    assert refused.value.found == "data/train/unique-extra.parquet"
    assert hub.writes() == written


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'{"files": 3}', b'{"files": [{"size": 1}]}', b"[" * 10**6],
    ids=["cut", "list", "number", "pathless", "deep"],
)
def test_unreadable_manifest_on_the_hub_is_refused(hub: Hub, build: Path, tmp_path: Path, content: bytes) -> None:
    send(hub, build)
    add_by_hand(hub, "manifest.json", content)
    written = hub.writes()
    with pytest.raises(DataError, match="cannot be read"):
        send(hub, make_release(tmp_path / "newer", version="0.2.0"))
    assert hub.writes() == written


def test_commit_of_a_colleague_in_between_is_kept(hub: Hub, build: Path) -> None:
    hub.provoke("stale-parent", REPO)
    waits: list[float] = []
    done = send(hub, build, patience=Patience(sleep=waits.append))
    assert (done.status, waits) == ("published", [1.0])
    assert titles(hub) == ["Release v0.1.0", "Add a notice", "initial commit"]
    assert "NOTICE.md" in on_hub(hub, "v0.1.0")
    assert [one["status"] for one in hub.requests(COMMIT)] == [412, 200]


def test_release_of_a_colleague_in_between_is_not_overwritten(hub: Hub, build: Path) -> None:
    hub.provoke("stale-release", REPO)
    with pytest.raises(OutsideError, match="somebody else has published") as stopped:
        send(hub, build)
    assert "again" in stopped.value.remedy
    assert titles(hub) == ["Release v9.9.9", "initial commit"]
    assert not tags(hub)


def test_of_two_who_publish_at_once_one_is_told(hub: Hub, build: Path, tmp_path: Path) -> None:
    """A real race: the commit of one waits on the Hub until that of the other is made."""
    send(hub, build)
    one = make_release(tmp_path / "one", version="0.2.0", parts=MORE_LETTERS)
    other = make_release(tmp_path / "other", version="0.3.0", parts={**LETTERS, DUPLICATE: ["d.txt", "f.txt"]})
    hub.provoke("hold-commit:Release v0.2.0", REPO)
    environment, mark = client_environment(hub.endpoint, tmp_path / "home", WRITE_TOKEN), hub.mark()
    with ThreadPoolExecutor() as pool:
        held = pool.submit(run_client, PUBLISH, environment, str(one))
        while not hub.requests(f"POST /api/datasets/{REPO}/preupload", since=mark) and not held.done():
            time.sleep(0.05)
        assert send(hub, other).status == "published"
        told = held.result()
    assert told.returncode == 3
    assert "the head moved: somebody else has published here meanwhile; nothing was changed" in told.stderr
    assert [each["status"] for each in hub.requests(COMMIT)].count(412) == 1
    assert titles(hub)[0] == "Release v0.3.0"
    assert set(tags(hub)) == {"v0.1.0", "v0.3.0"}
    assert set(on_hub(hub)) == {*on_disk(other), ".gitattributes"}


def test_two_who_publish_the_same_at_once_make_one_commit(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    newer = make_release(tmp_path / "newer", version="0.2.0", parts=MORE_LETTERS)
    environment = client_environment(hub.endpoint, tmp_path / "home", WRITE_TOKEN)
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(run_client, PUBLISH, environment, str(newer)) for _ in range(2)]
        ends = [each.result() for each in both]
    assert [end.returncode for end in ends] == [0, 0], [end.stderr for end in ends]
    assert titles(hub) == ["Release v0.2.0", "Release v0.1.0", "initial commit"]
    assert set(on_hub(hub, "v0.2.0")) == {*on_disk(newer), ".gitattributes"}


@pytest.mark.parametrize(("what", "least", "most"), [("429", 1, 1), ("429-seconds", 7, 7), ("429-date", 5, 10)])
def test_wait_that_the_hub_asks_for_is_kept(hub: Hub, build: Path, what: str, least: float, most: float) -> None:
    hub.provoke(f"once:commit:before:{what}")
    waits: list[float] = []
    assert send(hub, build, patience=Patience(sleep=waits.append)).status == "published"
    [wait] = waits
    assert least <= wait <= most


def test_wait_that_is_too_long_is_not_begun(hub: Hub, build: Path) -> None:
    hub.provoke("once:tree:before:429-long")
    waits: list[float] = []
    with pytest.raises(OutsideError, match="the Hub asks to wait") as stopped:
        send(hub, build, patience=Patience(sleep=waits.append))
    assert waits == []
    assert "3600 seconds" in stopped.value.remedy
    assert send(hub, build).status == "published"


def test_waits_of_all_steps_together_are_bounded(hub: Hub, build: Path) -> None:
    hub.provoke("always:refs:before:429-seconds")
    waits: list[float] = []
    with pytest.raises(OutsideError):
        send(hub, build, patience=Patience(sleep=waits.append, seconds=10))
    assert waits == [7]


def test_answer_that_trickles_is_given_up(hub: Hub, build: Path) -> None:
    hub.provoke("once:info:after:trickle")
    waits: list[float] = []
    assert send(hub, build, patience=Patience(sleep=waits.append, answer_seconds=0.5)).status == "published"
    assert waits == [1.0]


def test_storage_on_another_host_gets_no_login(hub: Hub, build: Path) -> None:
    hub.provoke("always:data:before:redirect")
    hub.provoke("always:manifest:before:redirect")
    assert send(hub, build).status == "published"
    assert len(hub.away()) >= len(on_disk(build))
    assert not any(one["authorization"] or one["token_elsewhere"] for one in hub.away())


@pytest.mark.parametrize(("fault", "request_line"), [("create", CREATE), ("commit", COMMIT), ("tag", TAG)])
def test_lost_answer_is_not_repeated(hub: Hub, build: Path, fault: str, request_line: str) -> None:
    hub.provoke(f"{fault}-answer-lost", REPO)
    done = send(hub, build)
    assert done.status == "published"
    assert set(actions(done).values()) == {"add"}
    assert titles(hub) == ["Release v0.1.0", "initial commit"]
    assert tags(hub) == {"v0.1.0": done.commit}
    assert [one["status"] for one in hub.requests(request_line)] == [0]


@pytest.mark.parametrize("request_line", [CREATE, COMMIT, TAG, "GET /api/datasets/", f"GET /datasets/{REPO}/resolve/"])
def test_server_error_is_tried_again(hub: Hub, build: Path, request_line: str) -> None:
    hub.provoke(f"503-once:{request_line}")
    waits: list[float] = []
    done = send(hub, build, patience=Patience(sleep=waits.append))
    assert (done.status, waits) == ("published", [1.0])
    assert hub.requests(request_line)[0]["status"] == 503
    assert titles(hub) == ["Release v0.1.0", "initial commit"]
    assert tags(hub) == {"v0.1.0": done.commit}


@pytest.mark.parametrize("request_line", ["GET /api/datasets/", COMMIT, TAG])
def test_hub_that_stays_down_ends_after_three_tries(hub: Hub, build: Path, request_line: str) -> None:
    hub.provoke(f"503:{request_line}")
    waits: list[float] = []
    with pytest.raises(OutsideError) as stopped:
        send(hub, build, patience=Patience(sleep=waits.append))
    assert (stopped.value.exit_code, waits) == (3, [1.0, 4.0])
    assert len(hub.requests(request_line)) == 3
    assert "run the same command again" in stopped.value.remedy


def test_publication_that_missed_its_tag_goes_on_from_there(hub: Hub, build: Path) -> None:
    hub.provoke(f"503:{TAG}")
    with pytest.raises(OutsideError):
        send(hub, build)
    assert not tags(hub)
    hub.behave()
    done = send(hub, build)
    assert done.status == "tagged"
    assert len(hub.requests(COMMIT)) == 1
    assert tags(hub) == {"v0.1.0": done.commit}


@pytest.mark.parametrize(("fault", "file"), [("corrupt-lfs", UNIQUE), ("corrupt-regular", "manifest.json")])
def test_upload_that_comes_back_different_is_not_tagged(hub: Hub, build: Path, fault: str, file: str) -> None:
    hub.provoke(fault, REPO)
    for _ in range(2):
        with pytest.raises(OutsideError) as stopped:
            send(hub, build)
        assert file in f"{stopped.value}"
        assert not tags(hub)
    hub.behave()
    assert send(hub, build).status == "tagged"
    assert len(hub.requests(COMMIT)) == 1


def test_deletion_that_did_not_happen_is_not_tagged(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    newer = make_release(tmp_path / "newer", version="0.2.0", parts=MORE_LETTERS)
    hub.provoke("keep-deleted", REPO)
    with pytest.raises(OutsideError, match="not what was published") as stopped:
        send(hub, newer)
    assert stopped.value.found == ", ".join(sorted(LETTERS))
    with pytest.raises(DataError, match="neither this release lists"):
        send(hub, newer)
    assert set(tags(hub)) == {"v0.1.0"}


def test_pages_of_a_listing_are_followed(tmp_path: Path, build: Path) -> None:
    with running_hub(tmp_path / "paged", "--page-size", "2") as paged:
        assert send(paged, build).status == "published"
        assert set(actions(send(paged, build)).values()) == {"same"}
        assert len(paged.requests("GET /api/datasets/org/letters/tree/")) > 6


def test_uploads_take_the_plain_way_although_xet_is_installed(
    hub: Hub, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    assert importlib.util.find_spec("hf_xet") is not None
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    send(hub, build)
    assert len(hub.requests("PUT /lfs-upload/")) == len(LETTERS)
    assert not constants.HF_HUB_DISABLE_XET
    with _large_files(PUBLIC_HUB):
        assert not constants.HF_HUB_DISABLE_XET
    with _large_files(hub.endpoint):
        assert constants.HF_HUB_DISABLE_XET


@pytest.mark.parametrize("token", [UNKNOWN_TOKEN, READ_TOKEN])
@pytest.mark.parametrize("echo", [False, True])
def test_wrong_token_is_refused_and_never_shown(hub: Hub, build: Path, token: str, *, echo: bool) -> None:
    if echo:
        hub.provoke("echo-token")
    with pytest.raises(OutsideError) as refused:
        send(hub, build, token=token)
    assert "hf auth login" in refused.value.remedy
    assert "HF_TOKEN" in refused.value.remedy
    assert token not in f"{refused.value} {refused.value!r}"
    assert ("<token>" in refused.value.found) == echo
    assert not hub.repo(REPO).exists()


def test_dry_run_does_not_take_a_wrong_token_for_an_absent_repository(hub: Hub, build: Path) -> None:
    with pytest.raises(OutsideError, match="refused the token"):
        send(hub, build, token=UNKNOWN_TOKEN, dry_run=True)


PUBLISH = """
import sys
from pathlib import Path
from corpus.errors import CorpusError
from corpus.hub.publish import publish
try:
    print(publish(Path(sys.argv[1]), dry_run="dry" in sys.argv[2:]))
except CorpusError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def test_login_comes_from_the_environment_and_stays_out_of_every_text(hub: Hub, build: Path, tmp_path: Path) -> None:
    environment = client_environment(hub.endpoint, tmp_path / "home", WRITE_TOKEN) | {"HF_DEBUG": "1"}
    done = run_client(PUBLISH, environment, str(build))
    assert (done.returncode, "status='published'" in done.stdout) == (0, True), done.stderr
    assert "OUTSIDE" not in done.stderr
    assert "curl" in done.stderr
    assert "%|" not in done.stderr, "a progress bar outside of a terminal"
    assert WRITE_TOKEN not in done.stdout + done.stderr
    everything = [path.read_bytes() for root in (hub.root, tmp_path / "home", build) for path in root.rglob("*.*")]
    assert everything
    assert not any(token.encode() in content for token in ACCOUNTS for content in everything)
    asked = hub.requests()
    assert any(one["authorization"] for one in asked)
    assert not any(one["token_elsewhere"] for one in asked)


def test_nobody_publishes_without_a_login(hub: Hub, build: Path, tmp_path: Path) -> None:
    environment = client_environment(hub.endpoint, tmp_path / "home")
    refused = run_client(PUBLISH, environment, str(build))
    assert refused.returncode == 3
    assert "wants a token" in refused.stderr
    assert "hf auth login" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not hub.repo(REPO).exists()


def test_dry_run_needs_no_login_and_writes_nothing(hub: Hub, build: Path, tmp_path: Path) -> None:
    environment = client_environment(hub.endpoint, tmp_path / "home")
    shown = run_client(PUBLISH, environment, str(build), "dry")
    assert shown.returncode == 0, shown.stderr
    assert "status='dry-run'" in shown.stdout
    assert shown.stdout.count("action='add'") == len(on_disk(build))
    assert hub.writes() == []
    assert not hub.repo(REPO).exists()


def test_dry_run_tells_what_publishing_then_does(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    newer = make_release(tmp_path / "newer", version="0.2.0", parts=MORE_LETTERS)
    written = hub.writes()
    shown = send(hub, newer, dry_run=True)
    assert (shown.status, shown.commit) == ("dry-run", None)
    assert hub.writes() == written
    done = send(hub, newer)
    assert replace(shown, status=done.status, commit=done.commit) == done


def test_dry_run_refuses_what_publishing_refuses(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    with pytest.raises(DataError, match="never moves"):
        send(hub, make_release(tmp_path / "other", parts=MORE_LETTERS), dry_run=True)


def test_dry_run_without_a_network_lists_the_files_as_unknown(build: Path, closed_endpoint: str) -> None:
    shown = publish(build, endpoint=closed_endpoint, token=WRITE_TOKEN, dry_run=True)
    listed = [FileAction(path=path, size=len(data), action="unknown") for path, data in on_disk(build).items()]
    assert sorted(shown.files, key=lambda one: one.path) == sorted(listed, key=lambda one: one.path)


def test_private_repository_is_hidden_from_others(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build, private=True)
    assert hub.repo(REPO).refs().private
    assert send(hub, build, private=True).status == "unchanged"
    assert set(actions(send(hub, build, dry_run=True, token=READ_TOKEN)).values()) == {"same"}
    stranger = run_client(PUBLISH, client_environment(hub.endpoint, tmp_path), str(build), "dry")
    assert stranger.stdout.count("action='add'") == len(on_disk(build))


def test_public_repository_is_not_taken_for_a_private_one(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    written = hub.writes()
    with pytest.raises(UsageError, match="public"):
        send(hub, make_release(tmp_path / "newer", version="0.2.0"), private=True)
    assert hub.writes() == written


def refusal(endpoint: str, build: Path, **options: Any) -> CorpusError:
    """What publishing says where nobody answers: an OutsideError as soon as it asks."""
    settings = {"token": WRITE_TOKEN, "patience": Patience(sleep=lambda _: None), **options}
    with pytest.raises(CorpusError) as refused:
        publish(build, endpoint=endpoint, **settings)
    return refused.value


def test_good_release_is_stopped_by_the_network_alone(build: Path, closed_endpoint: str) -> None:
    stopped = refusal(closed_endpoint, build)
    assert isinstance(stopped, OutsideError)
    assert stopped.exit_code == 3
    assert closed_endpoint in stopped.where


def test_folder_that_may_not_be_published_is_refused_unasked(tmp_path: Path, closed_endpoint: str) -> None:
    def refused(folder: Path) -> tuple[type[CorpusError], str]:
        problem = refusal(closed_endpoint, folder)
        return type(problem), problem.what

    not_passed = make_release(tmp_path / "unchecked", passed=False)
    assert refused(not_passed) == (DataError, "the release did not pass its checks: it is not published")
    failed = make_release(tmp_path / "build.failed")
    assert refused(failed) == (DataError, "this build failed its checks")
    (tmp_path / "innocent").symlink_to(failed)
    assert refused(tmp_path / "innocent") == (DataError, "this build failed its checks")
    assert refused(tmp_path / "nothing") == (DataError, "this folder is no release")


@pytest.mark.parametrize("version", ["1.0", "v0.1.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0\n", "../1", "", "1.0.0+1"])
def test_version_must_be_semantic(tmp_path: Path, closed_endpoint: str, version: str) -> None:
    problem = refusal(closed_endpoint, make_release(tmp_path / "odd", version=version))
    assert (type(problem), problem.what) == (DataError, version_problem(version))


@pytest.mark.parametrize("version", ["1.0.0", "0.0.1-rc.1", "10.20.30-alpha-1"])
def test_version_may_have_every_semantic_form(hub: Hub, tmp_path: Path, version: str) -> None:
    done = send(hub, make_release(tmp_path / "versioned", version=version))
    assert tags(hub) == {f"v{version}": done.commit}


@pytest.mark.parametrize(
    "repo", ["letters", "org/a/b", "org/", "/letters", "org/..", "o rg/a", "org/a.git", "org/a--b", "org/" + "a" * 97]
)
def test_repository_must_have_a_proper_name(build: Path, closed_endpoint: str, repo: str) -> None:
    problem = refusal(closed_endpoint, build, repo=repo)
    assert (type(problem), problem.found) == (UsageError, repo)


def test_arguments_must_agree_with_the_manifest(tmp_path: Path, build: Path, closed_endpoint: str) -> None:
    assert "another repository" in refusal(closed_endpoint, build, repo="org/other").what
    anywhere = make_release(tmp_path / "anywhere", repo=None)
    assert isinstance(refusal(closed_endpoint, anywhere, repo="org/other"), OutsideError)
    assert "nobody has said where" in refusal(closed_endpoint, anywhere).what


@pytest.mark.parametrize("endpoint", ["127.0.0.1:1", "ftp://127.0.0.1", "https://user:secret@127.0.0.1", "https://"])
def test_endpoint_must_be_an_address(build: Path, endpoint: str) -> None:
    problem = refusal(endpoint, build)
    assert (type(problem), problem.what) == (UsageError, "the endpoint is not an http(s) address")
    assert "secret" not in str(problem)


@pytest.mark.parametrize("path", [UNIQUE, "README.md", "rejected.jsonl"])
def test_file_that_is_not_what_the_manifest_says_is_named(build: Path, closed_endpoint: str, path: str) -> None:
    original = (build / path).read_bytes()
    (build / path).write_bytes(bytes([original[0] ^ 1]) + original[1:] if original else b"{}\n")
    problem = refusal(closed_endpoint, build)
    assert (type(problem), problem.where) == (DataError, str(build / path))
    (build / path).unlink()
    problem = refusal(closed_endpoint, build)
    assert (type(problem), problem.where, problem.found) == (DataError, str(build / path), "missing")


@pytest.mark.parametrize("path", [UNIQUE, "README.md", "data/train", "more"])
def test_symbolic_link_is_refused(build: Path, closed_endpoint: str, path: str) -> None:
    away = build.parent / "away"
    if (build / path).exists():
        (build / path).rename(away)
    (build / path).symlink_to(away)
    problem = refusal(closed_endpoint, build)
    assert (type(problem), problem.where, problem.found) == (DataError, str(build / path), "a symbolic link")


def test_file_that_the_manifest_does_not_list_is_named(build: Path, closed_endpoint: str) -> None:
    (build / "data" / "train" / "more.parquet").write_bytes(b"rows of somebody")
    problem = refusal(closed_endpoint, build)
    assert (problem.where, problem.found) == (str(build / "data/train/more.parquet"), "not in the manifest")


@pytest.mark.parametrize("path", ["../outside", "data/../README.md", "./README.md", "", "manifest.json", "data//x"])
def test_manifest_cannot_point_elsewhere(build: Path, closed_endpoint: str, path: str) -> None:
    (build.parent / "outside").write_bytes(b"secret")
    facts = json.loads((build / "manifest.json").read_bytes())
    digest = hashlib.sha256(b"secret").hexdigest()
    facts["files"].append({"path": path, "size": 6, "sha256": digest, "rows": None})
    write_json(build / "manifest.json", facts)
    problem = refusal(closed_endpoint, build)
    assert (type(problem), problem.where, problem.found) == (DataError, str(build / path), "missing")


def test_manifest_that_lists_a_file_twice_is_refused(build: Path, closed_endpoint: str) -> None:
    facts = json.loads((build / "manifest.json").read_bytes())
    write_json(build / "manifest.json", {**facts, "files": [*facts["files"], facts["files"][0]]})
    assert refusal(closed_endpoint, build).found == "it lists a file twice"


@pytest.mark.parametrize(
    "broken",
    [
        {"format": 2},
        {"version": 3},
        {"repo": 3},
        {"files": 3},
        {"checks": None},
        {"files": [3]},
        {"files": [{}]},
        {"files": [{"path": 3, "size": 1, "sha256": ""}]},
    ],
)
def test_manifest_of_another_form_is_refused(build: Path, closed_endpoint: str, broken: dict[str, Any]) -> None:
    facts = json.loads((build / "manifest.json").read_bytes())
    (build / "manifest.json").write_text(json.dumps({**facts, **broken}), encoding="utf-8")
    assert type(refusal(closed_endpoint, build)) is DataError
    (build / "manifest.json").write_text(json.dumps(facts)[:-1], encoding="utf-8")
    assert type(refusal(closed_endpoint, build)) is DataError


LOAD = """
import json
import sys
from datasets import load_dataset
name, revision = sys.argv[1:]
shown = {
    "default": load_dataset(name, revision=revision, split="train")["id"][:],
    "all": load_dataset(name, "all", revision=revision, split="train")["id"][:],
    "streamed": [row["id"] for row in load_dataset(name, revision=revision, split="train", streaming=True)],
    "bodies": [row["body"] for row in load_dataset(name, "all", revision=revision, split="train", streaming=True)],
}
print(json.dumps(shown))
"""


def test_published_release_loads_by_its_tag(hub: Hub, build: Path, tmp_path: Path) -> None:
    send(hub, build)
    newer = make_release(tmp_path / "newer", version="0.2.0", parts=MORE_LETTERS)
    send(hub, newer)
    loaded = run_client(LOAD, client_environment(hub.endpoint, tmp_path / "home"), REPO, "v0.1.0")
    assert loaded.returncode == 0, loaded.stderr
    assert "OUTSIDE" not in loaded.stderr
    shown = json.loads(loaded.stdout)
    assert shown["default"] == shown["streamed"] == list(LETTERS[UNIQUE])
    assert sorted(shown["all"]) == sorted((*LETTERS[UNIQUE], *LETTERS[DUPLICATE]))
    assert 206 in {one["status"] for one in hub.requests(f"GET /datasets/{REPO}/resolve/")}
    assert sorted(shown["bodies"]) == sorted(f"The text of {name}." for name in shown["all"])
