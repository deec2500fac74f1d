"""The workflow that `corpus init --ci github` writes does what it says: run here, against a Hub that is a server."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus import cli
from corpus.release.manifest import tool_version
from tests.conftest import ARTICLE_TEXT, ROOT, write_files
from tests.hub.fixtures import Hub, running_hub
from tests.hub.identity import RUN_TOKEN
from tests.workflows import Job, Runner

REPO = "org/papers"
SETTINGS = f'name = "papers"\nversion = "1.0.0"\nrepo = "{REPO}"\ninput = "raw"\nlicense = "cc0-1.0"\n'


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with a project in a folder of its own."""
    files: dict[str, str | bytes] = {
        ".git/HEAD": "ref: refs/heads/main\n",
        "my papers/corpus.toml": SETTINGS,
        **{
            f"my papers/raw/{number}.txt": f"Bridge {number}\n\n" + ARTICLE_TEXT.format(month="May", count=number)
            for number in range(3)
        },
    }
    return write_files(tmp_path / "repository", files)


def init(project: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["corpus", "init", "--ci", "github", "--project", str(project), *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


class Damaging(Runner):
    """What goes from job to job is damaged on the way."""

    def _bring(self, given: Mapping[str, Any], folder: Path) -> int:
        code = super()._bring(given, folder)
        data = next((folder / given["path"]).rglob("*.parquet"))
        data.write_bytes(data.read_bytes()[:-1] + b"?")
        return code


def run(repository: Path, home: Path, hub: Hub, ref: str, kind: type[Runner] = Runner) -> dict[str, Job]:
    home.mkdir()
    identity = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{hub.endpoint}/identity",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": RUN_TOKEN,
    }
    given = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(home / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1"}
    runner = kind(repository=repository, home=home, ref=ref, variables=given, secrets=identity)
    return runner.run(repository / ".github" / "workflows" / "corpus.yml")


def test_a_change_is_built_and_checked_and_a_tag_published_without_a_token(
    repository: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert init(repository / "my papers", monkeypatch) == 0
    change = run(repository, tmp_path / "change", hub, "refs/heads/main")
    assert change["build"].passed, change["build"].output
    assert not change["publish"].ran
    assert change["build"].summary.startswith("## ✅ papers 1.0.0")
    assert hub.writes() == []

    tag = run(repository, tmp_path / "tag", hub, "refs/tags/v1.0.0")
    assert tag["build"].passed
    assert tag["publish"].passed, tag["publish"].output
    assert "HF_TOKEN" not in (repository / ".github" / "workflows" / "corpus.yml").read_text("utf-8")
    assert (tmp_path / "tag" / "artifacts" / "provenance" / "release.intoto.json").is_file()
    assert f"{REPO}@v1.0.0" in tag["publish"].output

    again = run(repository, tmp_path / "again", hub, "refs/tags/v1.0.0")
    assert again["publish"].passed, again["publish"].output

    write_files(repository / "my papers" / "raw", {"new.txt": "Ferry\n\n" + ARTICLE_TEXT.format(month="June", count=9)})
    later = run(repository, tmp_path / "later", hub, "refs/heads/main")["build"]
    assert "## What has changed since version 1.0.0" in later.summary
    assert "new.txt" in later.summary
    assert "| the corpus has enough rows | at least 1 | 3 | 4 |" in later.summary


def test_a_tag_of_another_version_publishes_nothing(
    repository: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(repository / "my papers", monkeypatch)
    before = hub.writes()
    tag = run(repository, tmp_path / "tag", hub, "refs/tags/v9.9.9")
    assert tag["publish"].steps["Publish"] == 2
    assert "v9.9.9" in tag["publish"].output
    assert hub.writes() == before


def test_a_release_that_is_not_what_was_built_is_not_published(
    repository: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(repository / "my papers", monkeypatch)
    before = hub.writes()
    tag = run(repository, tmp_path / "tag", hub, "refs/tags/v1.0.0", Damaging)
    assert tag["build"].passed
    assert tag["publish"].steps["Publish"] == 1
    assert ".parquet" in tag["publish"].output
    assert hub.writes() == before


def test_every_job_installs_the_version_that_wrote_the_workflow(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(repository / "my papers", monkeypatch)
    written = yaml.safe_load((repository / ".github" / "workflows" / "corpus.yml").read_text("utf-8"))
    for job in written["jobs"].values():
        [install] = [step["run"] for step in job["steps"] if "pip install" in step.get("run", "")]
        assert install.endswith(f'"corpus-packager[html,warc]=={tool_version()}"')


def test_a_failed_check_is_told_and_stops_everything(
    repository: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(repository / "my papers", monkeypatch)
    settings = repository / "my papers" / "corpus.toml"
    settings.write_text(SETTINGS + "[checks]\nmin_rows = 1000\n", encoding="utf-8")
    before = hub.writes()
    tag = run(repository, tmp_path / "tag", hub, "refs/tags/v1.0.0")
    assert {name: code for name, code in tag["build"].steps.items() if code} == {"Build": 1, "Check": 1}
    assert "::error file=my papers/corpus.toml,line=1," in tag["build"].output
    assert tag["build"].summary.startswith("## ❌ papers 1.0.0")
    assert not tag["publish"].ran
    assert hub.writes() == before


def test_without_a_repository_on_the_hub_nothing_is_published(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = repository / "my papers"
    (project / "corpus.toml").write_text('name = "papers"\ninput = "raw"\n', encoding="utf-8")
    assert init(project, monkeypatch) == 0
    assert "with repo in corpus.toml" in capsys.readouterr().out
    written = yaml.safe_load((repository / ".github" / "workflows" / "corpus.yml").read_text("utf-8"))
    assert list(written["jobs"]) == ["build"]
    assert init(project, monkeypatch) == 2
    (project / "corpus.toml").write_text(SETTINGS, encoding="utf-8")
    assert init(project, monkeypatch, "--force") == 0


def test_without_a_project_there_is_nothing_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert init(tmp_path, monkeypatch) == 2
    assert list(tmp_path.iterdir()) == []


def test_our_own_action_and_hook_name_commands_that_exist() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    scripts = "\n".join(step["run"] for step in action["runs"]["steps"])
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    entries = [hook["entry"] for hook in hooks]
    for line in [*re.findall(r"^\s*(corpus .*)$", scripts, re.MULTILINE), *entries]:
        command = cli.cli.commands[line.split()[1]]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in line.split() if word.startswith("-")} <= options
    # What a user types never becomes part of a script: it comes in through the environment.
    assert "${{" not in scripts
