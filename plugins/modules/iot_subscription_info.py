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
  description: The subscriptions that fit.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: The ProductKey of the product.
      type: str
      returned: always
    type:
      description: C(amqp) or C(mns).
      type: str
      returned: always
    consumer_groups:
      description: The consumer groups that get the messages, each with C(name) and C(group_id).
      type: list
      elements: dict
      returned: with the type C(amqp)
    mns_configuration:
      description: The queue that gets the messages.
      type: dict
      returned: with the type C(mns)
    device_data:
      description: Whether it is to what devices report, with a thing model or on custom topics.
      type: bool
      returned: always
    device_status_change:
      description: Whether it is to that devices come online and go offline.
      type: bool
      returned: always
    device_life_cycle:
      description: Whether it is to that devices are made, enabled, disabled and deleted.
      type: bool
      returned: always
    device_topo_life_cycle:
      description: Whether it is to that sub-devices come to a gateway and leave it.
      type: bool
      returned: always
    found_device_list:
      description: Whether it is to sub-devices that a gateway has found.
      type: bool
      returned: always
    thing_history:
      description: Whether it is to what devices report late.
      type: bool
      returned: always
    ota_event:
      description: Whether it is to how upgrades of devices go on.
      type: bool
      returned: always
    ota_version:
      description: Whether it is to versions that devices report.
      type: bool
      returned: always
    ota_job:
      description: Whether it is to how upgrade jobs go on.
      type: bool
      returned: always
    device_tag:
      description: Whether it is to that tags of devices change.
      type: bool
      returned: always
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
  description: How many requests were sent.
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
