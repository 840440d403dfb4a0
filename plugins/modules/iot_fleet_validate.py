#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_fleet_validate
short_description: Check the files of a fleet
version_added: 0.1.0
description:
  - Finds everything that is wrong in fleet files without asking the platform. It needs no credentials.
  - Checks the kinds and options, the limits of the platform, CSV files, duplicates, references to resources that are
    not declared, cycles, and properties that the thing model of the product does not have. All problems are reported
    together, each with its file, line and column.
  - Every problem has a rule and a level. The task fails if there is an error; warnings are shown.
options:
  base:
    description:
      - Declared resources before the changes, the value of the same lookup for another folder, such as a checkout of
        the main branch. Changes that break a thing model that was published there are problems. If the model sets
        C(allow_breaking), they are warnings.
    type: dict
  rules_dir:
    description:
      - Folder with rules of your own. A file C(*.py) contains functions with the decorator C(rule) of
        C(module_utils/account/user_rules.py). A file such as C(topics.schema.json) contains a JSON schema (draft
        2020-12) for the options of the resources of that kind.
    type: path
  levels:
    description:
      - Levels of findings by rule, C(error), C(warning), C(note), or C(none) to ignore the rule.
    type: dict
    default: {}
  sarif_file:
    description:
      - File for the findings as SARIF 2.1.0. It is written even if there are problems, and in check mode.
    type: path
  junit_file:
    description:
      - File for the findings as a JUnit report. It is written even if there are problems, and in check mode.
    type: path
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
- name: Check the files of a fleet
  iotops.aliyun.iot_fleet_validate:
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"

- name: Compare with the main branch, and write reports
  iotops.aliyun.iot_fleet_validate:
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
    base: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/main/fleet') }}"
    rules_dir: "{{ playbook_dir }}/rules"
    levels:
      unknown-property: warning
    sarif_file: "{{ playbook_dir }}/out/fleet.sarif"
    junit_file: "{{ playbook_dir }}/out/fleet.xml"
"""

RETURN = r"""
problems:
  description:
    - What was found, with the C(source) (file, line and column), the C(message), the C(rule), the C(level) and
      the resource (C(subject)) of each finding.
  returned: always
  type: list
  elements: dict
  sample:
    - source: fleet/lamps.yml:3:20
      message: naem is not an option of products; did you mean name?
      rule: unknown-option
      level: error
      subject: product street_light
count:
  description: Number of declared resources.
  returned: success
  type: int
  sample: 12
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.account.validate_entry import ValidateEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = ValidateEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
