# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the filter hosts_to_devices."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.iotops.aliyun.plugins.filter.hosts_to_devices import FilterModule

hosts_to_devices = FilterModule().filters()["hosts_to_devices"]

HOSTVARS = {
    "lamp-1": {"iot_tags": {"site": "west"}, "iot_nickname": "Lamp", "other": 1, "iot_enabled": False},
    "lamp-2": {"iot_name": "lamp-2b", "iot_groups": [], "iot_gateway": {}, "dev_tags": {"a": "1"}},
    "lamp-3": {},
}


def test_hosts_to_devices_uses_host_variables():
    assert hosts_to_devices(["lamp-2", "lamp-1", "lamp-3"], HOSTVARS) == [
        {"name": "lamp-2b", "groups": [], "gateway": {}},
        {"name": "lamp-1", "nickname": "Lamp", "tags": {"site": "west"}, "enabled": False},
        {"name": "lamp-3"},
    ]


def test_hosts_to_devices_with_prefix():
    assert hosts_to_devices(["lamp-2"], HOSTVARS, prefix="dev_") == [{"name": "lamp-2", "tags": {"a": "1"}}]


@pytest.mark.parametrize("arguments", [("lamp-1", HOSTVARS), (["lamp-1"], None), (["lamp-1"], [])])
def test_hosts_to_devices_invalid_input_fails(arguments):
    with pytest.raises(AnsibleFilterError, match="expects a list of host names"):
        hosts_to_devices(*arguments)


def test_hosts_to_devices_unknown_host_fails():
    with pytest.raises(AnsibleFilterError, match="the host lamp-9 is not in the inventory"):
        hosts_to_devices(["lamp-9"], HOSTVARS)
