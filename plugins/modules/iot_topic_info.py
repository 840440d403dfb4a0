#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_topic_info
short_description: Gather information about custom topic classes of a product
version_added: 0.1.0
description:
  - Returns custom topic classes of a product, filtered by name or by the operations that devices can perform on them.
  - If no filter is set, all custom topic classes of the product are returned.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  short_name:
    description:
      - Name of the topic below C(/{ProductKey}/{DeviceName}/), for example V(user/report).
    type: str
  operation:
    description:
      - Return only topic classes with this operation, publish (V(pub)), subscribe (V(sub)) or both (V(all)).
    type: str
    choices: [pub, sub, all]
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_topic
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List all custom topic classes of a product
  iotops.aliyun.iot_topic_info:
    product: street_light

- name: List the topic classes on which devices only publish
  iotops.aliyun.iot_topic_info:
    product: street_light
    operation: pub
"""

RETURN = r"""
topics:
  description: Topic classes that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    short_name:
      description: Name of the topic below C(/{ProductKey}/{DeviceName}/), for example V(user/report). Identifies
        the topic class within the product.
      returned: always
      type: str
    topic_id:
      description: ID that the platform assigned to the topic class.
      returned: always
      type: str
    operation:
      description: Operations that devices can perform on the topic, publish (V(pub)), subscribe (V(sub)) or both
        (V(all)).
      returned: always
      type: str
    description:
      description: Description of the topic class.
      returned: always
      type: str
  sample:
    - product_key: a1BwAGVxxxx
      short_name: user/report
      topic_id: '12362218'
      operation: pub
      description: reports once an hour
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic import Topic

ENTRY = InfoEntry(Topic)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
