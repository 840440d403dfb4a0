#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_rule_info
short_description: Gather information about rules
version_added: 0.1.0
description:
  - Returns rules selected by name, product or status, or all rules of the instance.
options:
  name:
    description:
      - Return only the rule with this name, with full details.
    type: str
  product:
    description:
      - Return only rules that select data of this product, identified by its name or ProductKey.
    type: str
  status:
    description:
      - Return only rules with this status.
    type: str
    choices: [started, stopped]
  details:
    description:
      - Whether to read the full details of every listed rule, which takes further requests for each. Details are always
        read for a rule that is selected by O(name).
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_rule
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get one rule with its actions
  iotops.aliyun.iot_rule_info:
    name: overheat

- name: List the running rules
  iotops.aliyun.iot_rule_info:
    status: started
"""

RETURN = r"""
rules:
  description: The rules that fit, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    rule_id:
      description: The RuleId that the platform gave it.
      type: str
      returned: always
    product_key:
      description: The ProductKey of the product that it listens to.
      type: str
      returned: when it has SQL
    short_topic:
      description: The topic that it listens to, below the product.
      type: str
      returned: when it has SQL
    topic_type:
      description: C(system), C(custom) or C(status).
      type: str
      returned: when it has SQL
    select:
      description: What it selects.
      type: str
      returned: always
    where:
      description: On which condition.
      type: str
      returned: always
    description:
      description: What it is for.
      type: str
      returned: always
    data_type:
      description: C(json) or C(binary).
      type: str
      returned: when read whole
    actions:
      description: What it does, each with C(action_id), C(type), C(configuration) and C(error_action).
      type: list
      elements: dict
      returned: when asked for
    status:
      description: C(started) or C(stopped).
      type: str
      returned: always
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
    modified:
      description: When it last changed, in UTC.
      type: str
      returned: always
  sample:
    - name: overheat
      rule_id: "100000"
      product_key: a1BwAGVxxxx
      short_topic: +/thing/event/property/post
      topic_type: system
      select: deviceName() as deviceName, items.Temperature.value as t
      where: t > 60
      actions:
        - action_id: "10003"
          type: republish
          configuration: {topic: /a1BwAGVxxxx/console/user/alarm, topicType: 1}
          error_action: false
      status: started
      created: "2019-02-28T06:14:33.000Z"
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.rule import Rule

ENTRY = InfoEntry(Rule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
