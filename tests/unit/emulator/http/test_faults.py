# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of fault rules."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.http.faults import FaultError, Faults


def codes(faults: Faults, *actions: str) -> list[str]:
    return [fault.code if fault else "" for fault in map(faults.match, actions)]


def test_fault_after_and_times_are_applied():
    faults = Faults()
    faults.replace([{"action": "Pub", "code": "a", "after": 1, "times": 2}, {"code": "b", "times": 1}])
    assert codes(faults, "Pub", "Pub", "RRpc", "Pub", "Pub") == ["b", "a", "", "a", ""]
    faults.replace([{"code": "c"}])
    assert codes(faults, "Pub", "RRpc", "Pub") == ["c", "c", "c"]


@pytest.mark.parametrize(
    ("rule", "kind", "status"),
    [
        ({"code": "iot.system.SystemException"}, ApiError, None),
        ({"code": "Any", "status": 200}, ApiError, None),
        ({"code": "Throttling.User"}, GatewayError, 400),
        ({"code": "ServiceUnavailable", "status": 503}, GatewayError, 503),
    ],
)
def test_fault_error_has_kind_and_status(rule, kind, status):
    faults = Faults()
    faults.replace([{**rule, "message": "text"}])
    error = faults.match("Pub").error()
    assert isinstance(error, kind)
    assert (error.code, error.message, getattr(error, "status", None)) == (rule["code"], "text", status)


@pytest.mark.parametrize(
    "rules",
    [
        {},
        ["x"],
        [{}],
        [{"code": 1}],
        [{"color": "red"}],
        [{"code": "a", "status": 302}],
        [{"code": "a", "times": -1}],
        [{"code": "a", "times": True}],
        [{"drop": "now"}],
    ],
)
def test_invalid_fault_rules_are_rejected(rules):
    faults = Faults()
    with pytest.raises(FaultError):
        faults.replace(rules)
