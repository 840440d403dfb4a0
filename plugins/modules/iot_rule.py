#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_rule
short_description: Manage a rule with its actions
version_added: 0.1.0
description:
  - A rule selects data that devices send by SQL and forwards it. Rule and actions are one resource here, started or
    stopped.
  - An action has no name. It is the same action on the next run when it has the same type, the same target and the same
    O(actions[].error_action).
options:
  name:
    description:
      - The rule's name, which is unique in an instance.
      - 1 to 30 characters of Chinese, Japanese and English letters, digits, underscores and hyphens; a Chinese or
        Japanese character counts as 2.
    type: str
    required: true
  state:
    description:
      - Whether the rule is there, and whether it runs. V(present) leaves it running or not; a rule that is made starts
        stopped.
      - To start it needs O(product), O(short_topic) and O(select). A rule that runs is stopped before it is deleted.
    type: str
    choices: [present, started, stopped, absent]
    default: present
  product:
    description:
      - The product that the rule listens to, by its name or its ProductKey.
    type: str
  short_topic:
    description:
      - The topic that it listens to, below the product, such as V(+/thing/event/property/post); V(+) stands for every
        device.
    type: str
  topic_type:
    description:
      - What the topic is, one of the platform's own (V(system)), a custom one (V(custom)) or that of the devices'
        status (V(status)). Not given, it follows from O(short_topic).
    type: str
    choices: [system, custom, status]
  select:
    description:
      - What the rule selects, what stands between C(SELECT) and C(FROM).
    type: str
  where:
    description:
      - On which condition, what stands behind C(WHERE). An empty text clears it.
    type: str
  description:
    description:
      - What the rule is for, up to 100 characters. An empty text clears it.
    type: str
  actions:
    description:
      - What the rule does with the data, up to 10 actions.
    type: list
    elements: dict
    suboptions:
      type:
        description:
          - Where the data goes.
        type: str
        required: true
        choices: [republish, amqp, datahub, ons, mns, fc, ots]
      configuration:
        description:
          - The target and how to reach it, with the members that the platform's manual lists for the type. It is held
            against a schema of its type before anything is sent.
          - A V(republish) action has C(topic), which may name a product in place of its ProductKey, and C(topicType), 0
            for the topics of a thing model and 1 for custom ones.
          - An V(amqp) action has C(groupId), the consumer group's GroupId or its name.
          - V(mns) has C(themeName), V(ons) C(instanceId), C(topic) and if wanted C(tag), V(fc) C(serviceName) and
            C(functionName), V(datahub) C(projectName), C(topicName) and C(schemaVals), V(ots) C(instanceName),
            C(tableName) and C(primaryKeys); each of them has C(regionName) and C(role) (C(roleArn), C(roleName)) as
            well.
        type: dict
        required: true
      error_action:
        description:
          - Whether the action is for data that the other actions could not forward. A rule has one such action at most.
        type: bool
        default: false
  purge_actions:
    description:
      - Whether actions that O(actions) does not have are removed.
    type: bool
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
requirements:
  - jsonschema
seealso:
  - module: iotops.aliyun.iot_rule_info
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Tell the console when a lamp is too hot
  iotops.aliyun.iot_rule:
    name: overheat
    product: street_light
    short_topic: +/thing/event/property/post
    select: deviceName() as deviceName, items.Temperature.value as t
    where: t > 60
    state: started
    actions:
      - type: republish
        configuration:
          topic: /street_light/console/user/alarm
          topicType: 1

- name: Not now
  iotops.aliyun.iot_rule:
    name: overheat
    state: stopped

- name: Never again
  iotops.aliyun.iot_rule:
    name: overheat
    state: absent
"""

RETURN = r"""
rule:
  description: The rule; empty when it is absent.
  returned: success
  type: dict
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
    name: overheat
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
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: overheat}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: create
      operation: CreateRule
      status: done
      changes:
        name: {before: null, after: overheat}
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the product street_light does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule import Rule

ENTRY = ResourceEntry(Rule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
