# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the jobs of GitHub Actions workflows and GitLab CI pipelines as shell, as far as the examples use these services.

Each job runs in a clone of its own, with the variables that the file defines, and gets artifacts of earlier jobs.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

#: The programs that need a registry or the service, which are replaced by one that records its arguments.
STAND_INS = ("pip", "ansible-galaxy", "gh", "curl")

_STAND_IN = """#!/bin/sh
{ printf '%s' "${0##*/}"; for argument in "$@"; do printf '\\t%s' "$argument"; done; echo; } >>"$STAND_IN_LOG"
"""

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_VARIABLE = re.compile(r"\$(\w+)")


@dataclass
class JobRun:
    """A job that ran.

    Attributes:
        name: The name, with the values of the matrix.
        folder: Its clone of the repository.
        output: What all its commands printed.
        failed: The name or the text of the command that failed; empty if none did.
    """

    name: str
    folder: Path
    output: str = ""
    failed: str = ""
    uses: list[dict[str, Any]] = field(default_factory=list)


class Runner:
    """Runs jobs.

    Args:
        folder: An empty folder for the clones and artifacts.
        repository: The repository, a folder with a work tree.
        collections: The folder with the collection.
        variables: The variables that the service and its secret store set, for each environment.
    """

    def __init__(self, folder: Path, repository: Path, collections: Path, variables: dict[str, dict[str, str]]) -> None:
        self.folder = folder
        self.log = folder / "stand_ins.log"
        self._repository = repository
        self._collections = collections
        self._variables = variables
        self._number = itertools.count(1)
        programs = folder / "bin"
        programs.mkdir(parents=True)
        for name in STAND_INS:
            path = programs / name
            path.write_text(_STAND_IN, encoding="utf-8")
            path.chmod(0o755)
        self._path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])

    def start(self, name: str, ref: str) -> JobRun:
        """Return a job in a new clone."""
        folder = self.folder / f"{next(self._number)}-{name.replace(' ', '-')}"
        git(self.folder, "clone", "--quiet", str(self._repository), str(folder))
        git(folder, "checkout", "--quiet", "--detach", f"origin/{ref}")
        return JobRun(name, folder)

    def shell(self, job: JobRun, title: str, script: str, variables: dict[str, str]) -> None:
        """Run a script as part of a job."""
        summary = self.folder / f"{job.folder.name}.md"
        process = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=job.folder,
            env={
                "PATH": self._path,
                "HOME": str(self.folder),
                "LC_ALL": "C.UTF-8",
                "XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"],
                "ANSIBLE_COLLECTIONS_PATH": str(self._collections),
                "ANSIBLE_NOCOLOR": "1",
                "STAND_IN_LOG": str(self.log),
                "GITHUB_STEP_SUMMARY": str(summary),
                **self._variables[variables.get("ENVIRONMENT", "")],
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        job.output += process.stdout
        if process.returncode:
            job.failed = job.failed or title

    def store(self, job: JobRun, name: str, paths: list[str]) -> None:
        """Store files of a job as an artifact."""
        for path in paths:
            source = job.folder / path
            if source.exists():
                shutil.copytree(source, self.folder / "artifacts" / name / path, dirs_exist_ok=True)

    def load(self, job: JobRun, name: str) -> None:
        """Copy an artifact to the folder of a job."""
        source = self.folder / "artifacts" / name
        if source.exists():
            shutil.copytree(source, job.folder, dirs_exist_ok=True)

    def calls(self, program: str) -> list[list[str]]:
        """Return the arguments with which a program was called, and forget them."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        found = [line.split("\t") for line in lines]
        rest = [line for line, call in zip(lines, found, strict=True) if call[0] != program]
        self.log.write_text("".join(f"{line}\n" for line in rest), encoding="utf-8")
        return [call[1:] for call in found if call[0] == program]


def git(folder: Path, *arguments: str) -> str:
    """Run git with an identity of its own, and return its output."""
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


# GitHub Actions


def run_workflow(runner: Runner, folder: Path, name: str, context: dict[str, str], ref: str) -> list[JobRun]:
    """Run a workflow and those that it calls, and return the jobs that ran. Jobs that need a failed one are left out.

    Args:
        runner: Runs the jobs.
        folder: The folder with the workflows.
        name: The name of the file.
        context: The values of expressions, such as ``github.base_ref``.
        ref: The branch.
    """
    runs: list[JobRun] = []
    failed: set[str] = set()
    for job_name, job in load_yaml(folder / name)["jobs"].items():
        needed = job.get("needs", [])
        if failed & set([needed] if isinstance(needed, str) else needed) or not _is_met(job.get("if", ""), context):
            failed.add(job_name)
            continue
        if "uses" in job:
            inputs = {f"inputs.{key}": _evaluated(value, context) for key, value in job.get("with", {}).items()}
            done = run_workflow(runner, folder, Path(job["uses"]).name, {**context, **inputs}, ref)
        else:
            matrix = job.get("strategy", {}).get("matrix", {})
            done = [_run_job(runner, job_name, job, {**context, **values}, ref) for values in _combinations(matrix)]
        runs += done
        if any(run.failed for run in done):
            failed.add(job_name)
    return runs


def _run_job(runner: Runner, name: str, job: dict[str, Any], context: dict[str, str], ref: str) -> JobRun:
    variables = {key: _evaluated(value, context) for key, value in job.get("env", {}).items()}
    run = runner.start(" ".join([name, variables["ENVIRONMENT"]]), ref)
    for step in job["steps"]:
        condition = step.get("if", "")
        if run.failed and condition != "${{ always() }}":
            continue
        options = {key: _evaluated(value, context) for key, value in step.get("with", {}).items()}
        action = step.get("uses", "").partition("@")[0]
        if "run" in step:
            more = {key: _evaluated(value, context) for key, value in step.get("env", {}).items()}
            runner.shell(run, step["name"], step["run"], {**variables, **more})
        elif action == "actions/upload-artifact":
            runner.store(run, options["name"], [options["path"]])
        elif action == "actions/download-artifact":
            runner.load(run, options["name"])
        run.uses.append({"uses": action, "with": options})
    return run


def _evaluated(value: Any, context: dict[str, str]) -> str:
    return _EXPRESSION.sub(lambda found: context[found[1]], str(value))


def _is_met(condition: str, context: dict[str, str]) -> bool:
    found = _EXPRESSION.fullmatch(condition)
    if found is None:
        return True
    left, right = found[1].split(" == ")
    return context[left] == context[right]


def _combinations(matrix: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    for values in itertools.product(*matrix.values()):
        yield {f"matrix.{key}": value for key, value in zip(matrix, values, strict=True)}


# GitLab CI


def run_pipeline(runner: Runner, file: Path, variables: dict[str, str], ref: str) -> list[JobRun]:
    """Run the jobs of a GitLab CI pipeline whose rules are met, and return them.

    Args:
        runner: Runs the jobs.
        file: The file of the pipeline.
        variables: The predefined variables.
        ref: The branch.
    """
    content = load_yaml(file)
    jobs = {
        name: _extended(content, name)
        for name, job in content.items()
        if isinstance(job, dict) and "stage" in job and not name.startswith(".")
    }
    runs: list[JobRun] = []
    for stage in content["stages"]:
        for name, job in jobs.items():
            if job["stage"] == stage and any(_applies(rule["if"], variables) for rule in job["rules"]):
                if any(run.failed for run in runs if run.name.split(" ")[0] != name):
                    continue
                for values in _gitlab_matrix(job):
                    members = {**variables, **job.get("variables", {}), **values}
                    runs.append(_run_gitlab_job(runner, name, job, content["default"], members, ref))
    return runs


def _run_gitlab_job(
    runner: Runner, name: str, job: dict[str, Any], default: dict[str, Any], variables: dict[str, str], ref: str
) -> JobRun:
    run = runner.start(f"{name} {variables['ENVIRONMENT']}", ref)
    for needed in job.get("needs", []):
        runner.load(run, needed)
    runner.shell(run, "script", "\n".join([*default["before_script"], *job["script"]]), variables)
    artifacts = job.get("artifacts", {})
    if not run.failed or artifacts.get("when") == "always":
        runner.store(run, name, artifacts.get("paths", []))
    return run


def _extended(content: dict[str, Any], name: str) -> dict[str, Any]:
    job = content[name]
    return {**_extended(content, job["extends"]), **job} if "extends" in job else job


def _gitlab_matrix(job: dict[str, Any]) -> list[dict[str, str]]:
    entries = job.get("parallel", {}).get("matrix", [{}])
    return [dict(zip(entry, values, strict=True)) for entry in entries for values in itertools.product(*entry.values())]


def _applies(rule: str, variables: dict[str, str]) -> bool:
    """Return whether the condition of a rule is met: comparisons with ``==`` and ``!=``, joined by ``&&``."""
    results = []
    for comparison in rule.split(" && "):
        left, operator, right = comparison.split(" ")
        sides = [_VARIABLE.sub(lambda found: variables.get(found[1], ""), side).strip('"') for side in (left, right)]
        results.append((sides[0] == sides[1]) == (operator == "=="))
    return all(results)


def load_yaml(path: Path) -> dict[str, Any]:
    """Return the content of a YAML file."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
