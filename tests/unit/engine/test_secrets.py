# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests that results, diffs and steps contain no secrets unless the task requests them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX, Box, FakeClient

PIN = "pin-4711"
KEY = "key of box-1"


def outcomes(**options):
    """Yield the name and the result of each kind of run of a task that sets a secret."""
    task = {"name": "b1", "pin": PIN, "note": "n", **options}
    client = FakeClient()
    yield "check", converge(BOX, task, client, True)
    yield "create", converge(BOX, task, client, False)
    yield "unchanged", converge(BOX, task, client, False)
    yield "update", converge(BOX, {**task, "note": "m"}, client, False)
    yield "check of delete", converge(BOX, {**task, "state": "absent"}, client, True)
    client.fail("UpdateBox")
    with pytest.raises(StepFailed) as caught:
        converge(BOX, task, client, False)
    yield "failure", caught.value.result
    yield "delete", converge(BOX, {**task, "state": "absent"}, client, False)


def test_result_contains_no_secret():
    for name, result in outcomes():
        text = json.dumps(result)
        assert PIN not in text, name
        assert KEY not in text, name


def test_step_of_secret_is_hidden_but_shown_as_changed():
    results = dict(outcomes())
    assert results["create"]["steps"][0]["changes"]["pin"] == {"before": None, "after": "(hidden)"}
    assert results["delete"]["steps"][0]["changes"]["key_code"] == {"before": "(hidden)", "after": None}


def test_include_secrets_shows_secret_in_resource_only():
    for name, result in outcomes(include_secrets=True):
        resource = result.pop("box")
        if name in ("create", "unchanged", "update", "failure"):
            assert resource["key_code"] == KEY, name
        text = json.dumps([result, {**resource, "key_code": None}])
        assert PIN not in text, name
        assert KEY not in text, name


def test_diff_hides_secret_option():
    class BoxWithSecretOption(Box):
        fields = tuple(replace(f, computed=False) if f.name == "key_code" else f for f in Box.fields)

    result = converge(
        BoxWithSecretOption(), {"name": "b1", "note": "n", "include_secrets": True}, FakeClient({}), False
    )
    assert result["box"]["key_code"] == KEY
    assert KEY not in json.dumps([result["diff"], result["steps"]])


@pytest.mark.parametrize("params", [{}, {"name": "b1"}, {"details": True}])
def test_gather_shows_secrets_on_request_only(params):
    client = FakeClient({})
    assert KEY not in json.dumps(gather(BOX, params, client))
    assert gather(BOX, {**params, "include_secrets": True}, client)["boxes"][0]["key_code"] == KEY
