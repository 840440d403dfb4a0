#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_fleet_apply
short_description: Apply the files of a fleet
version_added: 0.1.0
description:
  - Changes the account to the state that fleet files declare. Resources that are not declared are not changed.
  - Each resource is applied after those to which it refers, and different kinds at the same time. If one fails, the
    resources that need it are skipped, and all others are applied.
  - A task that is run again continues with what is missing.
options:
  plan:
    description:
      - Saved plan (C(plan.json)) of M(iotops.aliyun.iot_fleet_plan). Nothing is changed if the plan of the account is
        another one by now.
    type: path
  fail_fast:
    description:
      - Whether nothing else is started after the first failure.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.fleet
seealso:
  - module: iotops.aliyun.iot_fleet_validate
  - module: iotops.aliyun.iot_fleet_plan
  - plugin: iotops.aliyun.fleet
    plugin_type: lookup
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Save the plan, to review it
  iotops.aliyun.iot_fleet_plan:
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
    plan_dir: "{{ playbook_dir }}/out"

- name: Apply the reviewed plan
  iotops.aliyun.iot_fleet_apply:
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
    plan: "{{ playbook_dir }}/out/plan.json"
"""

RETURN = r"""
resources:
  description:
    - The resources that were not already in the declared state, each with C(kind), C(name) and C(status), which
      is C(done), C(failed) or C(skipped). Failed and skipped ones have C(message) and C(source).
  returned: always
  type: list
  elements: dict
  sample:
    - kind: topic
      name: street_light/user/report
      status: done
summary:
  description: The number of resources by status, or of the changes of the plan in check mode.
  returned: always
  type: str
  sample: 1 done, 3 unchanged, 0 failed, 0 skipped
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

from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import ApplyEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = ApplyEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
