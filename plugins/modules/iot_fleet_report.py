#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_fleet_report
short_description: Write the state of an account as an HTML page
version_added: 0.1.0
description:
  - Writes one HTML file that shows the products, the flow of messages as a drawing, the devices by status, group and
    version, the use of quotas, and the number of resources by kind. Nothing in the account is changed.
  - The file needs no other files and no network, and works without JavaScript.
  - Devices are read from lists with 50 devices a request and, for their versions, with 100 devices a request. Groups
    take one request each.
options:
  report_file:
    description:
      - Path of the HTML file, which is overwritten. Its folder is created if it does not exist.
    type: path
    required: true
  fleet:
    description:
      - Declared resources, the value of the lookup P(iotops.aliyun.fleet#lookup), or a mapping of kinds in the plural
        to lists of resources. If set, the page marks the resources that are not declared.
      - Invalid files are reported as by M(iotops.aliyun.iot_fleet_validate).
    required: false
  versions:
    description:
      - Whether to read the versions of the devices. If not, devices are counted with four requests for each product,
        unless O(fleet) is set.
      - On an instance with device search, the versions of all OTA modules are read. Otherwise, only those of the module
        C(default) are, because those of the others take one request for each device.
    type: bool
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.fleet
seealso:
  - module: iotops.aliyun.iot_fleet_plan
  - module: iotops.aliyun.iot_fleet_drift
  - plugin: iotops.aliyun.fleet
    plugin_type: lookup
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Write the report page of an account
  iotops.aliyun.iot_fleet_report:
    report_file: "{{ playbook_dir }}/fleet.html"
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
"""

RETURN = r""" """

RETURN = r"""
report:
  description:
    - The numbers of the page. C(not_read) lists what could not be read, with the C(reason).
  returned: success
  type: dict
  sample:
    account: 0b7d7fa3f0d2a0c1
    time: '2026-01-31T02:00:00Z'
    resources:
      products: 1
      topics: 4
    devices:
      total: 230
      online: 201
      offline: 29
    quotas:
      - title: topics of a product
        used: 4
        maximum: 50
        where: street_light
        source: section 4.6, error iot.messagebroker.TopicTemplateCountExceedMax
    not_read: []
    unmanaged:
      topics: 1
      devices: 2
summary:
  description: The most important numbers in one line.
  returned: success
  type: str
  sample: 'Report: 1 products, 230 devices (201 online), 5 resources, 3 unmanaged'
problems:
  description: What is wrong, with the C(source) and the C(message) of each problem.
  returned: if the files are invalid
  type: list
  elements: dict
  sample:
    - source: fleet/lamps.yml:3:20
      message: naem is not an option of products; did you mean name?
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_entry import ReportEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = ReportEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
