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
  description: Rules that match the filters, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the rule. Unique within an instance.
      returned: always
      type: str
    rule_id:
      description: RuleId that the platform assigned to the rule.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product from which the rule selects data.
      returned: when the rule has an SQL statement
      type: str
    short_topic:
      description: Topic from which the rule selects data, relative to the product. V(+) matches every device.
      returned: when the rule has an SQL statement
      type: str
    topic_type:
      description: Type of the topic, which is a topic of the platform (V(system)), a custom topic (V(custom)),
        or the topic of the devices' status (V(status)).
      returned: when the rule has an SQL statement
      type: str
    select:
      description: Fields that the rule selects, which is the part of the SQL statement between C(SELECT) and C(FROM).
      returned: always
      type: str
    where:
      description: Condition of the rule, which is the part of the SQL statement after C(WHERE).
      returned: always
      type: str
    description:
      description: Description of the rule.
      returned: always
      type: str
    data_type:
      description: Format of the data, C(json) or C(binary).
      returned: when read in full (see O(details))
      type: str
    actions:
      description: Actions of the rule, which forward the selected data.
      returned: when read in full (see O(details))
      type: list
      elements: dict
    status:
      description: Status of the rule, C(started) or C(stopped).
      returned: always
      type: str
    created:
      description: Time when the rule was created, in UTC.
      returned: always
      type: str
    modified:
      description: Time when the rule was last changed, in UTC.
      returned: always
      type: str
  sample:
    - name: overheat
      rule_id: '100000'
      product_key: a1BwAGVxxxx
      short_topic: +/thing/event/property/post
      topic_type: system
      select: deviceName() as deviceName, items.Temperature.value as t
      where: t > 60
      actions:
        - action_id: '10003'
          type: republish
          configuration:
            topic: /a1BwAGVxxxx/console/user/alarm
            topicType: 1
          error_action: false
      status: started
      created: '2019-02-28T06:14:33.000Z'
calls:
  description: Number of requests sent to the API.
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
