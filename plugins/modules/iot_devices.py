#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_devices
short_description: Manage many devices of a product as one set
version_added: 0.1.0
description:
  - Brings many devices of a product to what is wanted of them, hundreds of thousands if need be, in as few requests as
    the platform's batch limits allow.
  - What has to be known of the devices is read in the way that takes the fewest requests, be it lists, details of many
    devices, or a search where the instance has one (an Enterprise instance that O(iot_instance_id) names). How many
    requests a task takes, and how long the quotas make them, is told in check mode, too.
  - A device that the platform does not take is reported by name, and does not keep others from being done; the task
    fails in the end. A task that was interrupted is run again, and goes on with what is left; no device is registered
    twice.
  - For everything that can be said of a single device, there is M(iotops.aliyun.iot_device).
options:
  state:
    description:
      - C(present) makes the devices what is wanted; C(absent) deletes the devices that are named.
    type: str
    choices: [present, absent]
    default: present
  product:
    description:
      - The devices' product, by its name or its ProductKey.
    type: str
    required: true
  devices:
    description:
      - The devices. Either this or O(devices_file) must be given.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The device's name, 4 to 32 letters, digits and C(- _ @ . :). It cannot be changed.
        type: str
        required: true
      nickname:
        description:
          - The nickname, 4 to 64 Chinese and English letters, digits and C(_), a Chinese character counting as 2. An
            empty text takes it away.
        type: str
      tags:
        description:
          - The device's tags, text by key, 100 at most. A key has 1 to 30 letters, digits and dots, a value 1 to 128
            characters. Those of O(defaults) are added to them.
        type: dict
      groups:
        description:
          - The static groups that the device is in, by their names or GroupIds, 10 at most.
        type: list
        elements: str
      enabled:
        description:
          - Whether the device may connect.
        type: bool
      gateway:
        description:
          - The gateway that the device is behind. An empty dictionary takes it away from its gateway.
        type: dict
        suboptions:
          product:
            description:
              - The gateway's product, by its name or its ProductKey.
            type: str
          name:
            description:
              - The gateway's name.
            type: str
  devices_file:
    description:
      - The path of a CSV file of the devices, from the root, on the host where the task runs. Its first line names the
        columns, C(name) and, as wanted, C(nickname), C(enabled), C(groups) (several with C(;) between them),
        C(gateway_product), C(gateway), and C(tags.KEY) for each tag. An empty cell says nothing.
    type: path
  defaults:
    description:
      - What holds for each of the devices that does not say otherwise.
    type: dict
    default: {}
    suboptions:
      tags:
        description:
          - Tags of all of the devices, beside their own.
        type: dict
      groups:
        description:
          - The groups of the devices that name none.
        type: list
        elements: str
      enabled:
        description:
          - Whether the devices may connect.
        type: bool
      gateway:
        description:
          - The gateway of the devices that name none.
        type: dict
        suboptions:
          product:
            description:
              - The gateway's product, by its name or its ProductKey.
            type: str
          name:
            description:
              - The gateway's name.
            type: str
  purge:
    description:
      - Whether the product's devices that are not named are deleted.
    type: bool
    default: false
  purge_limit:
    description:
      - How many devices O(purge) may delete, as a number or as a part of all such as C(10%). Where there are more,
        nothing is changed and the task fails.
    type: str
    default: 10%
  purge_tags:
    description:
      - Whether tags are removed that are not named, of devices of which tags are.
      - Without that it is enough to know which devices have the named tags, which on an instance without a search takes
        fewer requests by far.
    type: bool
    default: true
  purge_groups:
    description:
      - Whether devices are taken out of the groups that are not named, where groups are. The same holds as for
        O(purge_tags).
    type: bool
    default: true
  move:
    description:
      - Whether devices that are behind another gateway are taken from there. Otherwise that is an error, and nothing is
        changed.
    type: bool
    default: false
  slice:
    description:
      - The part of the devices that this task looks at, such as C(2/5), the second of five. To which part a device
        belongs follows from its name. Several controllers can work on a part each, side by side; none touches or purges
        the devices of another.
    type: str
  secrets_file:
    description:
      - The path of a file, from the root, that the secrets of devices go to, with the columns or members
        C(product_key), C(device_name) and C(device_secret). It has mode 0600, what it held before stays in it, and it
        grows while devices are being registered.
    type: path
  secrets_format:
    description:
      - The format of O(secrets_file), a CSV file with a header or a JSON list.
    type: str
    choices: [csv, json]
    default: csv
  secrets_of:
    description:
      - Whose secrets go to O(secrets_file), those of the devices that the task registers (C(new)), or those of C(all)
        that are named, such as after a task was interrupted.
    type: str
    choices: [new, all]
    default: new
  secrets_vault:
    description:
      - Whether O(secrets_file) is encrypted with Ansible Vault, by the C(ansible-vault) of the Python that runs the
        task. It is written in the end only.
    type: bool
    default: false
  secrets_vault_password_file:
    description:
      - The file of the vault's password, or the script that tells it; what Ansible is configured to use, unless given.
    type: path
  warn_above_in_seconds:
    description:
      - Above how many estimated seconds the task warns.
    type: int
    default: 3600
  parallel_requests:
    description:
      - How many requests of one operation are under way at the same time, 1 to 64. The quotas hold all the same.
    type: int
    default: 8
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_device
  - module: iotops.aliyun.iot_devices_info
  - module: iotops.aliyun.iot_device_info
  - module: iotops.aliyun.iot_imported_devices
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A group for what is on the bridge
  iotops.aliyun.iot_device_group:
    name: bridge_lamps

- name: The lamps of the bridge
  iotops.aliyun.iot_devices:
    product: street_light
    defaults:
      tags: {site: bridge}
      groups: [bridge_lamps]
    devices:
      - name: lamp-bridge-01
        nickname: North_end
      - name: lamp-bridge-02
      - name: lamp-bridge-03
        enabled: false
    secrets_file: "{{ playbook_dir }}/secrets.csv"

- name: One of them is gone
  iotops.aliyun.iot_devices:
    product: street_light
    state: absent
    devices:
      - name: lamp-bridge-03
"""

RETURN = r"""
product_key:
  description: The ProductKey of the devices' product.
  returned: success
  type: str
  sample: a1BwAGVxxxx
counts:
  description:
    - How many devices were C(named) (of the slice), were C(existing) before, were C(created), C(updated) or C(deleted),
      or would be in check mode, and C(failed).
  returned: success
  type: dict
  sample: {named: 3, existing: 0, created: 3, updated: 0, deleted: 0, failed: 0}
created:
  description: The names of the devices that were registered.
  returned: success
  type: list
  elements: str
  sample: [lamp-bridge-01, lamp-bridge-02, lamp-bridge-03]
updated:
  description: The names of the devices that were changed.
  returned: success
  type: list
  elements: str
  sample: []
deleted:
  description: The names of the devices that were deleted.
  returned: success
  type: list
  elements: str
  sample: []
failures:
  description: The devices that are not what they should be, each with its C(name) and C(msg), which says why.
  returned: always
  type: list
  elements: dict
  sample: []
estimate:
  description:
    - The C(requests) that the task was going to send in all, those of each of the C(operations), and the C(seconds)
      that the quotas make them take; the same of its C(reads) and its C(writes). To look up the product and the groups,
      and to look again at batches of new devices that take long, comes on top.
  returned: success
  type: dict
  sample:
    operations:
      BatchAddDeviceGroupRelations: 1
      BatchCheckDeviceNames: 1
      BatchRegisterDeviceWithApplyId: 1
      DisableThing: 1
      QueryBatchRegisterDeviceStatus: 2
      QueryDevice: 1
      QueryPageByApplyId: 1
      SaveDeviceProp: 3
    requests: 11
    seconds: 2.0
    reads: {operations: {QueryDevice: 1}, requests: 1, seconds: 0.0}
    writes:
      operations:
        BatchAddDeviceGroupRelations: 1
        BatchCheckDeviceNames: 1
        BatchRegisterDeviceWithApplyId: 1
        DisableThing: 1
        QueryBatchRegisterDeviceStatus: 2
        QueryPageByApplyId: 1
        SaveDeviceProp: 3
      requests: 10
      seconds: 2.0
pending:
  description: What the task names and an earlier one in the play would have made; in check mode only.
  returned: when there is any
  type: list
  elements: str
  sample: [the device group bridge_lamps does not exist yet]
diff:
  description: What changes of each device, as it was and as it is after, of 500 devices at most.
  returned: success
  type: dict
  sample:
    before: {}
    after: {lamp-bridge-02: {name: lamp-bridge-02, tags: {site: bridge}, groups: [bridge_lamps]}}
calls:
  description: How many requests were sent.
  returned: success
  type: int
  sample: 13
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.fleet.entry import DevicesEntry

ENTRY = DevicesEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
