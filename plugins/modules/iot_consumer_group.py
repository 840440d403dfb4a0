#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_consumer_group
short_description: Manage a consumer group
version_added: 0.1.0
description:
  - A consumer group gets the messages of AMQP subscriptions, which its clients share among them.
  - Every account has a default group, V(DEFAULT_GROUP), which can be neither changed nor deleted.
  - A group that a subscription has cannot be deleted. Take it out of the subscription first.
options:
  name:
    description:
      - The group's name, which is unique in an instance. V(DEFAULT_GROUP) is the default group, whatever it is called.
      - 4 to 30 characters of Chinese and English letters, digits and underscores; a Chinese character counts as 2.
    type: str
    required: true
  renamed_from:
    description:
      - What the group was called before. Where nothing has the new O(name) and one has this, that one is renamed.
    type: str
  state:
    description:
      - Whether the group is there. Messages that wait for one that is deleted are lost.
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
- name: A group for the console
  iotops.aliyun.iot_consumer_group:
    name: console

- name: It is called otherwise
  iotops.aliyun.iot_consumer_group:
    name: dashboard
    renamed_from: console

- name: It is not needed any longer
  iotops.aliyun.iot_consumer_group:
    name: dashboard
    state: absent
"""

RETURN = r"""
consumer_group:
  description: The consumer group; empty when it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    group_id:
      description: The GroupId that the platform gave it, by which clients connect.
      type: str
      returned: always
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
    backlog:
      description: How many messages wait for it.
      type: int
      returned: by M(iotops.aliyun.iot_consumer_group_info), where the group is read whole
    rate:
      description: How many messages a minute its clients take.
      type: int
      returned: with C(backlog)
    real_time_rate:
      description: How many of these had not waited.
      type: int
      returned: with C(backlog)
    backlog_rate:
      description: How many of these had waited.
      type: int
      returned: with C(backlog)
    last_consumed:
      description: When a message was last taken, in UTC; empty where none was.
      type: str
      returned: with C(backlog)
    clients:
      description:
        - The clients that are connected, each with C(client_id), C(address) (IP address and port), C(online_since)
          (milliseconds since 1970), C(real_time_rate) and C(backlog_rate).
      type: list
      elements: dict
      returned: with C(backlog)
  sample:
    name: console
    group_id: nJRaJPn5U1JITGfjBO9l000100
    created: "2020-05-20T00:05:20.000Z"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: console}
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
      operation: CreateConsumerGroup
      status: done
      changes:
        name: {before: null, after: console}
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.consumer_group import ConsumerGroup

ENTRY = ResourceEntry(ConsumerGroup)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
