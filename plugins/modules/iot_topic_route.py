#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_topic_route
short_description: Manage topic routes
version_added: 0.1.0
description:
  - Creates, updates and deletes topic routes. A topic route forwards messages that a device publishes on one of its
    custom topics to custom topics of other devices, without a rule. This module manages the source and all its
    destinations as one route.
  - The device of the source must have connected at least once.
  - A destination must match a topic class of its product, and its device must exist. The platform rejects destinations
    that do not, and creates the others.
options:
  source:
    description:
      - Custom topic on which a device publishes, for example V(/street_light/lamp-0001/user/report). The first level is
        the name or ProductKey of the product, the second level is the name of the device.
    type: str
    required: true
  destinations:
    description:
      - Custom topics to which messages are forwarded, in the same format as O(source).
      - Up to 100 topics.
      - An empty list deletes the route.
    type: list
    elements: str
  purge_destinations:
    description:
      - Whether to remove destinations that are not listed in O(destinations).
    type: bool
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_topic_route_info
  - module: iotops.aliyun.iot_topic
  - module: iotops.aliyun.iot_rule
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create the topic classes for publishing and receiving
  iotops.aliyun.iot_topic:
    product: street_light
    short_name: "{{ item.name }}"
    operation: "{{ item.operation }}"
  loop:
    - {name: user/report, operation: pub}
    - {name: user/neighbor, operation: sub}

- name: Forward messages of a lamp to another lamp
  iotops.aliyun.iot_topic_route:
    source: /street_light/lamp-0001/user/report
    destinations:
      - /street_light/lamp-0002/user/neighbor

- name: Delete the route
  iotops.aliyun.iot_topic_route:
    source: /street_light/lamp-0001/user/report
    destinations: []
"""

RETURN = r"""
topic_route:
  description: The route.
  returned: success
  type: dict
  contains:
    source_topic:
      description: Topic on which the device publishes.
      returned: always
      type: str
    destinations:
      description: Custom topics to which messages are forwarded, in the same format as O(source).
      returned: always
      type: list
      elements: str
  sample:
    source_topic: /a1BwAGVxxxx/lamp-0001/user/report
    destinations:
      - /a1BwAGVxxxx/lamp-0002/user/neighbor
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before:
      destinations: []
    after:
      destinations:
        - /a1BwAGVxxxx/lamp-0002/user/neighbor
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
    - action: update
      operation: CreateTopicRouteTable
      status: done
      changes:
        destinations:
          before: []
          after:
            - /a1BwAGVxxxx/lamp-0002/user/neighbor
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic_route import TopicRoute

ENTRY = ResourceEntry(TopicRoute)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
