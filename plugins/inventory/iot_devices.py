# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: iot_devices
short_description: Devices of the IoT Platform as hosts
version_added: 0.1.0
description:
  - Creates a host for each device of one or more products, with variables for what the platform knows about the
    device.
  - Reads devices page by page. Devices are read one by one only if O(properties) or O(one_by_one) is set.
  - Tags, groups and OTA modules are read page by page with the device search of an Enterprise instance, which is set
    with O(iot_instance_id). Groups are also read page by page from the lists of their members.
  - The configuration is a YAML file whose name ends with C(iot_devices.yml) or C(iot_devices.yaml).
  - Each host has the variables C(iot_name), C(iot_product), C(iot_product_key), C(iot_id), C(iot_nickname) and
    C(iot_status) (C(online), C(offline), C(unactive) or C(disable)). O(facts) and O(properties) add the variables
    C(iot_tags), C(iot_groups), C(iot_modules) (versions by module) and C(iot_properties). No variable contains a
    secret.
  - An expression in O(compose), O(groups) or O(keyed_groups) whose result depends only on the variables in it is
    evaluated once for all hosts with the same values, so that an inventory with tens of thousands of hosts takes
    seconds.
options:
  plugin:
    description:
      - Name of this plugin.
    type: str
    required: true
    choices: [iotops.aliyun.iot_devices]
  products:
    description:
      - Names or ProductKeys of the products whose devices are added. Defaults to all products.
    type: list
    elements: str
  device_groups:
    description:
      - Names or GroupIds of static device groups. If set, only devices in at least one of these groups are added,
        which takes fewer requests.
    type: list
    elements: str
  tags:
    description:
      - Tags of devices. If set, only devices with all of these tags are added, which takes fewer requests.
    type: dict
  statuses:
    description:
      - Statuses of devices. If set, only devices with one of these statuses are added.
    type: list
    elements: str
    choices: [online, offline, unactive, disable]
  indexed_status:
    description:
      - Whether devices with one of the O(statuses) are found with the status index of the platform. If only a few of
        many devices have the status, this takes far fewer requests. The platform updates the index within ten
        seconds.
    type: bool
    default: false
  facts:
    description:
      - What to read in addition to what the lists of devices contain.
      - Defaults to V(groups), and V(tags) if O(iot_instance_id) or O(one_by_one) is set.
    type: list
    elements: str
    choices: [tags, groups, modules]
  properties:
    description:
      - Identifiers of thing model properties whose latest values are set as C(iot_properties). This takes one request
        for each host.
    type: list
    elements: str
  one_by_one:
    description:
      - Whether to read facts that no list contains from each device. If V(false), a warning lists the missing facts.
    type: bool
    default: false
  hostname:
    description:
      - How hosts are named. The name of a device is unique within its product only. If two devices have the same host
        name, the inventory fails.
    type: str
    choices: [name, product_and_name, iot_id]
    default: name
  parallel_requests:
    description:
      - Maximum number of concurrent requests of one operation, from 1 to 64. The rate limits apply as well.
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
# lamps.iot_devices.yml: the devices of one product, grouped by their device groups and by site
plugin: iotops.aliyun.iot_devices
products: [street_light]
facts: [tags, groups, modules]
compose:
  site: iot_tags.site | default('unknown')
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

import hashlib
import json
import re

from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import (
    connection_settings,
    execute,
    open_client,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.listing import ListingEntry
from ansible_collections.iotops.aliyun.plugins.plugin_utils.constructed import Constructed
from ansible_collections.iotops.aliyun.plugins.plugin_utils.unsafe import mark_unsafe
from ansible_collections.iotops.aliyun.plugins.plugin_utils.values import json_round_trip

ENTRY = ListingEntry()

_SUFFIXES = ("iot_devices.yml", "iot_devices.yaml")

#: Characters of templates, control characters and line breaks, which the platform does not allow in names of devices.
_NOT_IN_HOST_NAMES = re.compile(r"[{}\x00-\x1f\x7f-\x9f\u2028\u2029]")

#: The variables of a host, by the key of the device.
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
    """Adds devices as hosts."""

    NAME = "iotops.aliyun.iot_devices"

    def verify_file(self, path):
        """Return whether the name of a file ends with a suffix of this plugin."""
        return super().verify_file(path) and path.endswith(_SUFFIXES)

    def parse(self, inventory, loader, path, cache=True):
        """Add the devices that a configuration file selects, or none if an error occurs."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        hosts = self._hosts(self._devices(path, cache))
        changes = Changes(inventory)
        try:
            for host, device in hosts.items():
                self._add_host(host, device)
        except Exception:
            changes.undo()
            raise

    def _devices(self, path: str, cache: bool) -> list:
        params = {name: self._option(name) for name in ENTRY.argument_spec()}
        try:
            client = open_client(ENTRY, connection_settings(params))
        except IotError as error:
            raise AnsibleParserError(str(error)) from error
        if params["facts"] is None:
            has_search = params["one_by_one"] or client.connection.iot_instance_id
            params["facts"] = ["tags", "groups"] if has_search else ["groups"]
        try:
            if not self.get_option("cache"):
                return self._read_devices(params, client)
            key = f"{self.get_cache_key(path)}_{_fingerprint(params, client.connection)}"
            if cache:
                try:
                    return self._cache[key]
                except KeyError:
                    pass
            self._cache[key] = self._read_devices(params, client)
            return self._cache[key]
        finally:
            client.close()

    def _read_devices(self, params: dict, client) -> list:
        result = execute(ENTRY, params, False, lambda _entry, _params: client)
        if result.get("failed"):
            raise AnsibleParserError(result["msg"])
        for warning in result.get("warnings", ()):
            self.display.warning(warning)
        return result["devices"]

    def _option(self, name: str):
        value = self.get_option(name)
        # A secret in the file can be a template or encrypted with ansible-vault.
        return json_round_trip(self.templar.template(value)) if value is not None else None

    def _hosts(self, devices: list) -> dict:
        """Return the devices by host name."""
        hosts: dict = {}
        for device in devices:
            host = self._host_name(device)
            known = self.inventory.hosts.get(host)
            if host in hosts or (known and known.vars.get("iot_id", device["iot_id"]) != device["iot_id"]):
                raise AnsibleParserError(
                    f"two devices have the host name {host}. Set hostname: product_and_name to make host names unique"
                )
            hosts[host] = device
        return hosts

    def _host_name(self, device: dict) -> str:
        choice = self.get_option("hostname")
        product_and_name = f"{device['product']}.{device['name']}"
        host = product_and_name if choice == "product_and_name" else device[choice]
        if _NOT_IN_HOST_NAMES.search(host):
            raise AnsibleParserError(f"the device name {host!r} cannot be a host name. Set hostname: iot_id")
        if host in constants.LOCALHOST:
            self.display.warning(f"The device {host} is the host {product_and_name}, because {host} is the controller")
            return product_and_name
        return host

    def _add_host(self, host: str, device: dict) -> None:
        self.inventory.add_host(host)
        variables = mark_unsafe({VARIABLES[name]: value for name, value in device.items()})
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
        self.construct(host, variables)


class Changes:
    """What a source adds to an inventory.

    Args:
        inventory: The inventory before the source is added.
    """

    def __init__(self, inventory):
        self._inventory = inventory
        self._hosts = {name: dict(host.vars) for name, host in inventory.hosts.items()}
        self._groups = set(inventory.groups)

    def undo(self) -> None:
        """Remove the hosts and groups that were added, and restore the variables of other hosts."""
        added = [group for name, group in self._inventory.groups.items() if name not in self._groups]
        for name, host in list(self._inventory.hosts.items()):
            if name not in self._hosts:
                self._inventory.remove_host(host)
                continue
            host.vars = self._hosts[name]
            for group in added:
                host.remove_group(group)
        for group in added:
            for parent in group.parent_groups:
                parent.child_groups.remove(group)
            # InventoryData.remove_group fails if there are hosts.
            del self._inventory.groups[group.name]


def _fingerprint(params: dict, connection) -> str:
    """Return a hash of the configuration and the account, without secrets."""
    spec = ENTRY.argument_spec()
    # The URL of a connection has no password, unlike an invalid option.
    account = [connection.endpoint, connection.region, connection.access_key_id, connection.iot_instance_id]
    options = {name: value for name, value in params.items() if not spec[name].get("no_log") and name != "endpoint"}
    text = json.dumps([account, options], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
