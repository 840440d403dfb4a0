#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_info
short_description: Gather information about devices of a product
version_added: 0.1.0
description:
  - Returns the devices of a product, optionally filtered by name, status, tags and other values. One request lists up
    to 50 devices.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  name:
    description:
      - Return only the device with this name.
    type: str
  nickname:
    description:
      - Return only devices with this nickname.
    type: str
  status:
    description:
      - Return only devices with this status.
      - V(unactive) devices have never connected.
    type: str
    choices: [online, offline, unactive, disable]
  enabled:
    description:
      - Return only devices that can connect (V(true)), or only devices that cannot (V(false)).
    type: bool
  tags:
    description:
      - Return only devices that have all of these tags. They can have other tags as well.
      - Each device that matches the other filters is read individually for this filter.
    type: dict
  details:
    description:
      - Whether to read each listed device in full, which takes additional requests for each of them.
      - A device that is selected by O(name) is always read in full.
    type: bool
    default: false
  include:
    description:
      - Additional information to read for each returned device, which takes additional requests for each of them.
      - V(groups) are the static groups that the device is a member of, V(desired_properties) the desired values of its
        properties, V(gateway) the gateway that it is attached to, V(client_ids) the client IDs that it got by dynamic
        registration, and V(certificate) the X.509 certificate that the platform issued for it.
    type: list
    elements: str
    choices: [groups, desired_properties, gateway, client_ids, certificate]
    default: []
  include_secrets:
    description:
      - Whether the result contains the secrets of the devices.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device
  - module: iotops.aliyun.iot_device_certificates_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Read a device
  iotops.aliyun.iot_device_info:
    product: street_light
    name: lamp-0001

- name: List the devices that have never connected
  iotops.aliyun.iot_device_info:
    product: street_light
    status: unactive
  register: silent

- name: Read a device with the gateway that it is attached to
  iotops.aliyun.iot_device_info:
    product: street_light
    name: lamp-0001
    include: [gateway]
"""

RETURN = r"""
devices:
  description: The devices that fit, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: The ProductKey of its product.
      returned: always
      type: str
    name:
      description: Name of the device, unique in the product.
      returned: always
      type: str
    iot_id:
      description: The IotId that the platform gave it.
      returned: always
      type: str
    nickname:
      description: Nickname of the device, a display name.
      returned: always
      type: str
    tags:
      description: Tags of the device, as a dictionary of keys and values.
      returned: when asked for
      type: dict
    groups:
      description: Static groups that the device is a member of, by name or GroupId.
      returned: when O(include) has V(groups)
      type: list
      elements: dict
    desired_properties:
      description: Desired values of thing model properties, by property identifier.
      returned: when O(include) has V(desired_properties)
      type: dict
    enabled:
      description: Whether the device can connect to the platform.
      returned: always
      type: bool
    gateway:
      description: Gateway that the device is attached to, if the device connects through a gateway.
      returned: when asked for
      type: dict
    client_ids:
      description: Client IDs of a device that uses dynamic registration without pre-registration.
      returned: when asked for
      type: list
      elements: str
    status:
      description: C(online), C(offline), C(unactive) (it has never connected) or C(disable).
      returned: always
      type: str
    node_type:
      description: C(device) or C(gateway).
      returned: when read whole
      type: str
    firmware_version:
      description: The version of its default OTA module.
      returned: when it has reported one
      type: str
    ip_address:
      description: Its IP address.
      returned: when it has connected
      type: str
    created:
      description: When it was registered, in UTC.
      returned: always
      type: str
    activated:
      description: When it first connected, in UTC.
      returned: when it has connected
      type: str
    last_online:
      description: When it last connected, in UTC.
      returned: when it has connected
      type: str
    certificate:
      description: Its X.509 certificate, in PEM.
      returned: when asked for, and the platform has issued one
      type: str
    certificate_id:
      description: The id of its certificate.
      returned: when asked for, and the platform has issued one
      type: str
    certificate_status:
      description: C(generating), C(generated) or C(failed).
      returned: when asked for, of a product whose devices get certificates of the platform
      type: str
    certificate_private_key:
      description: The private key of its certificate, in PEM.
      returned: when asked for and O(include_secrets) is set, and the platform has issued a certificate
      type: str
    device_secret:
      description: Its secret.
      returned: when O(include_secrets) is set
      type: str
  sample:
    - product_key: a1BwAGVxxxx
      name: lamp-0001
      iot_id: Q7uOhVRdZRR1DnTLvxxx00100
      nickname: gate_lamp
      tags:
        row: '7'
      enabled: true
      status: unactive
      node_type: device
      created: '2020-01-08T06:47:08.000Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.device import Device

ENTRY = InfoEntry(Device)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
