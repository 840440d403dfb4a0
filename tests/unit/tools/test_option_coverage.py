# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report of ``--require-coverage`` names what to write, for the modules under test only."""

from __future__ import annotations

import pytest

from ...integration import option_coverage
from ...integration.option_coverage import CHANGE_REJECTED, CLEARED, EXCEPTIONS, FOUND, GIVEN, INVALID, gaps

TOPIC = {"iot_topic"}


@pytest.fixture
def covered(monkeypatch):
    """Replace the coverage of this process with an empty set, and return it."""
    monkeypatch.setattr(option_coverage, "COVERED", set())
    return option_coverage.COVERED


def complete(*modules: str) -> set:
    return set(option_coverage.requirements(modules)) - set(EXCEPTIONS)


def test_gaps_of_complete_coverage_are_empty():
    assert gaps(complete("iot_topic", "iot_shadow"), {"iot_topic", "iot_shadow"}) == []


@pytest.mark.parametrize(
    ("requirement", "line"),
    [
        (
            ("iot_topic", CLEARED, "description"),
            (
                'iot_topic: no test clears the option description; add a task with `description: ""` '
                "to tests/integration/test_lifecycle_topic.py"
            ),
        ),
        (
            ("iot_product", CLEARED, "tags"),
            (
                "iot_product: no test clears the option tags; add a task with `tags: {}` "
                "to tests/integration/test_lifecycle_product.py"
            ),
        ),
        (
            ("iot_product", CHANGE_REJECTED, "node_type"),
            (
                "iot_product: no test tries to change the option node_type, which cannot be changed; "
                'add tasks.assert_fails("iot_product", "^node_type of the .* cannot be changed", node_type=...) '
                "to tests/integration/test_lifecycle_product.py"
            ),
        ),
        (
            ("iot_topic_info", FOUND, "operation"),
            (
                "iot_topic_info: no test finds a resource by the option operation; "
                "add a task with `operation: ...` that returns a resource to tests/integration/test_lifecycle_topic.py"
            ),
        ),
        (
            ("iot_message", GIVEN, "qos"),
            "iot_message: no test uses the option qos; add a task with `qos: ...` to tests/integration/test_actions.py",
        ),
    ],
)
def test_gap_names_module_option_task_and_file(requirement, line):
    module = requirement[0]
    assert gaps(complete(module) - {requirement}, {module}) == [line]


@pytest.mark.parametrize("module", option_coverage.all_modules())
def test_gaps_of_uncovered_module_have_no_placeholders(module):
    lines = gaps(set(), {module})
    assert len(lines) == len(complete(module))
    for line in lines:
        assert line.startswith(f"{module}: no test ")
        assert ".py" in line
        assert not any(f"{{{name}}}" in line for name in ("module", "option", "empty"))


def test_gaps_with_selected_modules_report_no_other_module():
    assert {line.partition(":")[0] for line in gaps(set(), TOPIC)} == TOPIC
    assert {"iot_topic", "iot_rule"} < {line.partition(":")[0] for line in gaps(set())}


def test_gaps_with_covered_exception_ask_to_remove_it():
    exception = ("iot_shadow", CLEARED, "desired")
    assert exception in EXCEPTIONS
    (line,) = gaps(complete("iot_shadow") | {exception}, {"iot_shadow"})
    assert line.startswith(f"iot_shadow: the exception {exception} is not needed; remove it")


def test_exceptions_are_requirements():
    assert set(EXCEPTIONS) <= set(option_coverage.requirements())


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("iot_topic", "test_lifecycle_topic.py"),
        ("iot_topic_info", "test_lifecycle_topic.py"),
        ("iot_message", "test_actions.py"),
        ("iot_device_data_info", "test_device_data.py"),
        ("iot_new_thing", "test_lifecycle_new_thing.py"),
    ],
)
def test_file_for_tests_is_lifecycle_file_or_most_frequent_file(module, file):
    assert option_coverage.file_for_tests_of(module) == file


def test_modules_under_test_exclude_modules_used_for_preparation():
    covered = {("iot_topic", GIVEN, "product"), ("iot_topic_info", GIVEN, "product"), ("iot_product", GIVEN, "name")}
    modules = option_coverage.modules_under_test(covered, {"test_lifecycle_topic.py"})
    assert modules == {"iot_topic", "iot_topic_info"}
    assert option_coverage.modules_under_test(covered, {"test_lifecycle_rule.py"}) == set()


def test_failure_is_recorded_as_rejected_change_or_invalid_value(covered):
    message = "node_type of the product cannot be changed from 'device' to 'gateway'"
    option_coverage.record_failure("iot_product", {"msg": message, "field": "node_type"})
    option_coverage.record_failure("iot_product", {"msg": "name must have 4 to 30 characters", "field": "name"})
    assert covered == {("iot_product", CHANGE_REJECTED, "node_type"), ("iot_product", INVALID, "")}


def test_playbook_is_recorded_with_options_of_nested_tasks(covered, tmp_path):
    playbook = tmp_path / "site.yml"
    playbook.write_text("- tasks: [{block: [{iotops.aliyun.iot_topic: {product: p, operation: pub}}]}]\n")
    option_coverage.record_playbook(playbook)
    assert covered == {("iot_topic", GIVEN, "product"), ("iot_topic", GIVEN, "operation")}


def test_coverage_of_worker_is_loaded_as_dumped(covered):
    option_coverage.record("iot_topic", GIVEN, "product", "operation")
    assert option_coverage.load(option_coverage.dump()) == covered
