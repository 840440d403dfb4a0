# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices of hosts of the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

#: What can be said of a device, beside its name.
FACTS = ("nickname", "tags", "groups", "enabled", "gateway")


def hosts_to_devices(hosts: Any, hostvars: Any, prefix: str = "iot_") -> list:
    """A device for each host.

    Args:
        hosts: the hosts' names.
        hostvars: the variables by host.
        prefix: what the names of the variables begin with.

    Raises:
        AnsibleFilterError: a host is not there, or the input is no list.
    """
    if isinstance(hosts, (str, bytes)) or not isinstance(hostvars, Mapping):
        raise AnsibleFilterError("hosts_to_devices takes a list of hosts, and hostvars")
    devices = []
    for host in hosts:
        if host not in hostvars:
            raise AnsibleFilterError(f"hosts_to_devices: there is no host {host}")
        variables = hostvars[host]
        device = {"name": variables.get(f"{prefix}name", host)}
        for fact in FACTS:
            value = variables.get(prefix + fact)
            if value is not None:
                device[fact] = value
        devices.append(device)
    return devices


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict:
        """By their names."""
        return {"hosts_to_devices": hosts_to_devices}
