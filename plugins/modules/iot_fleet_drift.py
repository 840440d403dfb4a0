#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_fleet_drift
short_description: Compare an account with the files of a fleet
version_added: 0.1.0
description:
  - Reports how the account differs from fleet files - resources that are missing, differences by field, resources that
    are declared absent and exist, and resources that no file declares. Nothing in the account is changed.
  - Invalid files are reported as by M(iotops.aliyun.iot_fleet_validate). Drift is not a failure; test
    RV(has_drift).
  - Intended drift is ignored by rules in files with the name C(drift_ignore.yml), which are beside the fleet files. A
    rule has the options C(kind), C(name) (as in the report, such as C(street_light/user/report)), C(fields),
    C(reason) and C(until), the last day on which it applies. C(kind), C(name) and C(fields) are patterns with C(*),
    C(?) and C([...]). C(kind) and C(reason) are required. A rule with C(fields) ignores differences of these fields
    only.
options:
  drift_dir:
    description:
      - Folder for the files C(drift.json), C(drift.md), C(drift.xml) (JUnit) and C(drift.sarif), which are overwritten.
        Created if it does not exist.
    type: path
  unmanaged:
    description:
      - Whether to look for resources that no file declares. The lists of all kinds are read, and the list of the
        devices of a product if it has more devices than are declared.
    type: bool
    default: true
  ignore:
    description:
      - Rules for intended drift, in addition to those in files.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description:
          - Kind in the singular or plural, or a pattern.
        type: str
        required: true
      name:
        description:
          - Name of the resource as in the report, or a pattern.
        type: str
        default: "*"
      fields:
        description:
          - Names of fields, or patterns. If set, only differences of these fields are ignored.
        type: list
        elements: str
        default: []
      reason:
        description:
          - Why the drift is intended.
        type: str
        required: true
      until:
        description:
          - The last day (UTC) on which the rule applies, such as C(2030-12-31).
        type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.fleet
seealso:
  - module: iotops.aliyun.iot_fleet_plan
  - module: iotops.aliyun.iot_fleet_apply
  - plugin: iotops.aliyun.fleet
    plugin_type: lookup
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Compare the account with the files of a fleet
  iotops.aliyun.iot_fleet_drift:
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
    drift_dir: "{{ playbook_dir }}/out"
  register: compared

- name: Show whether there is drift
  ansible.builtin.debug:
    msg: "{{ compared.summary }}"
"""

RETURN = r""" """

RETURN = r"""
has_drift:
  description: Whether anything differs that no rule ignores.
  returned: success
  type: bool
  sample: true
drift:
  description: The report, as in the file C(drift.json).
  returned: success
  type: dict
  sample:
    format_version: '1.0'
    account: 0b7d7fa3f0d2a0c1
    time: '2026-01-31T02:00:00Z'
    summary:
      missing: 0
      changed: 1
      unwanted: 0
      unmanaged: 1
      ignored: 0
      in_sync: 3
    drift:
      - kind: topic
        name: street_light/user/report
        status: changed
        source: fleet/lamps.yml:5:48
        fields:
          operation:
            before: sub
            after: pub
    unmanaged:
      - kind: topic
        parent: street_light
        count: 1
        names:
          - user/old
    ignored: []
    rules: []
summary:
  description: The number of resources by status in one line.
  returned: success
  type: str
  sample: 'Drift: 0 missing, 1 changed, 0 unwanted, 1 unmanaged; 0 ignored, 3 in sync'
problems:
  description: What is wrong, with the C(source) and the C(message) of each problem.
  returned: if the files are invalid or the account cannot be compared
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

from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift_entry import DriftEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = DriftEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
