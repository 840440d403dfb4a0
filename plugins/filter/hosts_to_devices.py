# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter ``hosts_to_devices``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

#: The keys of a device that are set by variables, in addition to its name.
KEYS = ("nickname", "tags", "groups", "enabled", "gateway")


def hosts_to_devices(hosts: Iterable[str], hostvars: Mapping[str, Any], prefix: str = "iot_") -> list[dict[str, Any]]:
    """Return a device for each host, with the values of the variables of the host.

    Args:
        hosts: The names of the hosts.
        hostvars: The variables of each host.
        prefix: The prefix of the names of the variables.

    Raises:
        AnsibleFilterError: A host is not in the inventory, or the input has the wrong type.
    """
    if isinstance(hosts, (str, bytes)) or not isinstance(hostvars, Mapping):
        raise AnsibleFilterError("hosts_to_devices expects a list of host names, and hostvars as an argument")
    devices = []
    for host in hosts:
        if host not in hostvars:
            raise AnsibleFilterError(f"hosts_to_devices: the host {host} is not in the inventory")
        variables = hostvars[host]
        device = {"name": variables.get(f"{prefix}name", host)}
        for key in KEYS:
            value = variables.get(prefix + key)
            if value is not None:
                device[key] = value
        devices.append(device)
    return devices


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"hosts_to_devices": hosts_to_devices}
