#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_consumer_group
short_description: Manage a consumer group
version_added: 0.1.0
description:
  - Creates, renames and deletes consumer groups. A consumer group receives the messages of AMQP subscriptions, which
    are distributed among the clients of the group.
  - Every account has a default consumer group, V(DEFAULT_GROUP), which cannot be changed or deleted.
  - A consumer group that is used by a subscription cannot be deleted. Remove it from the subscription first.
options:
  name:
    description:
      - Name of the consumer group, unique in an instance.
      - 4 to 30 Chinese or English letters, digits and underscores. A Chinese character counts as 2.
      - V(DEFAULT_GROUP) always refers to the default consumer group, regardless of its display name.
    type: str
    required: true
  renamed_from:
    description:
      - Previous name of the consumer group.
      - If no consumer group is named O(name) and one has this name, that one is renamed to O(name).
    type: str
  state:
    description:
      - Desired state of the consumer group.
      - V(absent) deletes the consumer group. Messages in its backlog are lost.
      - A consumer group that a subscription uses cannot be deleted.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_consumer_group_info
  - module: iotops.aliyun.iot_consumer_group_reset
  - module: iotops.aliyun.iot_subscription
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a consumer group
  iotops.aliyun.iot_consumer_group:
    name: console

- name: Rename the consumer group
  iotops.aliyun.iot_consumer_group:
    name: dashboard
    renamed_from: console

- name: Delete the consumer group
  iotops.aliyun.iot_consumer_group:
    name: dashboard
    state: absent
"""

RETURN = r"""
consumer_group:
  description: The consumer group. Empty if it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the consumer group, unique in an instance.
      returned: always
      type: str
    group_id:
      description: GroupId that the platform assigned to the consumer group, with which clients connect.
      returned: always
      type: str
    created:
      description: Time when the consumer group was created, in UTC.
      returned: always
      type: str
    backlog:
      description: Number of messages in the backlog of the consumer group.
      returned: by M(iotops.aliyun.iot_consumer_group_info) only
      type: int
    rate:
      description: Number of messages that the clients consume per minute.
      returned: by M(iotops.aliyun.iot_consumer_group_info) only
      type: int
    real_time_rate:
      description: Number of these messages that were not in the backlog.
      returned: by M(iotops.aliyun.iot_consumer_group_info) only
      type: int
    backlog_rate:
      description: Number of these messages that were in the backlog.
      returned: by M(iotops.aliyun.iot_consumer_group_info) only
      type: int
    last_consumed:
      description: Time when a message was last consumed, in UTC. Empty if no message has been consumed.
      returned: by M(iotops.aliyun.iot_consumer_group_info) only
      type: str
    clients:
      description: Connected clients, each with its C(client_id), C(address) (IP address and port), C(online_since)
        (in milliseconds since 1970-01-01 UTC), C(real_time_rate) and C(backlog_rate).
      returned: by M(iotops.aliyun.iot_consumer_group_info) only
      type: list
      elements: dict
  sample:
    name: console
    group_id: nJRaJPn5U1JITGfjBO9l000100
    created: '2020-05-20T00:05:20.000Z'
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: console
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
      operation: CreateConsumerGroup
      status: done
      changes:
        name:
          before: null
          after: console
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.consumer_group import ConsumerGroup

ENTRY = ResourceEntry(ConsumerGroup)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
