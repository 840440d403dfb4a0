#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_consumer_group_info
short_description: Gather information about consumer groups
version_added: 0.1.0
description:
  - Returns the consumer groups of the instance, optionally filtered by name or GroupId.
  - For a consumer group that is read in full, the result also contains its backlog, its consumption rates and its
    connected clients.
options:
  name:
    description:
      - Return only the consumer group with this name.
      - V(DEFAULT_GROUP) always refers to the default consumer group, regardless of its display name.
    type: str
  group_id:
    description:
      - Return only the consumer group with this GroupId.
    type: str
  details:
    description:
      - Whether to read each listed consumer group in full, which takes additional requests for each of them.
      - A consumer group that is selected by O(name) or O(group_id) is always read in full.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_consumer_group
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Read the backlog of one consumer group
  iotops.aliyun.iot_consumer_group_info:
    name: console

- name: Read the backlog of all consumer groups
  iotops.aliyun.iot_consumer_group_info:
    details: true
"""

RETURN = r"""
consumer_groups:
  description: Consumer groups that match the filters, newest first.
  returned: success
  type: list
  elements: dict
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
      returned: when read in full (see O(details))
      type: int
    rate:
      description: Number of messages that the clients consume per minute.
      returned: when read in full (see O(details))
      type: int
    real_time_rate:
      description: Number of these messages that were not in the backlog.
      returned: when read in full (see O(details))
      type: int
    backlog_rate:
      description: Number of these messages that were in the backlog.
      returned: when read in full (see O(details))
      type: int
    last_consumed:
      description: Time when a message was last consumed, in UTC. Empty if no message has been consumed.
      returned: when read in full (see O(details))
      type: str
    clients:
      description: Connected clients, each with its C(client_id), C(address) (IP address and port), C(online_since)
        (in milliseconds since 1970-01-01 UTC), C(real_time_rate) and C(backlog_rate).
      returned: when read in full (see O(details))
      type: list
      elements: dict
  sample:
    - name: console
      group_id: nJRaJPn5U1JITGfjBO9l000100
      created: '2020-05-20T00:05:20.000Z'
      backlog: 26
      rate: 14
      real_time_rate: 14
      backlog_rate: 0
      last_consumed: '2020-05-29T03:37:56.000Z'
      clients:
        - client_id: 12345-1
          address: 192.168.1.2:55545
          online_since: 1627624830193
          real_time_rate: 14
          backlog_rate: 0
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.consumer_group import ConsumerGroup

ENTRY = InfoEntry(ConsumerGroup)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
