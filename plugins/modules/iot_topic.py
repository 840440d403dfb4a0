#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_topic
short_description: Manage custom topic classes of a product
version_added: 0.1.0
description:
  - Creates, updates and deletes custom topic classes, the topics that devices of a product can publish or subscribe to
    in addition to the platform's system topics.
  - A product can have up to 50 custom topic classes.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  short_name:
    description:
      - Name of the topic below C(/{ProductKey}/{DeviceName}/), for example V(user/report). Identifies the topic class
        within the product.
      - Levels of letters, digits and underscores, separated by slashes, up to 128 characters. Custom topics always
        start with C(user/). The prefix can be omitted.
      - If O(operation) is V(sub), V(+) can be used for any level, and V(#) at the end for all further levels.
      - A product can have up to 50 topics.
    type: str
    required: true
  state:
    description:
      - Desired state of the topic class.
    type: str
    choices: [present, absent]
    default: present
  operation:
    description:
      - Operations that devices can perform on the topic, publish (V(pub)), subscribe (V(sub)) or both (V(all)).
      - Required when the topic class is created.
    type: str
    choices: [pub, sub, all]
  description:
    description:
      - Description of the topic class.
      - Up to 100 characters. An empty string clears the value.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_topic_info
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a topic class on which devices publish
  iotops.aliyun.iot_topic:
    product: street_light
    short_name: user/report
    operation: pub
    description: hourly reports

- name: Create several topic classes to which devices subscribe
  iotops.aliyun.iot_topic:
    product: street_light
    short_name: "{{ item }}"
    operation: sub
  loop:
    - user/command
    - user/notice/#

- name: Delete a topic class
  iotops.aliyun.iot_topic:
    product: street_light
    short_name: user/report
    state: absent
"""

RETURN = r"""
topic:
  description: The topic class. Empty if it is absent.
  returned: success
  type: dict
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
    product_key: a1BwAGVxxxx
    short_name: user/report
    topic_id: '12362218'
    operation: pub
    description: reports once an hour
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      short_name: user/report
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
      operation: CreateProductTopic
      status: done
      changes:
        short_name:
          before: null
          after: user/report
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic import Topic

ENTRY = ResourceEntry(Topic)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
