# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices of hosts and their variables."""

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


def test_what_variables_say():
    assert hosts_to_devices(["lamp-2", "lamp-1", "lamp-3"], HOSTVARS) == [
        {"name": "lamp-2b", "groups": [], "gateway": {}},
        {"name": "lamp-1", "nickname": "Lamp", "tags": {"site": "west"}, "enabled": False},
        {"name": "lamp-3"},
    ]


def test_another_prefix():
    assert hosts_to_devices(["lamp-2"], HOSTVARS, prefix="dev_") == [{"name": "lamp-2", "tags": {"a": "1"}}]


@pytest.mark.parametrize("given", [("lamp-1", HOSTVARS), (["lamp-1"], None), (["lamp-1"], [])])
def test_what_is_no_input(given):
    with pytest.raises(AnsibleFilterError, match="takes a list of hosts"):
        hosts_to_devices(*given)


def test_a_host_that_is_not_there():
    with pytest.raises(AnsibleFilterError, match="there is no host lamp-9"):
        hosts_to_devices(["lamp-9"], HOSTVARS)
