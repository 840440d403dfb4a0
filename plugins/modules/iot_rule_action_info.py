#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_rule_action_info
short_description: Gather information about a rule action
version_added: 0.1.0
description:
  - Returns the rule action with a given ID. The rule does not have to be known. To get all actions of a rule, use
    M(iotops.aliyun.iot_rule_info).
options:
  action_id:
    description:
      - Return the action with this ID.
    type: int
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_rule_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get a rule action by its ID
  iotops.aliyun.iot_rule_action_info:
    action_id: 10003
"""

RETURN = r"""
actions:
  description: The action, as a list with one element. Empty if no action has this ID.
  returned: success
  type: list
  elements: dict
  contains:
    action_id:
      description: ID of the action.
      returned: always
      type: str
    rule_id:
      description: RuleId of the rule.
      returned: always
      type: str
    type:
      description: Type of the action, such as C(republish).
      returned: always
      type: str
    configuration:
      description: Configuration of the action, including the members that the platform adds.
      returned: always
      type: dict
    error_action:
      description: Whether the action receives the data that the other actions could not forward.
      returned: always
      type: bool
  sample:
    - action_id: '10003'
      rule_id: '1000'
      type: amqp
      configuration:
        groupId: 1ruMBsxxxx
      error_action: false
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.action_info import RuleActionInfo

ENTRY = RuleActionInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
