#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_fleet_apply
short_description: Apply the files of a fleet
version_added: 0.1.0
description:
  - Changes the account to the state that fleet files declare. Resources that are not declared are not changed, except
    by O(prune).
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
  prune_export_dir:
    description:
      - Folder for exports of the resources that are deleted. Each deletion writes fleet files to a new folder in it
        first, and deletes nothing if that fails. Defaults to the folder C(pruned) beside O(last_applied).
      - Required with O(prune_tag) if O(last_applied) is not set.
    type: path
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.fleet
  - iotops.aliyun.iot.prune
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

- name: Apply the files, and delete what they no longer declare after 14 days in quarantine
  iotops.aliyun.iot_fleet_apply:
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
    fleet_name: lamps
    last_applied: "{{ playbook_dir }}/state/last_applied.json"
    prune: true
    prune_tag: {fleet: lamps}
    prune_quarantine: {days: 14}
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
pruned:
  description:
    - What prune does. C(resources) has the C(kind), the C(name), the C(reason) and the C(status) of each resource.
      The status is C(deleted), C(quarantined), C(left quarantine), C(waiting), C(refused), C(skipped) or C(failed),
      with a C(message) for all but the first three. In check mode, it is C(delete) or C(update), and C(refused),
      C(waiting) and C(leaving) are lists of their own.
    - C(export_dir) is the folder with the export of the deleted resources.
  returned: if O(prune) is set, and O(prune_tag) or O(last_applied)
  type: dict
  sample:
    resources:
      - kind: topic
        name: street_light/user/old
        reason: belongs to product street_light
        status: deleted
      - kind: device
        name: old_meter/meter-0001
        reason: in the last applied manifest
        status: refused
        message: it is online; to delete it, name it in prune_named
    export_dir: state/pruned/20260131T020000Z
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
