#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_subscription_info
short_description: Gather information about server-side subscriptions of a product
version_added: 0.1.0
description:
  - Returns the server-side subscriptions of a product. A product can have one subscription over AMQP and one to a queue
    of Message Service (MNS).
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  type:
    description:
      - Return only the subscription of this type.
    type: str
    choices: [amqp, mns]
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_subscription
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List all subscriptions of a product
  iotops.aliyun.iot_subscription_info:
    product: street_light

- name: Get the AMQP subscription with its consumer groups
  iotops.aliyun.iot_subscription_info:
    product: street_light
    type: amqp
"""

RETURN = r"""
subscriptions:
  description: Subscriptions that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    type:
      description: Type of the subscription, over AMQP to consumer groups (V(amqp)) or to a queue of Message Service
        (V(mns)). Identifies the subscription within the product.
      returned: always
      type: str
    consumer_groups:
      description: Consumer groups that receive the messages, each with its C(name) and C(group_id).
      returned: for subscriptions of type V(amqp)
      type: list
      elements: dict
    mns_configuration:
      description: Configuration of the queue that receives the messages, with C(queueName), C(regionName) and C(role).
        C(role) contains C(roleArn) and C(roleName) of the role that the platform uses to access the queue.
      returned: for subscriptions of type V(mns)
      type: dict
    device_data:
      description: Whether the subscription includes data that devices report, through a thing model or on custom
        topics.
      returned: always
      type: bool
    device_status_change:
      description: Whether the subscription includes messages about devices that come online or go offline.
      returned: always
      type: bool
    device_life_cycle:
      description: Whether the subscription includes messages about devices that are created, enabled, disabled
        or deleted.
      returned: always
      type: bool
    device_topo_life_cycle:
      description: Whether the subscription includes messages about sub-devices that are attached to or detached
        from a gateway.
      returned: always
      type: bool
    found_device_list:
      description: Whether the subscription includes messages about sub-devices that a gateway has discovered.
      returned: always
      type: bool
    thing_history:
      description: Whether the subscription includes historical data, which devices report late.
      returned: always
      type: bool
    ota_event:
      description: Whether the subscription includes messages about the progress of device upgrades.
      returned: always
      type: bool
    ota_version:
      description: Whether the subscription includes versions that devices report.
      returned: always
      type: bool
    ota_job:
      description: Whether the subscription includes messages about the progress of OTA jobs.
      returned: always
      type: bool
    device_tag:
      description: Whether the subscription includes messages about changes of device tags.
      returned: always
      type: bool
  sample:
    - product_key: a1BwAGVxxxx
      type: amqp
      consumer_groups:
        - name: console
          group_id: nJRaJPn5U1JITGfjBO9l000100
      device_data: true
      device_status_change: true
      device_life_cycle: false
      device_topo_life_cycle: false
      found_device_list: false
      thing_history: false
      ota_event: false
      ota_version: false
      ota_job: false
      device_tag: false
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.subscription import Subscription

ENTRY = InfoEntry(Subscription)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
