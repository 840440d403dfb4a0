#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_fleet_plan
short_description: Plan the changes of a fleet
version_added: 0.1.0
description:
  - Shows what applying fleet files would change, without any write. Invalid files are reported as by
    M(iotops.aliyun.iot_fleet_validate).
  - The saved plan can be applied with O(iotops.aliyun.iot_fleet_apply#module:plan).
options:
  plan_dir:
    description:
      - Folder for the files C(plan.json), C(plan.md), C(plan.txt) and C(plan.html), which are overwritten. Created if
        it does not exist.
    type: path
  unmanaged:
    description:
      - Whether to list the resources that no file declares, by kind and parent. The lists of all kinds are read, and
        the list of the devices of a product if it has more devices than are declared.
    type: bool
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.fleet
  - iotops.aliyun.iot.prune
seealso:
  - module: iotops.aliyun.iot_fleet_validate
  - module: iotops.aliyun.iot_fleet_apply
  - plugin: iotops.aliyun.fleet
    plugin_type: lookup
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Save the plan of a fleet
  iotops.aliyun.iot_fleet_plan:
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
    plan_dir: "{{ playbook_dir }}/out"
"""

RETURN = r"""
plan:
  description: The plan, as in the file C(plan.json).
  returned: success
  type: dict
  sample:
    format_version: '1.0'
    account: 0b7d7fa3f0d2a0c1
    summary:
      create: 1
      update: 0
      delete: 0
      none: 3
    requests:
      CreateProductTopic: 1
    estimated_seconds: 0.0
    resources:
      - kind: topic
        name: street_light/user/report
        source: fleet/lamps.yml:5:5
        action: create
        steps:
          - operation: CreateProductTopic
            changes:
              short_name:
                before: null
                after: user/report
        known_after_apply: []
    unmanaged:
      - kind: topic
        parent: street_light
        count: 1
        names:
          - user/old
summary:
  description: The number of changes and requests in one line.
  returned: success
  type: str
  sample: 'Plan: 1 to create, 0 to update, 0 to delete, 3 unchanged, 1 unmanaged; 1 requests, at least 1 s'
problems:
  description: What is wrong, with the C(source) and the C(message) of each problem.
  returned: if the files or the plan are invalid
  type: list
  elements: dict
  sample:
    - source: fleet/lamps.yml:3:20
      message: naem is not an option of products; did you mean name?
diff:
  description: The values of each changed resource before and after, with its name as the header.
  returned: success
  type: list
  elements: dict
  sample:
    - before_header: topic street_light/user/report
      after_header: topic street_light/user/report
      before:
        description: old
      after:
        description: new
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import PlanEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = PlanEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
