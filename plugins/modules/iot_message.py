#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_message
short_description: Send messages to devices
version_added: 0.1.0
description:
  - Publishes a message to one device, to several devices or to all devices of a product, sends a request to a device
    and waits for its response, or subscribes a device to topics.
  - Use M(iotops.aliyun.iot_property) to set properties, and M(iotops.aliyun.iot_service) to invoke services.
options:
  action:
    description:
      - Action to perform.
      - V(publish) publishes to one topic. V(batch) publishes to the same topic of several devices of the product.
      - V(broadcast) publishes to all online devices of the product, at most once a minute for the whole account. If
        O(topic) is set, it publishes to the online devices that have subscribed to the topic, at most once a second.
      - V(rrpc) sends a request to a device and waits for its response. The task fails if no response arrives.
      - V(subscribe) subscribes an online device to O(topics).
    type: str
    required: true
    choices: [publish, batch, broadcast, rrpc, subscribe]
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  device:
    description:
      - Name of the device.
      - Required for V(rrpc), for V(subscribe), and if O(topic) is relative to a device.
    type: str
  devices:
    description:
      - Names of the devices for V(batch).
      - Up to 100 devices are sent in one request.
    type: list
    elements: str
  topic:
    description:
      - Topic to publish to. A topic that starts with a slash is used unchanged. Any other topic, such as V(user/get),
        is relative to C(/{ProductKey}/{DeviceName}/), and for V(broadcast) to the product's broadcast topics.
      - The device must be allowed to subscribe to the topic.
      - For V(rrpc), a topic on which the device receives RRPC requests. If not set, the platform's RRPC topic is used.
    type: str
  topics:
    description:
      - Topics for V(subscribe), in the same form as O(topic).
      - Up to 10 topics are sent in one request.
    type: list
    elements: str
  payload:
    description:
      - Content of the message, as text.
      - At most 256 KB, and at most 64 KB for V(broadcast).
    type: str
  payload_base64:
    description:
      - Content of the message, encoded in Base64. For content that is not text.
    type: str
  qos:
    description:
      - MQTT quality of service, which is at most once (V(0)) or at least once (V(1)).
      - If not set, the platform uses V(0).
    type: int
  answer_within_milliseconds:
    description:
      - Maximum time to wait for the response to V(rrpc), in milliseconds.
      - The range is 1,000 to 8,000. Defaults to V(5000).
    type: int
  response_topic:
    description:
      - Topic to which the device sends its response. Only for devices that use MQTT 5.0.
    type: str
  correlation_data:
    description:
      - Correlation data that the device includes in its response, as text of 1 to 96 characters. Only for devices that
        use MQTT 5.0.
    type: str
  user_properties:
    description:
      - User properties of the message. Only for devices that use MQTT 5.0.
      - At most 20 properties.
    type: dict
  content_type:
    description:
      - Content type of the message. Only for devices that use MQTT 5.0.
    type: str
  expires_in_seconds:
    description:
      - Time after which a message that has not been delivered expires, in seconds. Only for devices that use MQTT 5.0.
    type: int
  retained:
    description:
      - Whether the message is retained for devices that subscribe later.
    type: bool
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Validates the options and makes no changes.
  diff_mode:
    support: none
    description: The action leaves no state that could be compared.
  idempotent:
    support: none
    description: Each run performs the action again.
  action_group:
    support: full
    description: Uses the defaults of the action group.
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
- name: Create a topic class that devices can subscribe to
  iotops.aliyun.iot_topic:
    product: street_light
    short_name: user/command
    operation: sub

- name: Publish a message to one device
  iotops.aliyun.iot_message:
    action: publish
    product: street_light
    device: lamp-0001
    topic: user/command
    payload: "{{ {'brightness': 70} | to_json }}"
    qos: 1

- name: Publish a message to several devices
  iotops.aliyun.iot_message:
    action: batch
    product: street_light
    devices: [lamp-0001]
    topic: user/command
    payload: good night

- name: Broadcast a message to all online devices of the product
  iotops.aliyun.iot_message:
    action: broadcast
    product: street_light
    payload: good night
"""

RETURN = r"""
message_id:
  description: ID that the platform assigned to the message.
  returned: when O(action) is V(publish), V(broadcast) or V(rrpc), and not in check mode
  type: str
  sample: '889455942124347329'
code:
  description: Result code of the request, C(SUCCESS) if the device has responded.
  returned: when O(action=rrpc) and not in check mode
  type: str
  sample: SUCCESS
answer:
  description: Response of the device.
  returned: when O(action=rrpc) and not in check mode
  type: dict
  contains:
    payload:
      description: Content of the response, as text.
      returned: when the content is text
      type: str
    payload_base64:
      description: Content of the response, encoded in Base64.
      returned: always
      type: str
  sample:
    payload: world hello
    payload_base64: d29ybGQgaGVsbG8=
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The message would be published; nothing was done in check mode
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.message.message import Message

ENTRY = Message()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
