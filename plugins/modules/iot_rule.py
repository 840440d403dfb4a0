#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_rule
short_description: Manage rules and their actions
version_added: 0.1.0
description:
  - Creates, updates, starts, stops and deletes rules. A rule selects data that devices send with an SQL statement and
    forwards it with actions.
  - The rule and its actions are managed as one resource.
  - Actions have no name. The module identifies an action by its type, its target and O(actions[].error_action).
options:
  name:
    description:
      - Name of the rule. Unique within an instance.
      - 1 to 30 Chinese, Japanese and English letters, digits, underscores and hyphens. A Chinese or Japanese character
        counts as 2.
    type: str
    required: true
  state:
    description:
      - Desired state of the rule.
      - V(present) does not change whether the rule runs. A new rule is stopped.
      - V(started) requires O(product), O(short_topic) and O(select).
      - V(absent) stops a running rule before deleting it.
    type: str
    choices: [present, started, stopped, absent]
    default: present
  product:
    description:
      - Name or ProductKey of the product.
    type: str
  short_topic:
    description:
      - Topic from which the rule selects data, relative to the product. V(+) matches every device.
      - For example, V(+/thing/event/property/post).
      - Must start with the name of a device or a wildcard.
    type: str
  topic_type:
    description:
      - Type of the topic, which is a topic of the platform (V(system)), a custom topic (V(custom)), or the topic of the
        devices' status (V(status)).
      - If not set, it is derived from O(short_topic).
    type: str
    choices: [system, custom, status]
  data_type:
    description:
      - Format of the data, V(json) or V(binary).
      - A new rule has V(json) if this option is not set. The format of an existing rule cannot be changed.
      - V(binary) requires a custom topic or the topic of the devices' status, an O(select) without fields, such as V(*)
        or C(to_base64\(*\) as data), and no action of type V(ots).
    type: str
    choices: [json, binary]
  select:
    description:
      - Fields that the rule selects, which is the part of the SQL statement between C(SELECT) and C(FROM).
      - The syntax is checked before the rule is changed. The platform checks the functions.
    type: str
  where:
    description:
      - Condition of the rule, which is the part of the SQL statement after C(WHERE).
      - An empty string clears the value.
      - The syntax is checked before the rule is changed. The platform checks the functions.
    type: str
  description:
    description:
      - Description of the rule.
      - Up to 100 characters.
      - An empty string clears the value.
    type: str
  actions:
    description:
      - Actions of the rule, which forward the selected data.
      - Up to 10 actions.
    type: list
    elements: dict
    suboptions:
      type:
        description:
          - Type of the action, which determines where the data is sent.
        type: str
        required: true
        choices: [republish, amqp, datahub, ons, mns, fc, ots]
      configuration:
        description:
          - Target of the action and how to access it, with the members that the platform's manual lists for the type.
          - The configuration is validated against a schema of the type before any request is sent.
          - A V(republish) action has C(topic), which can contain the name of a product instead of its ProductKey, and
            C(topicType), 0 for topics of a thing model and 1 for custom topics.
          - An V(amqp) action has C(groupId), the GroupId or the name of a consumer group.
          - An V(mns) action has C(themeName). An V(ons) action has C(instanceId), C(topic) and optionally C(tag). An
            V(fc) action has C(serviceName) and C(functionName). A V(datahub) action has C(projectName), C(topicName)
            and C(schemaVals). An V(ots) action has C(instanceName), C(tableName) and C(primaryKeys). Each of these also
            has C(regionName) and C(role) (C(roleArn), C(roleName)).
        type: dict
        required: true
      error_action:
        description:
          - Whether the action receives the data that the other actions could not forward.
          - A rule can have only one such action.
        type: bool
        default: false
  purge_actions:
    description:
      - Whether to remove actions that are not listed in O(actions).
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
- name: Create and start a rule that republishes high temperatures to another topic
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

- name: Forward binary data of a custom topic to consumers
  iotops.aliyun.iot_rule:
    name: raw_frames
    product: street_light
    short_topic: +/user/frame
    data_type: binary
    select: "*"
    actions:
      - type: amqp
        configuration:
          groupId: DEFAULT_GROUP

- name: Stop a rule
  iotops.aliyun.iot_rule:
    name: overheat
    state: stopped

- name: Delete a rule
  iotops.aliyun.iot_rule:
    name: overheat
    state: absent
"""

RETURN = r"""
rule:
  description: The rule. Empty if it is absent.
  returned: success
  type: dict
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
      returned: when the rule exists
      type: str
    actions:
      description: Actions of the rule, which forward the selected data.
      returned: when O(actions) is set
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
    name: overheat
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
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: overheat
steps:
  description: Requests that change the resource, in the order in which they are sent. In check mode they are planned
    only.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Kind of change, C(create), C(update) or C(delete).
      returned: always
      type: str
    operation:
      description: Operation of the API.
      returned: always
      type: str
    status:
      description: Status of the step, C(planned), C(done) or C(failed).
      returned: always
      type: str
    requests:
      description: Number of requests, if a task that failed or was interrupted has sent several of the same operation.
      returned: when a failed task has sent several requests of the operation
      type: int
    changes:
      description: Options that the step changes, each with its values C(before) and C(after).
      returned: always
      type: dict
  sample:
    - action: create
      operation: CreateRule
      status: done
      changes:
        name:
          before: null
          after: overheat
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product street_light does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.rule import Rule

ENTRY = ResourceEntry(Rule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
