"""A release in a store: whole or not at all whatever stops its upload, and read back from there by every command."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import corpus
from corpus.errors import CorpusError, OutsideError, UsageError
from corpus.io import addresses
from corpus.io.addresses import Address
from corpus.io.placing import check_place, failed_at, place_release, remove_failed, staging_at
from corpus.io.stores import Store
from tests.conftest import ARTICLE_TEXT, Release, Run, build_release, write_files
from tests.s3.server import SECRET, refusing
from tests.servers import free_port
from tests.test_determinism import folder_digest

OLD = {f"{number}.txt": ARTICLE_TEXT.format(month=f"month {number}", count=number) for number in range(6)}
NEW: dict[str, str | bytes] = {
    f"n{number}.txt": f"Number {number} of the year. {text}" for number, text in enumerate(OLD.values())
}
SMALL: dict[str, str | bytes] = {"one.txt": OLD["1.txt"]}
"""It has no second file of rows: that of the release before must go."""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    folder = tmp_path_factory.mktemp("releases")
    sets: dict[str, dict[str, str | bytes]] = {"old": dict(OLD), "new": NEW, "small": SMALL}
    return {
        name: build_release(write_files(folder / f"raw-{name}", files), folder / name) for name, files in sets.items()
    }


@pytest.fixture(autouse=True)
def _forget_connections() -> Iterator[None]:
    """Each test has a server, or an environment, of its own."""
    addresses.connected.cache_clear()
    yield
    addresses.connected.cache_clear()


def there(address: Address) -> dict[str, bytes]:
    store = Store(address=address)
    return {path: store.read(entry) for path, entry in store.objects().items()}


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(release: Release, address: Address) -> int:
    return place_release(release.path, address)


def test_a_release_goes_to_a_bucket_and_follows_its_input(s3: Any, run: Run, tmp_path: Path) -> None:
    bucket = s3("followed", {})
    raw, place, local = write_files(tmp_path / "raw", dict(OLD)), f"s3://{bucket}/sets/mine", tmp_path / "build"
    command = ("build", str(raw), "-o", place, "--local", str(local), "-j", "2")
    code, out, err = run(*command)
    assert code == 0, err
    assert f"data      {place}/data" in out
    assert there(Address(place)) == content(local)
    assert there(Address(f"s3://{bucket}")).keys() == {f"sets/mine/{name}" for name in content(local)}
    code, _, err = run(*command)
    assert (code, "all of it is there already" in err) == (0, True)
    for path in raw.glob("[2-5].txt"):
        path.unlink()
    code, _, err = run(*command)
    assert code == 0, err
    assert there(Address(place)) == content(local)


def test_only_what_differs_is_sent(s3: Any, releases: dict[str, Release]) -> None:
    address = Address(f"s3://{s3('sent', {})}/set")
    files = len(releases["old"].build.manifest.files)
    assert put(releases["old"], address) == files
    assert put(releases["old"], address) == 0
    same = {entry for entry in releases["old"].build.manifest.files if entry in releases["new"].build.manifest.files}
    assert put(releases["new"], address) == files - len(same)
    assert there(address) == content(releases["new"].path)


def test_what_a_stopped_upload_has_sent_is_not_sent_again(s3: Any, releases: dict[str, Release]) -> None:
    address = Address(f"s3://{s3('waiting', {})}/set")
    files = {entry.path: entry for entry in releases["old"].build.manifest.files}
    for name, cut in {"README.md": 0, "checks.json": 1}.items():
        data = (releases["old"].path / name).read_bytes()
        Store(address=staging_at(address)).put(data[: len(data) - cut], files[name].sha256)
    assert put(releases["old"], address) == len(files) - 1
    assert there(address) == content(releases["old"].path)


@pytest.mark.parametrize("then", ["new", "small"])
def test_a_stopped_upload_leaves_one_release_or_none_and_is_finished(
    s3: Any, s3_endpoint: str, releases: dict[str, Release], monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    """Refused at every request that writes; at each the manifest there is that of the files beside it."""
    old, new = content(releases["old"].path), content(releases["new"].path)
    seen = set()
    for after in range(100):
        address = Address(f"s3://{s3(f'stopped-{then}-{after}', {})}/set")
        put(releases["old"], address)
        with refusing(s3_endpoint, after) as (proxy, _):
            monkeypatch.setenv("AWS_ENDPOINT_URL", proxy)
            addresses.connected.cache_clear()
            try:
                put(releases["new"], address)
                whole = True
            except OutsideError:
                whole = False
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
        addresses.connected.cache_clear()
        found = there(address)
        state = "old" if found == old else "new" if found == new else "none"
        assert state != "none" or "manifest.json" not in found
        seen.add(state)
        put(releases[then], address)
        assert there(address) == content(releases[then].path)
        assert there(staging_at(address)) == {}
        if whole:
            break
    assert whole
    assert seen == {"old", "none", "new"}


def test_a_failed_check_leaves_the_release_at_the_address(s3: Any, run: Run, tmp_path: Path) -> None:
    bucket = s3("failing", {})
    raw, place, local = write_files(tmp_path / "raw", dict(OLD)), f"s3://{bucket}/set", tmp_path / "build"
    command = ("build", str(tmp_path), "-o", place, "--local", str(local), "-q")
    settings = write_files(tmp_path, {"corpus.toml": 'input = "raw"\n'}) / "corpus.toml"
    assert run(*command)[0] == 0
    before = there(Address(place))
    settings.write_text('input = "raw"\n[checks]\nmin_rows = 1000\n')
    code, out, _ = run(*command)
    assert (code, f"{place}.failed/data" in out) == (1, True)
    assert there(Address(place)) == before
    assert there(failed_at(Address(place))) == content(tmp_path / "build.failed")
    settings.write_text('input = "raw"\n')
    (raw / "one more.txt").write_text(str(NEW["n1.txt"]))
    assert run(*command)[0] == 0
    assert there(failed_at(Address(place))) == {}
    assert there(Address(place)) == content(local)


def test_every_command_reads_a_release_at_an_address(s3: Any, run: Run, releases: dict[str, Release]) -> None:
    bucket = s3("read", {})
    address, other = Address(f"s3://{bucket}/old"), Address(f"s3://{bucket}/new")
    put(releases["old"], address)
    put(releases["new"], other)
    assert run("verify", address.url)[:2] == (0, f"{address} is what its manifest says\n")
    code, out, _ = run("check", address.url)
    assert (code, out) == (0, "all 69 data checks passed\n")
    for command in ("show", "explain"):
        assert run(command, "1.txt", "--build", address.url) == run(
            command, "1.txt", "--build", str(releases["old"].path)
        )
    code, out, _ = run("diff", address.url, other.url, "--format", "json")
    local = run("diff", str(releases["old"].path), str(releases["new"].path), "--format", "json")
    assert code == 0
    assert json.loads(out)["rows"] == json.loads(local[1])["rows"]
    code, _, err = run("verify", f"s3://{bucket}/nothing")
    assert (code, err.splitlines()[0]) == (1, "error: no release stands at this address")


def test_what_was_changed_in_the_store_is_noticed(s3: Any, run: Run, releases: dict[str, Release]) -> None:
    address = Address(f"s3://{s3('changed', {})}/old")
    put(releases["old"], address)
    store = Store(address=address)
    store.put(b"more", "data/train/strange.parquet")
    code, out, _ = run("verify", address.url)
    assert (code, out.splitlines()[0]) == (1, "data/train/strange.parquet: not in the manifest")
    store.remove("data/train/strange.parquet")
    card = store.read(store.objects()["README.md"])
    store.put(card[:-1] + b"?", "README.md")
    code, out, _ = run("verify", address.url)
    assert (code, "README.md in the store is not what the manifest says" in out) == (1, True)
    store.remove("README.md")
    code, out, _ = run("verify", address.url)
    assert (code, "README.md is missing in the store" in out) == (1, True)
    assert put(releases["old"], address) == 1
    assert run("verify", address.url)[0] == 0


def test_groups_keep_their_names_after_a_release_at_an_address(
    s3: Any, run: Run, releases: dict[str, Release], tmp_path: Path
) -> None:
    address = Address(f"s3://{s3('previous', {})}/v1")
    put(releases["old"], address)
    write_files(tmp_path, {"corpus.toml": f'input = "raw"\n[release]\nprevious = "{address.url}"\n'})
    raw = write_files(tmp_path / "raw", dict(OLD))
    (raw / "0.txt").rename(raw / "z.txt")
    code, _, err = run("build", str(tmp_path), "-o", str(tmp_path / "build"), "-q")
    assert code == 0, err
    manifest = json.loads((tmp_path / "build" / "manifest.json").read_bytes())
    assert manifest["previous"]["content_digest"] == releases["old"].build.manifest.content_digest
    code, _, err = run("build", str(tmp_path), "-o", address.url, "-q")
    assert (code, err.splitlines()[0]) == (2, "error: the build would replace the release that it follows")


def test_what_is_no_release_is_never_replaced(s3: Any, releases: dict[str, Release], tmp_path: Path) -> None:
    bucket = s3("foreign", {"mine/notes.txt": "notes", "near/a.txt": "a", "broken/manifest.json": "{}"})
    for name, found in {"mine": "notes.txt", "broken": "the manifest is broken"}.items():
        address = Address(f"s3://{bucket}/{name}")
        for refused in (lambda place: check_place(place, tmp_path), lambda place: put(releases["old"], place)):
            with pytest.raises(UsageError, match="something else stands at the output address") as caught:
                refused(address)
            assert caught.value.found == found
    put(releases["old"], Address(f"s3://{bucket}/set"))
    Store(address=Address(f"s3://{bucket}/set")).put(b"a", "data/train/own.txt")
    with pytest.raises(UsageError, match="something else"):
        put(releases["new"], Address(f"s3://{bucket}/set"))
    for source in ("near", "near/", "near/set/raw"):
        with pytest.raises(UsageError, match="input and output lie in one another"):
            check_place(Address(f"s3://{bucket}/near/set"), Address(f"s3://{bucket}/{source}"))
    check_place(Address(f"s3://{bucket}/nearby"), Address(f"s3://{bucket}/near"))
    for text in (f"s3://{bucket}", f"s3://{bucket}/", "zip://a::s3://bucket/b.zip", "https://host/a?key=1"):
        with pytest.raises(UsageError, match="needs a plain name"):
            check_place(Address(text), tmp_path)


def test_what_is_wrong_with_a_store_is_told_before_the_work(
    s3: Any, s3_endpoint: str, run: Run, tmp_path: Path
) -> None:
    bucket = s3("refused", {})
    raw = write_files(tmp_path / "raw", dict(OLD))

    def complaint(place: str) -> tuple[int, str]:
        addresses.connected.cache_clear()
        code, _, err = run("build", str(raw), "-o", place, "--local", str(tmp_path / "build"))
        assert SECRET not in err
        assert not (tmp_path / "build").exists()
        return code, err.splitlines()[0]

    assert complaint("s3://no-such-bucket/set") == (3, "error: there is no such place to write to")
    with refusing(s3_endpoint, 0) as (proxy, _):
        os.environ["AWS_ENDPOINT_URL"] = proxy
        assert complaint(f"s3://{bucket}/set") == (3, "error: the store denies access")
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{free_port()}"
    assert complaint(f"s3://{bucket}/set") == (3, "error: the store does not answer")
    code, _, err = run("build", str(raw), "-o", str(tmp_path / "build"), "--local", str(tmp_path))
    assert (code, "--local is for a release that goes to an address" in err) == (2, True)


def test_a_release_that_changes_while_it_is_sent(s3: Any, releases: dict[str, Release], tmp_path: Path) -> None:
    address = Address(f"s3://{s3('unsteady', {})}/set")
    made = build_release(write_files(tmp_path / "raw", dict(OLD)), tmp_path / "build")
    (made.path / "README.md").write_bytes(b"another")
    with pytest.raises(OutsideError, match="changed while it was sent"):
        put(made, address)
    assert there(address) == {}
    assert put(releases["old"], address)
    assert there(address) == content(releases["old"].path)


def test_any_store_that_fsspec_knows(releases: dict[str, Release], tmp_path: Path) -> None:
    import fsspec

    address = Address("memory://bucket/deep/set")
    try:
        check_place(address, tmp_path)
        for name in ("old", "new", "small"):
            put(releases[name], address)
            assert there(address) == content(releases[name].path)
        put(releases["old"], failed_at(address))
        remove_failed(address)
        assert there(failed_at(address)) == {}
        assert there(address) == content(releases["small"].path)
    finally:
        fsspec.filesystem("memory").rm("/bucket", recursive=True)
    with pytest.raises(CorpusError) as caught:
        check_place(Address("github://org:name@main/set"), tmp_path)
    assert caught.value.exit_code in (2, 3)


def test_from_python(releases: dict[str, Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec

    monkeypatch.chdir(tmp_path)
    raw = write_files(tmp_path / "raw", dict(OLD))
    try:
        made = corpus.build(raw, out="memory://bucket/set")
        assert (made.address, made.path) == ("memory://bucket/set", Path("build"))
        assert there(Address("memory://bucket/set")) == content(releases["old"].path)
    finally:
        fsspec.filesystem("memory").rm("/bucket", recursive=True)


def test_a_file_address_is_a_folder(run: Run, releases: dict[str, Release], tmp_path: Path) -> None:
    raw = write_files(tmp_path / "raw", dict(OLD))
    code, _, err = run("build", str(raw), "-o", f"file://{tmp_path}/build", "-q")
    assert code == 0, err
    assert folder_digest(tmp_path / "build") == folder_digest(releases["old"].path)
