"""The routes that only read: who am I, repository, refs, history, tree, files."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from tests.hub.answers import Answer, RefusedError, Request, json_answer
from tests.hub.store import Commit, Entry, git_blob_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.hub.access import Hub

SOME_DAY = "2020-01-01T00:00:00.000Z"


def whoami(hub: Hub, request: Request, _: Mapping[str, str]) -> Answer:
    account = hub.account(request)
    if account is None:
        raise RefusedError(401, "Invalid username or password.")
    orgs = [{"type": "org", "name": name} for name in sorted(account.writes - {account.name})]
    return json_answer({"type": "user", "name": account.name, "fullname": account.name, "orgs": orgs, "auth": {}})


def validate_yaml(hub: Hub, request: Request, _: Mapping[str, str]) -> Answer:
    content = request.json()["content"]
    if content.startswith("---") and "\n---" not in content[3:]:
        errors = [{"message": "the metadata has no end"}]
        raise RefusedError(400, "Invalid metadata in README.md", more={"errors": errors, "warnings": []})
    return json_answer({"errors": [], "warnings": []})


def info(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo = hub.readable(request, at["repo"])
    commit = hub.commit_at(repo, at.get("revision") or "main")
    return json_answer(
        {
            "_id": hashlib.sha1(repo.name.encode()).hexdigest()[:24],
            "id": repo.name,
            "author": repo.name.partition("/")[0],
            "sha": commit.id,
            "private": repo.refs().private,
            "gated": False,
            "disabled": False,
            "createdAt": SOME_DAY,
            "lastModified": SOME_DAY,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            "siblings": [{"rfilename": path} for path in sorted(commit.files)],
        }
    )


def refs(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    now = hub.readable(request, at["repo"]).refs()

    def listed(kind: str, names: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"name": n, "ref": f"refs/{kind}/{n}", "targetCommit": names[n]} for n in sorted(names)]

    return json_answer({"branches": listed("heads", now.heads), "tags": listed("tags", now.tags), "converts": []})


def commits(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo = hub.readable(request, at["repo"])
    newest_first = repo.history(hub.commit_at(repo, at["revision"]))
    return json_answer(
        [{"id": c.id, "title": c.title, "message": c.message, "date": SOME_DAY, "authors": []} for c in newest_first]
    )


def _file_info(path: str, entry: Entry, commit: Commit, *, expand: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": "file", "oid": entry.oid, "size": entry.size, "path": path}
    if entry.sha256:
        shown["lfs"] = {"oid": entry.sha256, "size": entry.size, "pointerSize": entry.pointer_size}
    return _expanded(shown, commit) if expand else shown


def _folder_info(path: str, commit: Commit, *, expand: bool) -> dict[str, Any]:
    shown = {"type": "directory", "oid": git_blob_id(path.encode()), "size": 0, "path": path}
    return _expanded(shown, commit) if expand else shown


def _expanded(shown: dict[str, Any], commit: Commit) -> dict[str, Any]:
    scan = {"status": "safe", "avScan": None, "pickleImportScan": None}
    last = {"id": commit.id, "title": commit.title, "date": SOME_DAY}
    return {**shown, "lastCommit": last} | ({"securityFileStatus": scan} if shown["type"] == "file" else {})


def _folders(commit: Commit) -> set[str]:
    return {str(parent) for path in commit.files for parent in PurePosixPath(path).parents} - {"."}


def tree(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo = hub.readable(request, at["repo"])
    commit, below = hub.commit_at(repo, at["revision"]), at.get("path", "").strip("/")
    expand, recursive = (request.query.get(key, ["false"])[0].lower() == "true" for key in ("expand", "recursive"))
    folders = _folders(commit)
    if below and below not in folders:
        raise RefusedError(404, f"{below} does not exist on {at['revision']!r}", "EntryNotFound")
    depth = below.count("/") + 1 if below else 0
    inside = [p for p in sorted({*commit.files, *folders}) if p.startswith(f"{below}/" if below else "")]
    names = [path for path in inside if recursive or path.count("/") == depth]
    start = int(request.query.get("cursor", ["0"])[0])
    shown = [
        _file_info(p, commit.files[p], commit, expand=expand)
        if p in commit.files
        else _folder_info(p, commit, expand=expand)
        for p in names[start : start + hub.page_size]
    ]
    end = start + hub.page_size
    query = urlencode({**{key: values[0] for key, values in request.query.items()}, "cursor": end})
    more = {"Link": f'<{hub.address}{request.path}?{query}>; rel="next"'} if end < len(names) else {}
    return json_answer(shown, headers=more)


def paths_info(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo = hub.readable(request, at["repo"])
    commit = hub.commit_at(repo, at["revision"])
    if "json" in request.headers.get("content-type", ""):
        asked = request.json()
        paths, expand = asked["paths"], bool(asked.get("expand"))
    else:
        form = parse_qs(request.body.decode())
        paths, expand = form.get("paths", []), form.get("expand", ["false"])[0].lower() == "true"
    folders = _folders(commit)
    files = [_file_info(p, commit.files[p], commit, expand=expand) for p in paths if p in commit.files]
    return json_answer(files + [_folder_info(p, commit, expand=expand) for p in paths if p in folders])


def resolve(hub: Hub, request: Request, at: Mapping[str, str]) -> Answer:
    repo = hub.readable(request, at["repo"])
    commit = hub.commit_at(repo, at["revision"])
    entry = commit.files.get(at["path"])
    if entry is None:
        raise RefusedError(404, "Entry not found", "EntryNotFound")
    content = repo.read(entry)
    if content and hub.faults.holds("corrupt-lfs" if entry.sha256 else "corrupt-regular", repo.name):
        content = bytes([content[0] ^ 1]) + content[1:]
    etag = f'"{entry.sha256 or entry.oid}"'
    headers = {"ETag": etag, "X-Repo-Commit": commit.id, "Accept-Ranges": "bytes"}
    if entry.sha256:
        headers |= {"X-Linked-Etag": etag, "X-Linked-Size": str(entry.size)}
    return _ranged(content, request.headers.get("range"), headers)


def _ranged(content: bytes, asked: str | None, headers: dict[str, str]) -> Answer:
    headers["Content-Type"] = "application/octet-stream"
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked or "")
    if match is None or match.groups() == ("", ""):
        return Answer(body=content, headers=headers)
    first, last = match.groups()
    start = int(first) if first else max(0, len(content) - int(last))
    end = min(int(last), len(content) - 1) if first and last else len(content) - 1
    if start > end:
        return Answer(status=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
    return Answer(status=206, body=content[start : end + 1], headers=headers)
