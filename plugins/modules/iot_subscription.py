#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_subscription
short_description: Manage a server-side subscription of a product
version_added: 0.1.0
description:
  - A subscription pushes messages of a product's devices to servers, over AMQP to consumer groups, or into a queue of
    Message Service (MNS). A product has one of each type at most.
  - It is to one kind of messages at least. A kind that is not given stays as it is; in a new subscription it is off.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  type:
    description:
      - How messages are pushed. A product has one subscription of each type, so this tells one from the other.
    type: str
    choices: [amqp, mns]
    required: true
  state:
    description:
      - Whether there is a subscription. Messages that wait for consumer groups already still reach them.
    type: str
    choices: [present, absent]
    default: present
  consumer_groups:
    description:
      - The consumer groups that get the messages, by their names or their GroupIds; V(DEFAULT_GROUP) is the default
        group. Each gets all of them. Needed to make a subscription of the type V(amqp), and only for that.
      - There is one at least. New groups are added before others are removed.
    type: list
    elements: str
  purge_consumer_groups:
    description:
      - Whether consumer groups that O(consumer_groups) does not have are removed.
    type: bool
    default: true
  mns_configuration:
    description:
      - The queue that gets the messages, with C(queueName), C(regionName), and C(role) with C(roleArn) and C(roleName),
        the role by which the platform reaches it. Needed to make a subscription of the type V(mns), and only for that.
    type: dict
  device_data:
    description:
      - Whether messages tell what devices report, with a thing model or on custom topics.
    type: bool
  device_status_change:
    description:
      - Whether messages tell that devices come online and go offline.
    type: bool
  device_life_cycle:
    description:
      - Whether messages tell that devices are made, enabled, disabled and deleted.
    type: bool
  device_topo_life_cycle:
    description:
      - Whether messages tell that sub-devices come to a gateway and leave it. A product of gateways only.
    type: bool
  found_device_list:
    description:
      - Whether messages tell sub-devices that a gateway has found. A product of gateways only.
    type: bool
  thing_history:
    description:
      - Whether messages tell what devices report late.
    type: bool
  ota_event:
    description:
      - Whether messages tell how upgrades of devices go on.
    type: bool
  ota_version:
    description:
      - Whether messages tell versions that devices report. AMQP only.
    type: bool
  ota_job:
    description:
      - Whether messages tell how upgrade jobs go on. AMQP only.
    type: bool
  device_tag:
    description:
      - Whether messages tell that tags of devices change. AMQP only.
    type: bool
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_subscription_info
  - module: iotops.aliyun.iot_consumer_group
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A group for the archive
  iotops.aliyun.iot_consumer_group:
    name: archive

- name: The console and the archive get what lamps report
  iotops.aliyun.iot_subscription:
    product: street_light
    type: amqp
    consumer_groups:
      - console
      - archive
    device_data: true
    device_status_change: true

- name: The archive is full
  iotops.aliyun.iot_subscription:
    product: street_light
    type: amqp
    consumer_groups:
      - console

- name: Upgrades are told to a queue
  iotops.aliyun.iot_subscription:
    product: street_light
    type: mns
    mns_configuration:
      queueName: upgrades
      regionName: cn-shanghai
      role:
        roleName: AliyunIOTAccessingMNSRole
        roleArn: acs:ram::5645:role/aliyuniotaccessingmnsrole
    ota_event: true

- name: Not to a queue
  iotops.aliyun.iot_subscription:
    product: street_light
    type: mns
    state: absent
"""

RETURN = r"""
subscription:
  description: The subscription; empty when it is absent.
  returned: success
  type: dict
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
    product_key: a1BwAGVxxxx
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
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {device_data: true}
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
      operation: CreateSubscribeRelation
      status: done
      changes:
        device_data: {before: null, after: true}
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
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription import Subscription

ENTRY = ResourceEntry(Subscription)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
