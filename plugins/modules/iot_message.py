#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_message
short_description: Send messages to devices
version_added: 0.1.0
description:
  - Publishes a message to one device, to some or to all of a product, asks a device and waits for its answer, or
    subscribes a device to topics.
  - Properties are set with M(iotops.aliyun.iot_property), and services are invoked with M(iotops.aliyun.iot_service).
options:
  action:
    description:
      - What to do.
      - V(publish) publishes to one topic, V(batch) to the same topic of some devices of the product.
      - V(broadcast) publishes to all devices of the product that are online, once a minute in the account, or with
        O(topic) to those of them that have subscribed to that, once a second.
      - V(rrpc) asks a device and waits for its answer. The task fails where none comes.
      - V(subscribe) subscribes a device that is online to O(topics).
    type: str
    required: true
    choices: [publish, batch, broadcast, rrpc, subscribe]
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  device:
    description:
      - The device's name, within O(product). Needed for V(rrpc), V(subscribe) and where O(topic) is one below product
        and device.
    type: str
  devices:
    description:
      - The names of the devices for V(batch). Each hundred of them takes a request.
    type: list
    elements: str
  topic:
    description:
      - The topic. One that begins with a slash is taken as it is. Any other is below product and device, such as
        V(user/get), and for V(broadcast) below the product's broadcast topics.
      - The device must be able to subscribe to it. For V(rrpc) it is one that the device listens on for that, and the
        platform's own where none is given.
    type: str
  topics:
    description:
      - The topics for V(subscribe), written as O(topic). Each ten of them take a request.
    type: list
    elements: str
  payload:
    description:
      - The message as text, at most 256 KB, and 64 KB for V(broadcast).
    type: str
  payload_base64:
    description:
      - The message in Base64, where it is no text.
    type: str
  qos:
    description:
      - How often a message is delivered, once at most (V(0), what the platform takes where nothing is said) or once at
        least (V(1)).
    type: int
  answer_within_milliseconds:
    description:
      - How long to wait for the answer to V(rrpc), 1,000 to 8,000 milliseconds. It is 5,000 where nothing is said.
    type: int
  response_topic:
    description:
      - The topic on which the device is to answer, for devices that speak MQTT 5.0.
    type: str
  correlation_data:
    description:
      - What the device is to answer with, as text, 1 to 96 characters, for devices that speak MQTT 5.0.
    type: str
  user_properties:
    description:
      - Properties of the message, at most 20, for devices that speak MQTT 5.0.
    type: dict
  content_type:
    description:
      - What the message is, for devices that speak MQTT 5.0.
    type: str
  expires_in_seconds:
    description:
      - How long the message may wait to be delivered, for devices that speak MQTT 5.0.
    type: int
  retained:
    description:
      - Whether the message is kept for those that subscribe later.
    type: bool
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Checks the options, and does nothing.
  diff_mode:
    support: none
    description: What is done leaves no state that could be compared.
  idempotent:
    support: none
    description: Each run does it again.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_property
  - module: iotops.aliyun.iot_service
  - module: iotops.aliyun.iot_topic
  - module: iotops.aliyun.iot_message_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Devices may listen
  iotops.aliyun.iot_topic:
    product: street_light
    short_name: user/command
    operation: sub

- name: One lamp is told
  iotops.aliyun.iot_message:
    action: publish
    product: street_light
    device: lamp-0001
    topic: user/command
    payload: "{{ {'brightness': 70} | to_json }}"
    qos: 1

- name: Some are told
  iotops.aliyun.iot_message:
    action: batch
    product: street_light
    devices: [lamp-0001]
    topic: user/command
    payload: good night

- name: All that are online are told
  iotops.aliyun.iot_message:
    action: broadcast
    product: street_light
    payload: good night
"""

RETURN = r"""
message_id:
  description: The id that the platform gave the message.
  returned: when it went to one topic, and not in check mode
  type: str
  sample: "889455942124347329"
code:
  description: How the device was asked, C(SUCCESS) where it has answered.
  returned: when a device was asked
  type: str
  sample: SUCCESS
answer:
  description: What the device has answered.
  returned: when a device was asked
  type: dict
  contains:
    payload:
      description: The answer as text.
      type: str
      returned: when it is text
    payload_base64:
      description: The answer in Base64.
      type: str
      returned: always
  sample: {payload: world hello, payload_base64: d29ybGQgaGVsbG8=}
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: The message would be published; nothing was done in check mode
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
  sample: 2
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_message import Message

ENTRY = Message()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
