#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_topic_route_info
short_description: Gather information about topic routes
version_added: 0.1.0
description:
  - Returns the destinations of a topic, or the topics that are routed to other topics.
  - The platform does not list all routes, so O(source) or O(destinations) must be set.
options:
  source:
    description:
      - Custom topic on which a device publishes, for example V(/street_light/lamp-0001/user/report). The first level is
        the name or ProductKey of the product, the second level is the name of the device.
    type: str
  destinations:
    description:
      - Return only routes that forward messages to all of these topics, in the same format as O(source).
    type: list
    elements: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_topic_route
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get the destinations of a topic
  iotops.aliyun.iot_topic_route_info:
    source: /street_light/lamp-0001/user/report

- name: List the routes that forward messages to a topic
  iotops.aliyun.iot_topic_route_info:
    destinations:
      - /street_light/lamp-0002/user/neighbor
"""

RETURN = r"""
topic_routes:
  description: Routes that match the filters, each with all its destinations.
  returned: success
  type: list
  elements: dict
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
    - source_topic: /a1BwAGVxxxx/lamp-0001/user/report
      destinations:
        - /a1BwAGVxxxx/lamp-0002/user/neighbor
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic_route import TopicRoute

ENTRY = InfoEntry(TopicRoute)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
