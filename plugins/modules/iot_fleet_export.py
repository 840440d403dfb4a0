#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_fleet_export
short_description: Export an account as fleet files
version_added: 0.1.0
description:
  - Writes the resources of an account as files that M(iotops.aliyun.iot_fleet_plan) and
    M(iotops.aliyun.iot_fleet_apply) read. A plan of the files changes nothing.
  - The folder has a file for each product with everything that belongs to it, a CSV file with its devices and a JSON
    file with its thing model. All other resources are in a file for each kind.
  - Resources refer to each other by name. Options with their initial values are omitted. Text that looks like a
    template is escaped. The files contain no secrets.
options:
  export_dir:
    description:
      - Folder for the files. Created if it does not exist.
      - A hidden file in it lists the files of the export. The next export to the same folder replaces these files, and
        removes those whose resources do not exist any more.
    type: path
    required: true
  format:
    description:
      - V(fleet) writes the files that the description above is about.
      - V(neutral) writes products, thing models and devices with their last values in formats that do not depend on the
        platform, for a move to another one. C(products.jsonl), C(devices.jsonl) and CSV files with the same records,
        C(schema.json) with the JSON schema of the records, and W3C WoT Thing Models in C(models).
    type: str
    choices: [fleet, neutral]
    default: fleet
  products:
    description:
      - Names or ProductKeys of the products to export, with everything that belongs to them and that this refers to.
        All resources if not set.
    type: list
    elements: str
  filters:
    description:
      - What to export of kinds that the platform cannot list as a whole, such as C(speeches) and C(shadows). A list of
        filters of the info module of the kind, by the plural of the kind.
    type: dict
    default: {}
  fleet:
    description:
      - Declared resources, the value of the lookup P(iotops.aliyun.fleet#lookup), or a mapping of kinds in the plural
        to lists of resources. They are not exported again. Resources that the last export to O(export_dir) has written
        do not count as declared.
    required: false
  one_by_one:
    description:
      - Whether facts about devices are exported that take one request for each device. These are gateways and last
        values, and tags and groups unless O(iot_instance_id) is an instance with device search. Groups are also
        exported if the lists of their members take fewer requests.
    type: bool
    default: true
  overwrite:
    description:
      - Whether files that the export has not written, or that were changed since, are replaced or removed. Otherwise,
        such a file is an error.
    type: bool
    default: false
  secrets_vault:
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.secrets
  - iotops.aliyun.iot.fleet
seealso:
  - module: iotops.aliyun.iot_fleet_plan
  - plugin: iotops.aliyun.fleet
    plugin_type: lookup
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Export the account
  iotops.aliyun.iot_fleet_export:
    export_dir: "{{ playbook_dir }}/exported"

- name: Export a product that the files do not declare yet, and the secrets of its devices
  iotops.aliyun.iot_fleet_export:
    export_dir: "{{ playbook_dir }}/fleet/new"
    products: [street_light]
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
    secrets_file: "{{ playbook_dir }}/secrets.csv"
    secrets_vault: false

- name: Export products, models and devices for another platform
  iotops.aliyun.iot_fleet_export:
    export_dir: "{{ playbook_dir }}/neutral"
    format: neutral
"""

RETURN = r"""
files:
  description: The files below O(export_dir) that were written or removed, in check mode those that would be.
  returned: success
  type: list
  elements: str
  sample:
    - products/street_light.devices.csv
    - products/street_light.yml
resources:
  description: The number of exported resources by kind.
  returned: success
  type: dict
  sample:
    products: 1
    topics: 3
not_exported:
  description: What the export does not contain, each with C(kind) and C(reason), and with C(name) and C(option)
    if only one resource or option is missing.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: products
      option: join_permission_id
      reason: the API does not return it
summary:
  description: The numbers of resources, files and notes in one line.
  returned: success
  type: str
  sample: 'Export: 4 resources, 2 files changed, 1 notes on what is not exported'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.account.export_entry import ExportEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = ExportEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
