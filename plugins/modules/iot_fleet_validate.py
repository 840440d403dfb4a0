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
  - Checks the kinds and options, the limits of the platform, duplicates, references to resources that are not declared,
    and cycles. All problems are reported together, each with its file, line and column.
options:
  fleet:
    description:
      - Declared resources, the value of the lookup P(iotops.aliyun.fleet#lookup), or a mapping of kinds in the plural
        to lists of resources.
    type: dict
    required: true
  external:
    description:
      - Names of resources that exist and are not declared, by the plural of their kind. References to them are not a
        problem.
    type: dict
    default: {}
extends_documentation_fragment:
  - iotops.aliyun.iot
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
    fleet: "{{ lookup('iotops.aliyun.fleet', 'fleet/') }}"
"""

RETURN = r"""
problems:
  description: What is wrong, with the C(source) (file, line and column) and the C(message) of each problem.
  returned: always
  type: list
  elements: dict
  sample:
    - source: fleet/lamps.yml:3:20
      message: naem is not an option of products; did you mean name?
count:
  description: Number of declared resources.
  returned: success
  type: int
  sample: 12
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import ValidateEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = ValidateEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
