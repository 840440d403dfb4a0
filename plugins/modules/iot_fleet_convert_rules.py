#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_fleet_convert_rules
short_description: Write fleet files that replace SQL rules by parsers
version_added: 0.1.0
description:
  - Reads the rules of an account and writes fleet files that declare a data source, destinations and a parser for each
    of them. The script of a parser does what the SQL and the actions of the rule do. Nothing in the account is changed.
  - Apply the files with M(iotops.aliyun.iot_fleet_apply), next to the files of the fleet. The parsers are stopped, so
    that no message is forwarded twice. Stop a rule before you start its parser.
  - What has no equivalent is not converted. RV(not_converted) lists it with the reasons, and RV(differences) lists what
    a parser does differently. Comments in the files repeat both.
options:
  convert_dir:
    description:
      - Folder for the files. Created if it does not exist.
      - A hidden file in it lists the files of the last run. The next run replaces these files, and removes those whose
        rules do not exist any more.
    type: path
    required: true
  rules:
    description:
      - Names of the rules to convert. All rules if not set.
    type: list
    elements: str
  running:
    description:
      - Whether the parsers of running rules are declared as started. Messages are forwarded twice until the rules are
        stopped.
      - Otherwise, and for stopped rules, parsers are declared as stopped, except for those that an earlier conversion
        has created and that run already.
    type: bool
    default: false
  fleet:
    description:
      - Declared resources, the value of the lookup P(iotops.aliyun.fleet#lookup), or a mapping of kinds in the plural
        to lists of resources. Their names are not used for other resources, their destinations are used again, and
        rules whose parsers they declare are not converted. Resources that the last run has written to O(convert_dir)
        do not count as declared.
    required: false
  overwrite:
    description:
      - Whether files that the last run has not written, or that were changed since, are replaced or removed. Otherwise,
        such a file is an error.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.fleet
seealso:
  - module: iotops.aliyun.iot_fleet_apply
  - module: iotops.aliyun.iot_parser
  - module: iotops.aliyun.iot_rule
  - plugin: iotops.aliyun.fleet
    plugin_type: lookup
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Convert all rules
  iotops.aliyun.iot_fleet_convert_rules:
    convert_dir: "{{ playbook_dir }}/fleet/parsers"
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
  register: conversion

- name: Show what is not converted
  ansible.builtin.debug:
    var: conversion.not_converted

- name: Convert one rule, and declare its parser as started
  iotops.aliyun.iot_fleet_convert_rules:
    convert_dir: "{{ playbook_dir }}/overheat"
    rules: [overheat]
    running: true
"""

RETURN = r""" """

RETURN = r"""
files:
  description: The files below O(convert_dir) that were written or removed, in check mode those that would be.
  returned: success
  type: list
  elements: str
  sample:
    - destinations.yml
    - rules/overheat.yml
converted:
  description: The converted rules (C(rule)), each with C(parser), C(data_source), C(destinations) and C(state)
    of the parser.
  returned: success
  type: list
  elements: dict
  sample:
    - rule: overheat
      parser: overheat
      data_source: overheat
      destinations:
        - amqp_console
      state: stopped
not_converted:
  description: What is not converted, each with C(rule), C(part) and C(reason). The other parts of the rule are
    converted.
  returned: success
  type: list
  elements: dict
  sample:
    - rule: archive
      part: action rds
      reason: there is no destination of the type rds in the API
differences:
  description: What parsers do differently, each with C(rule), C(part) and C(difference). The rule C(*) stands for
    all rules.
  returned: success
  type: list
  elements: dict
  sample:
    - rule: overheat
      part: error action amqp
      difference: the report about a failure has the format of parsers (parserName, and function and destinationId)
summary:
  description: The numbers of rules, notes and files in one line.
  returned: success
  type: str
  sample: 'Convert rules: 4 of 5 rules converted, 1 of them in part; 2 parts not converted, 2 differences; 5 files
    changed'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.account.convert_entry import ConvertRulesEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = ConvertRulesEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
