# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: iot_devices
short_description: Devices of the IoT Platform as hosts
version_added: 0.1.0
description:
  - Makes a host of each device, of one product or of many, with variables for what the platform knows of it.
  - Asks page by page and never device by device, unless O(properties) or O(one_by_one) say so. What the platform knows
    of tags, groups and OTA modules is told page by page by the search of an Enterprise instance, which
    O(iot_instance_id) names; of groups also by the lists of their members.
  - Its configuration is a YAML file whose name ends in C(iot_devices.yml) or C(iot_devices.yaml).
  - The variables of a host are C(iot_name), C(iot_product), C(iot_product_key), C(iot_id), C(iot_nickname) and
    C(iot_status) (C(online), C(offline), C(unactive) or C(disable)), and as O(facts) and O(properties) say C(iot_tags),
    C(iot_groups), C(iot_modules) (the version by module) and C(iot_properties). No secret is among them.
  - An expression of O(compose), O(groups) or O(keyed_groups) whose outcome depends on nothing but the variables that it
    names is evaluated once for hosts whose variables are the same, so that tens of thousands of hosts take seconds.
options:
  plugin:
    description:
      - The name of this plugin.
    type: str
    required: true
    choices: [iotops.aliyun.iot_devices]
  products:
    description:
      - The products whose devices are hosts, by name or by ProductKey; all products, unless given.
    type: list
    elements: str
  device_groups:
    description:
      - Only devices in one of these static groups, by name or by GroupId. Fewer requests are sent then.
    type: list
    elements: str
  tags:
    description:
      - Only devices with all of these tags. Fewer requests are sent then.
    type: dict
  statuses:
    description:
      - Only devices in one of these states.
    type: list
    elements: str
    choices: [online, offline, unactive, disable]
  indexed_status:
    description:
      - Whether devices in one of O(statuses) are looked up in the platform's own index. Where few of many devices are,
        that takes far fewer requests; the platform takes up to ten seconds to bring a change into it.
    type: bool
    default: false
  facts:
    description:
      - What to ask for beside what lists of devices tell.
    type: list
    elements: str
    choices: [tags, groups, modules]
    default: [tags, groups]
  properties:
    description:
      - The identifiers of properties of the thing model whose last values become C(iot_properties). It takes a request
        for each host.
    type: list
    elements: str
  one_by_one:
    description:
      - Whether devices are asked one by one for what no list tells. Otherwise a warning says what is missing.
    type: bool
    default: false
  hostname:
    description:
      - What a host is called. A device's name is unique within its product only; where two devices would be one host,
        that is an error.
    type: str
    choices: [name, product_and_name, iot_id]
    default: name
  parallel_requests:
    description:
      - How many requests of one operation are under way at the same time, 1 to 64. The quotas hold all the same.
    type: int
    default: 8
extends_documentation_fragment:
  - iotops.aliyun.iot
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
seealso:
  - module: iotops.aliyun.iot_devices
  - module: iotops.aliyun.iot_devices_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
# lamps.iot_devices.yml: the lamps, grouped by what they are
plugin: iotops.aliyun.iot_devices
products: [street_light]
facts: [tags, groups, modules]
compose:
  site: iot_tags.site | default('nowhere')
groups:
  reachable: iot_status == 'online'
keyed_groups:
  - key: iot_groups
    prefix: group
  - key: site
    prefix: site
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: /tmp/iot_devices_cache
"""

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import (
    connection_settings,
    execute,
    open_client,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.listing import ListingEntry
from ansible_collections.iotops.aliyun.plugins.plugin_utils.action import plain
from ansible_collections.iotops.aliyun.plugins.plugin_utils.constructed import Constructed

ENTRY = ListingEntry()

_SUFFIXES = ("iot_devices.yml", "iot_devices.yaml")

#: The variables of a host, by what they are of a device.
VARIABLES = {
    "name": "iot_name",
    "product": "iot_product",
    "product_key": "iot_product_key",
    "iot_id": "iot_id",
    "nickname": "iot_nickname",
    "status": "iot_status",
    "tags": "iot_tags",
    "groups": "iot_groups",
    "modules": "iot_modules",
    "properties": "iot_properties",
}


class InventoryModule(BaseInventoryPlugin, Constructed, Cacheable):
    """Devices as hosts."""

    NAME = "iotops.aliyun.iot_devices"

    def verify_file(self, path):
        """Whether a file's name says that it is for this plugin."""
        return super().verify_file(path) and path.endswith(_SUFFIXES)

    def parse(self, inventory, loader, path, cache=True):
        """Fills the inventory from what a file asks for."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        for device in self._devices(path, cache):
            self._add(device)

    def _devices(self, path: str, cache: bool) -> list:
        if not self.get_option("cache"):
            return self._ask()
        key = self.get_cache_key(path)
        if cache:
            try:
                return self._cache[key]
            except KeyError:
                pass
        self._cache[key] = self._ask()
        return self._cache[key]

    def _ask(self) -> list:
        params = {name: self._option(name) for name in ENTRY.argument_spec()}
        client = open_client(ENTRY, connection_settings(params))
        try:
            outcome = execute(ENTRY, params, False, lambda *given: client)
        finally:
            client.close()
        if outcome.get("failed"):
            raise AnsibleParserError(outcome["msg"])
        for warning in outcome.get("warnings", ()):
            self.display.warning(warning)
        return outcome["devices"]

    def _option(self, name: str):
        value = self.get_option(name)
        # A secret in the file may be a lookup, or encrypted.
        return plain(self.templar.template(value)) if value is not None else None

    def _add(self, device: dict) -> None:
        host = self._host_name(device)
        if host in self.inventory.hosts and self.inventory.get_host(host).vars.get("iot_id"):
            message = f"two devices would be the host {host}; hostname: product_and_name tells them apart"
            raise AnsibleParserError(message)
        self.inventory.add_host(host)
        variables = {VARIABLES[name]: value for name, value in device.items()}
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
        self.construct(host, variables)

    def _host_name(self, device: dict) -> str:
        how = self.get_option("hostname")
        return f"{device['product']}.{device['name']}" if how == "product_and_name" else device[how]
