# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The pipelines in examples/gitops: their form, and all their commands in order against emulators of two accounts."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT
from .pipelines import JobRun, Runner, git, load_yaml, run_pipeline, run_workflow

EXAMPLE = ROOT / "examples/gitops"
WORKFLOWS = sorted((EXAMPLE / ".github/workflows").glob("*.yml"))
GITLAB = EXAMPLE / ".gitlab-ci.yml"
ENVIRONMENTS = ("staging", "production")

INSTALLATION = ["pip install -r requirements.txt", "ansible-galaxy collection install -r requirements.yml"]

#: What GitHub knows about a pull request.
PULL_REQUEST = {
    "github.base_ref": "main",
    "github.event.pull_request.number": "7",
    "github.event.pull_request.head.repo.full_name": "example/lamps",
    "github.repository": "example/lamps",
    "github.token": "token-of-the-run",
}

SECRETS = {f"secrets.{name}": "emulator" for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")}

#: What GitLab defines, and what its settings contain.
GITLAB_VARIABLES = {
    "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
    "CI_DEFAULT_BRANCH": "main",
    "CI_PROJECT_ID": "42",
    "GITLAB_TOKEN": "token-of-the-project",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "emulator",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "emulator",
}
MERGE_REQUEST = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
}

TOPIC = "topics:\n  - {product: street_light, short_name: user/alarm, operation: sub, description: alarms}\n"


@pytest.fixture
def repository(tmp_path) -> Path:
    """Return a repository with the example on the branch main, and with a new topic on the branch change."""
    folder = tmp_path / "repository"
    shutil.copytree(EXAMPLE, folder)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "the fleet")
    git(folder, "checkout", "--quiet", "-b", "change")
    lamps = folder / "fleet/lamps.yml"
    lamps.write_text(lamps.read_text(encoding="utf-8").replace("topics:\n", TOPIC, 1), encoding="utf-8")
    git(folder, "commit", "--quiet", "--all", "--message", "a topic")
    git(folder, "checkout", "--quiet", "main")
    return folder


@pytest.fixture
def accounts(server, launch) -> dict[str, Any]:
    """Return an emulator for each environment."""
    return {"staging": server, "production": launch("--no-throttle")}


@pytest.fixture
def runner(tmp_path, repository, accounts) -> Runner:
    """Run jobs with the credentials of the emulators."""
    variables = {name: {"ALIBABA_CLOUD_IOT_ENDPOINT": account.endpoint} for name, account in accounts.items()}
    return Runner(tmp_path / "jobs", repository, ROOT / ".collections", variables)


def writes_of(accounts: dict[str, Any]) -> list[str]:
    """Return the writes of all accounts since the last call."""
    found = []
    for account in accounts.values():
        found += [call["action"] for call in account.control("GET", "calls")["calls"] if call["kind"] != "read"]
        account.control("DELETE", "calls")
    return found


def require_success(runs: list[JobRun], *names: str) -> None:
    """Fail unless these jobs ran, in this order, without a failure."""
    for run in runs:
        assert not run.failed, run.output
    assert [run.name for run in runs] == list(names)


def change_by_hand(account: Any) -> None:
    """Change a product as in the console."""
    _status, found = account.call("QueryProductList", CurrentPage=1, PageSize=10)
    (product,) = found["Data"]["List"]["ProductInfo"]
    account.call("UpdateProduct", ProductKey=product["ProductKey"], ProductName="street_light", Description="by hand")


def has_reports(folder: Path) -> bool:
    """Return whether all reports on drift are in a folder."""
    return all((folder / f"out/drift.{ending}").stat().st_size for ending in ("json", "md", "xml", "sarif"))


def test_github_workflows_validate_plan_apply_and_report_drift(runner, repository, accounts):
    def workflow(name: str, ref: str = "main") -> list[JobRun]:
        return run_workflow(runner, EXAMPLE / ".github/workflows", name, {**PULL_REQUEST, **SECRETS}, ref)

    jobs = [f"{job} {environment}" for environment in ENVIRONMENTS for job in ("plan", "apply")]
    runs = workflow("merge.yml")
    require_success(runs, *jobs)
    assert "11 done, 0 unchanged, 0 failed, 0 skipped" in runs[1].output
    assert (runner.folder / "artifacts/before-production/before/.iotops_export.json").exists()
    assert writes_of(accounts)
    for program, option in (("pip", "requirements.txt"), ("ansible-galaxy", "requirements.yml")):
        assert {call[-1] for call in runner.calls(program)} == {option}

    runs = workflow("pull_request.yml", "change")
    jobs = [f"{job} {environment}" for job in ("validate", "plan") for environment in ENVIRONMENTS]
    require_success(runs, *jobs)
    assert writes_of(accounts) == []
    assert runner.calls("gh") == [["pr", "comment", "7", "--body-file", "out/comment.md"]] * 2
    for run in runs[2:]:
        comment = (run.folder / "out/comment.md").read_text(encoding="utf-8")
        assert comment.startswith(f"## Plan for {run.name.split()[1]}\n")
        assert "topic street_light/user/alarm" in comment
        assert "1 to create, 0 to update" in comment

    # The second environment is not touched if the first one fails.
    git(repository, "merge", "--quiet", "change")
    fault = {"action": "CreateProductTopic", "code": "iot.product.TopicNameInvalid"}
    accounts["staging"].control("PUT", "faults", [fault])
    runs = workflow("merge.yml")
    assert [(run.name, run.failed) for run in runs] == [("plan staging", ""), ("apply staging", "Apply the plan")]
    accounts["staging"].control("PUT", "faults", [])
    writes_of(accounts)
    runs = workflow("merge.yml")
    assert not [run.output for run in runs if run.failed]
    assert set(writes_of(accounts)) == {"CreateProductTopic"}

    change_by_hand(accounts["production"])
    runs = workflow("drift.yml")
    assert [(run.name, run.failed) for run in runs] == [
        ("drift staging", ""),
        ("drift production", "Compare the account"),
    ]
    assert all(has_reports(run.folder) for run in runs)
    uploaded = [
        step["with"]["sarif_file"] for run in runs for step in run.uses if step["uses"].endswith("upload-sarif")
    ]
    assert uploaded == ["out/drift.sarif"] * 2
    assert "product street_light" in (runner.folder / f"{runs[1].folder.name}.md").read_text(encoding="utf-8")


def test_gitlab_pipeline_validates_plans_applies_and_reports_drift(runner, repository, accounts):
    def pipeline(ref: str = "main", **variables: str) -> list[JobRun]:
        return run_pipeline(runner, GITLAB, {**GITLAB_VARIABLES, **variables}, ref)

    main = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}
    jobs = [f"{job}-{environment} {environment}" for environment in ENVIRONMENTS for job in ("plan", "apply")]
    runs = pipeline(**main)
    require_success(runs, *jobs)
    assert "11 done, 0 unchanged, 0 failed, 0 skipped" in runs[3].output
    assert (runner.folder / "artifacts/apply-staging/before/.iotops_export.json").exists()
    assert len(runner.calls("pip")) == len(runner.calls("ansible-galaxy")) == 4
    assert writes_of(accounts)

    runs = pipeline("change", **MERGE_REQUEST)
    jobs = [f"{job} {environment}" for job in ("validate", "plan") for environment in ENVIRONMENTS]
    require_success(runs, *jobs)
    assert writes_of(accounts) == []
    address = "https://gitlab.example.com/api/v4/projects/42/merge_requests/7/notes"
    for call in runner.calls("curl"):
        assert call[-1] == address
        assert call[call.index("--header") + 1] == "PRIVATE-TOKEN: token-of-the-project"
        assert call[call.index("--data-urlencode") + 1] == "body@out/comment.md"
    assert "1 to create, 0 to update" in (runs[-1].folder / "out/comment.md").read_text(encoding="utf-8")
    assert (runs[0].folder / "out/validate.xml").stat().st_size

    # A merge request with an invalid file is not planned.
    git(repository, "checkout", "--quiet", "change")
    (repository / "fleet/more.yml").write_text("topics:\n- {product: lamp, short_name: user/a, operation: pub}\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "a mistake")
    runs = pipeline("change", **MERGE_REQUEST)
    assert [run.name for run in runs] == jobs[:2]
    assert all("fleet/more.yml:2:4: product: the product lamp is not declared" in run.output for run in runs)

    change_by_hand(accounts["production"])
    runs = pipeline(CI_PIPELINE_SOURCE="schedule", CI_COMMIT_BRANCH="main")
    assert [(run.name, run.failed) for run in runs] == [("drift staging", ""), ("drift production", "script")]
    assert all(has_reports(run.folder) for run in runs)


def test_pre_commit_hook_finds_problems_in_the_files_of_the_example(tmp_path, monkeypatch):
    (hook,) = load_yaml_list(ROOT / ".pre-commit-hooks.yaml")
    (used,) = load_yaml(EXAMPLE / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert used["id"] == hook["id"]
    folder = shutil.copytree(EXAMPLE, tmp_path / "repository")
    # What pre-commit does with `language: system` and without file names.
    program, *arguments = [*shlex.split(hook["entry"]), *used["args"]]
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_PATH", str(ROOT / ".collections"))

    def run() -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)

    passed = run()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    (folder / "fleet/more.yml").write_text("topics:\n- {product: street_light, short_name: alarm, operation: pub}\n")
    failed = run()
    assert failed.returncode == 2
    assert "fleet/more.yml:2:" in failed.stdout + failed.stderr
    assert re.search(used["files"], "fleet/more.yml")
    assert not re.search(used["files"], "README.md")


def load_yaml_list(path: Path) -> list[dict[str, Any]]:
    """Return the list in a YAML file."""
    content: Any = load_yaml(path)
    return content


# The form of the files


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", [path for path in WORKFLOWS if path.name != "merge.yml"]),
        ("vendor.gitlab-ci", [GITLAB]),
    ],
)
def test_pipelines_match_the_schema_of_the_service(schema, files):
    assert files
    transform = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *transform, *map(str, files)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_pins_actions_and_takes_secrets_from_the_secret_store_only(path):
    text = path.read_text(encoding="utf-8")
    content = load_yaml(path)
    assert content["permissions"] == {"contents": "read"}
    for line in re.findall(r"uses: (.*)", text):
        assert line.startswith("./") or re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    for name, value in re.findall(r"(ALIBABA_CLOUD_\w+): (.*)", text):
        assert value == f"${{{{ secrets.{name} }}}}"
    for job in content["jobs"].values():
        for step in job.get("steps", []):
            # A value in a script could contain commands.
            assert "${{" not in step.get("run", "")
        scripts = [step["run"].strip().splitlines() for step in job.get("steps", []) if "run" in step]
        assert scripts[:1] in ([], [INSTALLATION])


def test_only_one_pipeline_at_a_time_changes_an_account():
    assert load_yaml(EXAMPLE / ".github/workflows/merge.yml")["concurrency"] == {
        "group": "apply",
        "cancel-in-progress": False,
    }
    # No other workflow calls the one that applies.
    calls = [path.name for path in WORKFLOWS if "apply.yml" in path.read_text(encoding="utf-8")]
    assert calls == ["merge.yml"]
    content = load_yaml(GITLAB)
    applying = [name for name, job in content.items() if "iotops.aliyun.apply" in str(job)]
    assert [content[name]["resource_group"] for name in applying] == ["$ENVIRONMENT"]


def test_gitlab_pipeline_pins_versions_and_contains_no_secrets():
    text = GITLAB.read_text(encoding="utf-8")
    content = load_yaml(GITLAB)
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-\w+", content["default"]["image"])
    assert content["default"]["before_script"] == INSTALLATION
    assert not re.search(r"^\s*\w*(ACCESS_KEY_\w+|TOKEN):", text, re.MULTILINE)


def test_versions_of_the_example_are_those_of_the_tests():
    pins = set((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    required = (EXAMPLE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line for line in required if not line.startswith("#")} <= pins
    (collection,) = load_yaml(EXAMPLE / "requirements.yml")["collections"]
    galaxy = load_yaml(ROOT / "galaxy.yml")
    assert collection == {"name": f"{galaxy['namespace']}.{galaxy['name']}", "version": galaxy["version"]}
    (repository,) = load_yaml(EXAMPLE / ".pre-commit-config.yaml")["repos"]
    assert (repository["repo"], repository["rev"]) == (galaxy["repository"], galaxy["version"])
    assert json.loads((EXAMPLE / "fleet/light.tsl.json").read_text(encoding="utf-8"))["properties"]
