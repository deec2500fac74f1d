"""The routes that change something: create a repository, upload, commit, tag; with the faults that belong to them."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from typing import TYPE_CHECKING, Any

from tests.hub.answers import Answer, AnswerLostError, RefusedError, Request, json_answer
from tests.hub.store import MAIN, Entry, Repo, StaleParentError, TagTakenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.hub.access import Hub

LONGEST_HOLD = 30.0
LFS_FROM_BYTES = 10 * 1024 * 1024


def create_repo(hub: Hub, request: Request, _: Mapping[str, str]) -> Answer:
    asked = request.json()
    account = hub.account(request)
    namespace = asked.get("organization") or (account.name if account else "")
    hub.writer(request, namespace)
    if asked.get("type") != "dataset":
        raise RefusedError(400, "this Hub keeps datasets only")
    name = f"{namespace}/{asked['name']}"
    repo, url = hub.store.repo(name), f"{hub.address}/datasets/{name}"
    with repo.lock:
        if repo.exists():
            raise RefusedError(409, "You already created this dataset repo", more={"url": url})
        repo.create(private=asked.get("visibility") == "private" or bool(asked.get("private")))
    if hub.faults.take("create-answer-lost", name):
        raise AnswerLostError
    return json_answer({"url": url, "name": name, "id": name})


def preupload(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo = hub.writable(request, at["repo"])
    files = hub.commit_at(repo, at["revision"]).files

    def planned(asked: Mapping[str, Any]) -> dict[str, Any]:
        large = asked["size"] > LFS_FROM_BYTES or b"\0" in base64.b64decode(asked["sample"])
        lfs = large or asked["path"].endswith(".parquet")
        known = files.get(asked["path"])
        oid = {"oid": known.sha256 or known.oid} if known else {}
        return {"path": asked["path"], "uploadMode": "lfs" if lfs else "regular", "shouldIgnore": False, **oid}

    return json_answer({"files": [planned(asked) for asked in request.json()["files"]]})


def lfs_batch(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo = hub.writable(request, at["repo"])

    def action(asked: Mapping[str, Any]) -> dict[str, Any]:
        known = {"oid": asked["oid"], "size": asked["size"]}
        if not re.fullmatch(r"[0-9a-f]{64}", asked["oid"]):
            return {**known, "error": {"code": 422, "message": "not a sha256"}}
        if repo.lfs_path(asked["oid"]).is_file():
            return known
        upload = f"{hub.address}/lfs-upload/{repo.name}/{asked['oid']}?signature={hub.signature}"
        verify = f"{hub.address}/lfs-verify/{repo.name}"
        return {**known, "actions": {"upload": {"href": upload}, "verify": {"href": verify}}}

    return json_answer({"transfer": "basic", "objects": [action(asked) for asked in request.json()["objects"]]})


def lfs_upload(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    """Like the Hub's storage: the address is signed, and no token is needed."""
    if request.query.get("signature") != [hub.signature]:
        raise RefusedError(403, "the address is not signed")
    if not hub.store.repo(at["repo"]).add_lfs(at["oid"], request.body):
        raise RefusedError(400, "the content is not what its name says")
    return Answer()


def lfs_verify(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo, asked = hub.writable(request, at["repo"]), request.json()
    entry = repo.lfs_entry(asked["oid"])
    if entry is None or entry.size != asked["size"]:
        raise RefusedError(404, "the object was not uploaded")
    return json_answer({})


def commit(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo = hub.writable(request, at["repo"])
    lines = [json.loads(line) for line in request.body.splitlines() if line.strip()]
    header = next(line["value"] for line in lines if line["key"] == "header")
    if hub.faults.take("hold-commit", repo.name, header["summary"]):
        _wait_for_another(repo)
    with repo.lock:
        _interfere(hub, repo)
        if at["revision"] not in repo.refs().heads:
            raise RefusedError(404, f"Invalid rev id: {at['revision']}", "RevisionNotFound")
        files = dict(hub.commit_at(repo, at["revision"]).files)
        for line in lines:
            _apply(hub, repo, files, line["key"], line["value"])
        try:
            made = repo.commit(
                files,
                branch=at["revision"],
                title=header["summary"],
                message=header.get("description", ""),
                parent=header.get("parentCommit"),
            )
        except StaleParentError:
            raise RefusedError(412, "A commit has happened since. Please refresh and try again.") from None
    hub.faults.take("keep-deleted", repo.name)
    if hub.faults.take("commit-answer-lost", repo.name):
        raise AnswerLostError
    url = f"{hub.address}/datasets/{repo.name}/commit/{made.id}"
    return json_answer({"success": True, "commitOid": made.id, "commitUrl": url, "hookOutput": ""})


def _wait_for_another(repo: Repo) -> None:
    before, end = repo.resolve(MAIN), time.monotonic() + LONGEST_HOLD
    while repo.resolve(MAIN) == before and time.monotonic() < end:
        time.sleep(0.01)


def _interfere(hub: Hub, repo: Repo) -> None:
    """The commit of a colleague, where a fault asks for one."""
    now = hub.commit_at(repo, "main")
    if hub.faults.take("stale-parent", repo.name):
        files = {**now.files, "NOTICE.md": repo.add_blob(b"added by a colleague\n")}
        repo.commit(files, branch="main", title="Add a notice", message="")
    if hub.faults.take("stale-release", repo.name):
        theirs = repo.add_blob(b'{"format": 1, "version": "9.9.9", "files": []}\n')
        repo.commit({**now.files, "manifest.json": theirs}, branch="main", title="Release v9.9.9", message="")


def _apply(hub: Hub, repo: Repo, files: dict[str, Entry], key: str, value: Mapping[str, Any]) -> None:
    path = value.get("path", "")
    if key == "file":
        try:
            files[path] = repo.add_blob(base64.b64decode(value["content"], validate=True))
        except binascii.Error:
            raise RefusedError(400, f"{path}: the content is not base64") from None
    elif key == "lfsFile":
        entry = repo.lfs_entry(value["oid"])
        if entry is None:
            raise RefusedError(400, f"{path}: its LFS object was not uploaded")
        files[path] = entry
    elif key in ("deletedFile", "deletedFolder"):
        gone = [name for name in files if name == path or (key == "deletedFolder" and name.startswith(f"{path}/"))]
        if not gone:
            raise RefusedError(404, "A file with this name doesn't exist", "EntryNotFound")
        for name in gone if not hub.faults.holds("keep-deleted", repo.name) else []:
            del files[name]


def add_tag(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo, asked = hub.writable(request, at["repo"]), request.json()
    try:
        repo.add_tag(asked["tag"], hub.commit_at(repo, at["revision"]))
    except TagTakenError:
        raise RefusedError(409, f"Tag reference exists already: {asked['tag']}") from None
    if hub.faults.take("tag-answer-lost", repo.name):
        raise AnswerLostError
    return json_answer({})
