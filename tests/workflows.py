"""Run a GitHub workflow here, as far as that is possible: its jobs in order, its steps by bash, in clean folders.

What the file says is what runs: `run` steps as GitHub's runner starts them (`bash -e -o pipefail`), with their
environment, summary, output and conditions. Actions of others are stood in for by what they do to the folder: checkout
copies the repository, artifacts are kept and brought back, Python is the one that runs the tests.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Job:
    """What came of a job: `ran` is False where its condition did not hold, `steps` maps names to exit codes."""

    ran: bool = True
    steps: dict[str, int] = field(default_factory=dict)
    output: str = ""
    summary: str = ""

    @property
    def passed(self) -> bool:
        return self.ran and not any(self.steps.values())


@dataclass
class Runner:
    """Runs the workflow of a repository below `home`; `ref` is what was pushed, like `refs/tags/v1.0.0`.

    `secrets` are variables that the service gives to jobs that may ask for an identity (`id-token: write`).
    """

    repository: Path
    home: Path
    ref: str
    event: str = "push"
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    def run(self, path: Path) -> dict[str, Job]:
        """Run all jobs of a workflow file, each after those that it needs; a job whose needs failed does not run."""
        workflow = yaml.safe_load(path.read_text("utf-8"))
        waiting: dict[str, Any] = dict(workflow["jobs"])
        done: dict[str, Job] = {}
        while waiting:
            name = next(name for name, job in waiting.items() if set(_names(job.get("needs"))) <= set(done))
            job = waiting.pop(name)
            met = all(done[other].passed for other in _names(job.get("needs")))
            wanted = met and self._holds(job.get("if", "true"), failed=False)
            done[name] = self._job(name, job, workflow) if wanted else Job(ran=False)
        return done

    def _job(self, name: str, job: Mapping[str, Any], workflow: Mapping[str, Any]) -> Job:
        folder, made = self.home / name, Job()
        folder.mkdir()
        permissions = job.get("permissions", workflow.get("permissions", {}))
        secrets = self.secrets if permissions.get("id-token") == "write" else {}
        environment = {**self.variables, **secrets, **workflow.get("env", {}), **job.get("env", {})}
        for number, step in enumerate(job["steps"]):
            failed = any(made.steps.values())
            if not self._holds(step.get("if", "success()"), failed=failed):
                continue
            title = step.get("name", step.get("uses", f"step {number}"))
            if "uses" in step:
                made.steps[title] = self._action(step, folder)
            else:
                made.steps[title] = self._shell(step["run"], folder, {**environment, **step.get("env", {})}, made)
        return made

    def _shell(self, script: str, folder: Path, environment: Mapping[str, str], job: Job) -> int:
        summary, written = folder.with_suffix(".summary"), folder.with_suffix(".output")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING", "GITHUB_"))}
        binaries = Path(sys.executable).parent
        given = {
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REF": self.ref,
            "GITHUB_REF_NAME": self.ref.rpartition("/")[2],
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_OUTPUT": str(written),
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        result = subprocess.run(
            command, cwd=folder, env={**kept, **given, **environment}, capture_output=True, text=True, timeout=300
        )
        job.output += result.stdout + result.stderr
        job.summary = summary.read_text("utf-8") if summary.exists() else ""
        return result.returncode

    def _action(self, step: Mapping[str, Any], folder: Path) -> int:
        actions: dict[str, Callable[[Mapping[str, Any], Path], int]] = {
            "actions/checkout": self._checkout,
            "actions/setup-python": self._python,
            "actions/upload-artifact": self._keep,
            "actions/download-artifact": self._bring,
        }
        return actions[step["uses"].partition("@")[0]](step.get("with", {}), folder)

    def _checkout(self, given: Mapping[str, Any], folder: Path) -> int:
        shutil.copytree(self.repository, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
        return 0

    def _python(self, given: Mapping[str, Any], folder: Path) -> int:
        return int(given["python-version"] != f"{sys.version_info.major}.{sys.version_info.minor}")

    def _keep(self, given: Mapping[str, Any], folder: Path) -> int:
        source, kept = folder / given["path"], self.home / "artifacts" / given["name"]
        if not source.exists():
            return int(given.get("if-no-files-found") == "error")
        kept.mkdir(parents=True)
        if source.is_dir():
            shutil.copytree(source, kept, dirs_exist_ok=True)
        else:
            shutil.copy(source, kept)
        return 0

    def _bring(self, given: Mapping[str, Any], folder: Path) -> int:
        shutil.copytree(self.home / "artifacts" / given["name"], folder / given["path"])
        return 0

    def _holds(self, condition: str, *, failed: bool) -> bool:
        """Whether a condition holds; those that our workflow uses, and no other."""
        match = _EXPRESSION.fullmatch(condition)
        expression = match[1] if match else condition
        known: dict[str, bool] = {
            "true": True,
            "success()": not failed,
            "!cancelled()": True,
            "startsWith(github.ref, 'refs/tags/v')": self.ref.startswith("refs/tags/v") and not failed,
        }
        return known[expression]


def _names(given: str | list[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else given or []
