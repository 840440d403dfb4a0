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
  description: Devices that match the filters, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    name:
      description: Name of the device, unique in the product.
      returned: always
      type: str
    iot_id:
      description: IotId that the platform assigned to the device.
      returned: always
      type: str
    nickname:
      description: Nickname of the device, a display name.
      returned: always
      type: str
    tags:
      description: Tags of the device, as a dictionary of keys and values.
      returned: when read in full (see O(details))
      type: dict
    groups:
      description: Static groups that the device is a member of, each with its C(name) and C(group_id).
      returned: when O(include) contains V(groups)
      type: list
      elements: dict
    desired_properties:
      description: Desired values of thing model properties, by property identifier.
      returned: when O(include) contains V(desired_properties)
      type: dict
    enabled:
      description: Whether the device can connect to the platform.
      returned: always
      type: bool
    gateway:
      description: Gateway that the device is attached to, if the device connects through a gateway.
      returned: when O(include) contains V(gateway)
      type: dict
    client_ids:
      description: Client IDs of a device that uses dynamic registration without pre-registration.
      returned: when O(include) contains V(client_ids)
      type: list
      elements: str
    status:
      description: Status of the device, C(online), C(offline), C(unactive) (it has never connected) or C(disable).
      returned: always
      type: str
    node_type:
      description: Node type of the device, C(device) or C(gateway).
      returned: when read in full (see O(details))
      type: str
    firmware_version:
      description: Version of the default OTA module of the device.
      returned: when read in full (see O(details)) and the device has reported a version
      type: str
    ip_address:
      description: IP address of the device.
      returned: when read in full (see O(details)) and the device has been online
      type: str
    created:
      description: Time when the device was registered, in UTC.
      returned: always
      type: str
    activated:
      description: Time when the device first connected, in UTC.
      returned: when read in full (see O(details)) and the device has been online
      type: str
    last_online:
      description: Time when the device last connected, in UTC.
      returned: when read in full (see O(details)) and the device has been online
      type: str
    certificate:
      description: X.509 certificate of the device, in PEM format.
      returned: when O(include) contains V(certificate) and the platform has issued a certificate
      type: str
    certificate_id:
      description: ID of the certificate.
      returned: when O(include) contains V(certificate) and the platform has issued a certificate
      type: str
    certificate_status:
      description: Status of the certificate, C(generating), C(generated) or C(failed).
      returned: when O(include) contains V(certificate) and the platform issues the certificates of the product
      type: str
    certificate_private_key:
      description: Private key of the certificate, in PEM format.
      returned: when O(include_secrets=true), O(include) contains V(certificate) and the platform has issued one
      type: str
    device_secret:
      description: DeviceSecret of the device.
      returned: when O(include_secrets=true)
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
