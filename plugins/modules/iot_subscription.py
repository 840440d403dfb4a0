#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_subscription
short_description: Manage server-side subscriptions of a product
version_added: 0.1.0
description:
  - Creates, updates and deletes server-side subscriptions. A subscription pushes messages of a product's devices to
    servers, either over AMQP to consumer groups or to a queue of Message Service (MNS).
  - A product can have one subscription of each type.
  - A subscription must include at least one message type. A message type that is not set keeps its current value. In a
    new subscription, it is disabled.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  type:
    description:
      - Type of the subscription, over AMQP to consumer groups (V(amqp)) or to a queue of Message Service (V(mns)).
        Identifies the subscription within the product.
    type: str
    choices: [amqp, mns]
    required: true
  state:
    description:
      - Desired state of the subscription.
      - If the subscription is deleted, messages that are already queued for consumer groups are still delivered.
    type: str
    choices: [present, absent]
    default: present
  consumer_groups:
    description:
      - Consumer groups that receive the messages, by name or GroupId. V(DEFAULT_GROUP) is the default consumer group.
      - Each consumer group receives all messages.
      - Required when a subscription of type V(amqp) is created. Not allowed for other types.
      - Must contain at least one consumer group. New consumer groups are added before others are removed.
    type: list
    elements: str
  purge_consumer_groups:
    description:
      - Whether to remove consumer groups that are not listed in O(consumer_groups).
    type: bool
    default: true
  mns_configuration:
    description:
      - Configuration of the queue that receives the messages, with C(queueName), C(regionName) and C(role). C(role)
        contains C(roleArn) and C(roleName) of the role that the platform uses to access the queue.
      - Required when a subscription of type V(mns) is created. Not allowed for other types.
    type: dict
  device_data:
    description:
      - Whether the subscription includes data that devices report, through a thing model or on custom topics.
    type: bool
  device_status_change:
    description:
      - Whether the subscription includes messages about devices that come online or go offline.
    type: bool
  device_life_cycle:
    description:
      - Whether the subscription includes messages about devices that are created, enabled, disabled or deleted.
    type: bool
  device_topo_life_cycle:
    description:
      - Whether the subscription includes messages about sub-devices that are attached to or detached from a gateway.
      - Only for products whose devices are gateways.
    type: bool
  found_device_list:
    description:
      - Whether the subscription includes messages about sub-devices that a gateway has discovered.
      - Only for products whose devices are gateways.
    type: bool
  thing_history:
    description:
      - Whether the subscription includes historical data, which devices report late.
    type: bool
  ota_event:
    description:
      - Whether the subscription includes messages about the progress of device upgrades.
    type: bool
  ota_version:
    description:
      - Whether the subscription includes versions that devices report.
      - Only for subscriptions of type V(amqp).
    type: bool
  ota_job:
    description:
      - Whether the subscription includes messages about the progress of OTA jobs.
      - Only for subscriptions of type V(amqp).
    type: bool
  device_tag:
    description:
      - Whether the subscription includes messages about changes of device tags.
      - Only for subscriptions of type V(amqp).
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
- name: Create a consumer group for the archive
  iotops.aliyun.iot_consumer_group:
    name: archive

- name: Push device data and status changes to two consumer groups
  iotops.aliyun.iot_subscription:
    product: street_light
    type: amqp
    consumer_groups:
      - console
      - archive
    device_data: true
    device_status_change: true

- name: Remove the consumer group of the archive from the subscription
  iotops.aliyun.iot_subscription:
    product: street_light
    type: amqp
    consumer_groups:
      - console

- name: Push the progress of device upgrades to an MNS queue
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

- name: Delete the MNS subscription
  iotops.aliyun.iot_subscription:
    product: street_light
    type: mns
    state: absent
"""

RETURN = r"""
subscription:
  description: The subscription. Empty if it is absent.
  returned: success
  type: dict
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
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      device_data: true
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
      operation: CreateSubscribeRelation
      status: done
      changes:
        device_data:
          before: null
          after: true
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.subscription import Subscription

ENTRY = ResourceEntry(Subscription)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
