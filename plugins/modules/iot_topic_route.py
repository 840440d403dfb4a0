#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_topic_route
short_description: Manage where a topic is routed to
version_added: 0.1.0
description:
  - What a device publishes on one of its custom topics can be sent on to custom topics of other devices, without a
    rule. The source and all of its destinations are one route here.
  - The source's device must have connected once. A destination must be a topic class of its product, of a device that
    is there; the platform refuses those that are not, and makes the others.
options:
  source:
    description:
      - The custom topic on which a device publishes, such as V(/street_light/lamp-0001/user/report). Its first level is
        the product, by its name or its ProductKey, its second the device.
    type: str
    required: true
  destinations:
    description:
      - The custom topics that it is sent on to, up to 100, as O(source) is written. An empty list takes the route away.
    type: list
    elements: str
  purge_destinations:
    description:
      - Whether destinations that O(destinations) does not have are removed.
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
- name: What the devices publish and receive
  iotops.aliyun.iot_topic:
    product: street_light
    short_name: "{{ item.name }}"
    operation: "{{ item.operation }}"
  loop:
    - {name: user/report, operation: pub}
    - {name: user/neighbour, operation: sub}

- name: A lamp tells its neighbour
  iotops.aliyun.iot_topic_route:
    source: /street_light/lamp-0001/user/report
    destinations:
      - /street_light/lamp-0002/user/neighbour

- name: No more
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
      description: The topic on which the device publishes.
      type: str
      returned: always
    destinations:
      description: The topics that it is sent on to; empty where it is sent nowhere.
      type: list
      elements: str
      returned: always
  sample:
    source_topic: /a1BwAGVxxxx/lamp-0001/user/report
    destinations:
      - /a1BwAGVxxxx/lamp-0002/user/neighbour
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {destinations: []}
    after: {destinations: [/a1BwAGVxxxx/lamp-0002/user/neighbour]}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: update
      operation: CreateTopicRouteTable
      status: done
      changes:
        destinations: {before: [], after: [/a1BwAGVxxxx/lamp-0002/user/neighbour]}
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
  sample: 4
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic_route import TopicRoute

ENTRY = ResourceEntry(TopicRoute)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
