# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the program that runs the collection with each supported release of ansible-core (tests/matrix)."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
MATRIX = ROOT / "tests/matrix"

CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"

MARKDOWN = """\
# Title

In a checkout:

```shell
make test
```

Save as `site.yml`:

```yaml
- hosts: localhost
```

```shell
ansible-playbook site.yml -e port=8018
```

- an item

    of two paragraphs, with `inline` code

```yaml
---
- hosts: all
```
"""


@pytest.fixture(scope="module")
def matrix():
    """Return a function that imports a module of tests/matrix by its name."""
    before = set(sys.modules)
    sys.path.insert(0, str(MATRIX))

    def load(name: str):
        if name == "__main__":
            spec = importlib.util.spec_from_file_location("matrix_main", MATRIX / "__main__.py")
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
        return importlib.import_module(name)

    yield load
    sys.path.remove(str(MATRIX))
    for name in ("checks", "documents", "environments", "versions"):
        if name not in before:
            sys.modules.pop(name, None)


# Output


@pytest.mark.parametrize(
    "line",
    [
        "[WARNING]: No inventory was parsed",
        "[DEPRECATION WARNING]: remove_values is deprecated",
        "Traceback (most recent call last):",
        "file.py:1: DeprecationWarning: old",
    ],
)
def test_find_problems_returns_warnings_and_tracebacks(matrix, line):
    assert matrix("environments").find_problems(f"ok: [localhost]\n{line}\nmore") == [line]


def test_find_problems_of_ordinary_output_is_empty(matrix):
    output = "TASK [Show the warning] ***\nok: [localhost] => {'warnings': [], 'traceback': ''}\nWARNING of a product"
    assert matrix("environments").find_problems(output) == []


def test_run_with_warning_on_standard_error_fails(matrix, tmp_path):
    environments = matrix("environments")
    with pytest.raises(environments.CommandFailed, match=re.escape("[WARNING]: x")):
        environments.run(["sh", "-c", "echo '[WARNING]: x' >&2"], {}, tmp_path)


def test_run_with_exit_status_fails_with_output(matrix, tmp_path):
    environments = matrix("environments")
    with pytest.raises(environments.CommandFailed, match=r"(?s)exit status 3.*why"):
        environments.run(["sh", "-c", "echo why; exit 3"], {}, tmp_path)


def test_environment_contains_no_settings_of_the_caller(matrix, tmp_path, monkeypatch):
    for name in ("ANSIBLE_ROLES_PATH", "ALIBABA_CLOUD_REGION_ID", "PYTHONPATH", "IOTOPS_FORCE_MODULE"):
        monkeypatch.setenv(name, "x")
    variables = matrix("environments").environment(tmp_path / "venv", tmp_path)
    assert not {"ANSIBLE_ROLES_PATH", "ALIBABA_CLOUD_REGION_ID", "PYTHONPATH", "IOTOPS_FORCE_MODULE"} & variables.keys()
    assert Path(variables["ANSIBLE_CONFIG"]).read_text(encoding="utf-8") == ""


# Releases of Python and ansible-core


def test_find_python_returns_the_first_release_that_exists(matrix):
    assert matrix("environments").find_python(("9.9", CURRENT)) == sys.executable


def test_find_python_without_release_returns_none(matrix):
    assert matrix("environments").find_python(("9.9",)) is None


def test_find_python_ignores_launcher_of_missing_release(matrix, tmp_path, monkeypatch):
    launcher = tmp_path / "python9.9"
    launcher.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    launcher.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert matrix("environments").find_python(("9.9",)) is None


def test_supported_releases_equal_those_of_readme_and_runtime_metadata(matrix):
    versions = matrix("versions").VERSIONS
    table = re.findall(r"^\| (2\.\d+) \| (3\.\d+) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert table == [(version.minor, version.pythons[0]) for version in versions]
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={versions[0].minor}.0"


def test_ends_are_the_oldest_and_the_newest_stable_release(matrix):
    stable = [version for version in matrix("versions").VERSIONS if not version.candidate]
    assert [version for version in stable if version.end] == [stable[0], stable[-1]]


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-3.11.txt"])
def test_development_release_is_in_the_matrix(matrix, name):
    (pin,) = re.findall(r"^ansible-core==(.*)$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert pin in [version.core for version in matrix("versions").VERSIONS]


# Documents


def test_read_returns_blocks_with_names(matrix, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    blocks = matrix("documents").read(path)
    assert [(block.language, block.name) for block in blocks] == [
        ("shell", ""),
        ("yaml", "site.yml"),
        ("shell", ""),
        ("yaml", ""),
    ]


def test_script_runs_commands_and_playbooks_in_order(matrix, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    documents = matrix("documents")
    script = documents.script(documents.read(path))
    assert "make test" not in script
    assert script.startswith("set -eux\n")
    assert script.index("ansible-playbook site.yml") < script.index("ansible-playbook playbook.yml")


@pytest.mark.parametrize("text", ["# T\n\n```\nls\n```\n", "# T\n\nRun:\n\n    ls -l\n"], ids=["language", "indented"])
def test_read_rejects_code_that_would_not_run(matrix, tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(matrix("environments").CommandFailed):
        matrix("documents").read(path)


def test_execute_replaces_only_the_port(matrix, tmp_path):
    documents = matrix("documents")
    blocks = [documents.Block("shell", "printf '%s' 'port 8018 of 8019' >out\n")]
    documents.execute(blocks, tmp_path, {"PATH": "/usr/bin:/bin"}, [])
    assert re.fullmatch(r"port (?!8018)\d+ of 8019", (tmp_path / "out").read_text(encoding="utf-8"))


def test_every_document_has_code_that_runs(matrix):
    documents = matrix("documents")
    for name in documents.DOCUMENTS:
        assert "ansible" in documents.script(documents.read(ROOT / name)), name


# Result of the program


@pytest.fixture
def main(matrix, monkeypatch):
    """Return a function that runs the program with given failures, and returns its exit status.

    The function takes the releases whose Python is missing and those whose check fails.
    """
    program = matrix("__main__")
    environments = matrix("environments")

    def run(missing: set[str] = frozenset(), failing: set[str] = frozenset(), *arguments: str) -> int:
        def check(context):
            if context.venv.name in failing:
                raise environments.CommandFailed("broken")

        pythons = {version.pythons: version.core for version in program.VERSIONS}
        monkeypatch.setattr(program, "find_python", lambda names: None if pythons[names] in missing else "python")
        monkeypatch.setattr(program, "create", lambda version, python: Path(version.core))
        monkeypatch.setattr(program, "build", lambda folder: folder / "archive")
        monkeypatch.setattr(program, "CHECKS", {"installation": check})
        monkeypatch.setattr(sys, "argv", ["matrix", *arguments])
        return program.main()

    monkeypatch.setattr(program, "VERSIONS", releases(matrix))
    return run


def releases(matrix):
    """Return an old, a new and a candidate release."""
    version = matrix("versions").Version
    return (
        version("1.0", ("3.1",), end=True),
        version("2.0", ("3.2",), end=True),
        version("3.0rc1", ("3.3",), candidate=True),
    )


def test_main_without_failure_succeeds(main, capsys):
    assert main() == 0
    assert capsys.readouterr().out.count("passed") == 3


def test_main_with_missing_python_names_it_and_succeeds(main, capsys):
    assert main({"2.0"}) == 0
    assert "ansible-core 2.0: skipped, because Python 3.2 was not found" in capsys.readouterr().out


def test_main_without_any_python_fails(main, capsys):
    assert main({"1.0", "2.0", "3.0rc1"}) == 1
    assert "No release of ansible-core was tested" in capsys.readouterr().err


def test_main_with_failing_release_fails(main, capsys):
    assert main(set(), {"2.0"}) == 1
    assert "ansible-core 2.0: FAILED in installation\nbroken" in capsys.readouterr().out


def test_main_with_failing_release_candidate_succeeds(main, capsys):
    assert main(set(), {"3.0rc1"}) == 0
    assert "failed (release candidate)" in capsys.readouterr().out


def test_main_ends_selects_only_ends(main, capsys):
    assert main(set(), set(), "--ends") == 0
    assert "3.0rc1" not in capsys.readouterr().out
