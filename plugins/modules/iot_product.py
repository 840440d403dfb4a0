#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_product
short_description: Manage a product
version_added: 0.1.0
description:
  - A product is the kind of a fleet's devices. It has a thing model and topic classes, and devices are registered
    below it.
  - Most of a product is fixed when it is made; only its name, its description, its tags, who issues its certificates
    and whether it is released can change.
options:
  name:
    description:
      - The product's name, which is unique in an instance and tells one product from another.
      - 4 to 30 characters of Chinese and English letters, digits and underscores; a Chinese character counts as 2.
      - It can be changed where O(product_key) says which product is meant.
    type: str
    required: true
  product_key:
    description:
      - The ProductKey of a product that is there already. Given, it tells one product from another, and the product
        gets O(name) if it has another name.
    type: str
  state:
    description:
      - Whether the product is there. With V(absent) it is deleted, and all that hangs on it.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - What the product is, up to 100 characters. An empty text clears it.
    type: str
  node_type:
    description:
      - Whether its devices connect by themselves or through a gateway (V(device)), or are gateways. Needed to make a
        product.
      - It cannot be changed.
    type: str
    choices: [device, gateway]
  thing_model:
    description:
      - Whether the product has a thing model. It cannot be changed.
    type: bool
  data_format:
    description:
      - What its devices speak, Alink JSON or a format of their own that a script parses. Needed to make a product that
        has a thing model. It cannot be changed.
    type: str
    choices: [alink, custom]
  net_type:
    description:
      - How its devices reach the network. It cannot be changed.
    type: str
    choices: [wifi, cellular, ethernet, lora, other]
  auth_type:
    description:
      - How its devices prove who they are. It cannot be changed.
    type: str
    choices: [secret, id2, x509]
  protocol_type:
    description:
      - How its devices speak to a gateway, for sub-devices. It cannot be changed.
    type: str
    choices: [modbus, opc_ua, customize, ble, zigbee]
  category_key:
    description:
      - The predefined category whose thing model the product starts with. It cannot be changed.
    type: str
  validate_type:
    description:
      - How strictly data from its devices is held against the thing model. It cannot be changed.
    type: str
    choices: [weak, none]
  certificate_issuer:
    description:
      - Who issues the X.509 certificates of its devices, the platform or somebody else. Only for a product whose
        O(auth_type) is V(x509).
    type: str
    choices: [platform, others]
  deduplicate_by_value:
    description:
      - Whether a property is not handed on to rules and subscriptions that has the value that it had before. With
        O(deduplicate_by_timestamp) as well, only what has the same value and the same time is not.
      - Sent when the product is made, and never read back; M(iotops.aliyun.iot_product_deduplication) sets it later.
    type: bool
  deduplicate_by_timestamp:
    description:
      - Whether a property is not handed on that has the time that it had before.
      - Sent when the product is made, and never read back; M(iotops.aliyun.iot_product_deduplication) sets it later.
    type: bool
  join_permission_id:
    description:
      - The join permission of LoRaWAN devices. Sent when the product is made, and never read back.
    type: str
  resource_group_id:
    description:
      - The resource group that the product is put into when it is made. Never read back.
    type: str
  status:
    description:
      - Whether the product is still developed or released. A released product refuses every change of its thing model.
    type: str
    choices: [development, released]
  tags:
    description:
      - Tags by key, up to 100. A key has up to 30 letters, digits and dots, a value up to 128 characters, of which a
        Chinese one counts as 2.
    type: dict
  purge_tags:
    description:
      - Whether tags that O(tags) does not have are removed.
    type: bool
    default: true
  include_secrets:
    description:
      - Whether the result has the product's secret. Set C(no_log) on such a task.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_product_info
  - module: iotops.aliyun.iot_product_deduplication
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A product of lamps
  iotops.aliyun.iot_product:
    name: street_light
    node_type: device
    thing_model: true
    data_format: alink
    net_type: cellular
    auth_type: secret
    description: lamps of the west side
    tags:
      site: west
  register: lamps

- name: One more tag, the others stay
  iotops.aliyun.iot_product:
    name: street_light
    tags:
      season: winter
    purge_tags: false

- name: Another name for it
  iotops.aliyun.iot_product:
    product_key: "{{ lamps.product.product_key }}"
    name: path_light

- name: The old name again
  iotops.aliyun.iot_product:
    product_key: "{{ lamps.product.product_key }}"
    name: street_light

- name: Release it
  iotops.aliyun.iot_product:
    name: street_light
    status: released

- name: Away with it
  iotops.aliyun.iot_product:
    name: street_light
    state: absent
"""

RETURN = r"""
product:
  description: The product; empty when it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    product_key:
      description: The ProductKey that the platform gave it.
      type: str
      returned: always
    description:
      description: What it is.
      type: str
      returned: always
    node_type:
      description: C(device) or C(gateway).
      type: str
      returned: always
    thing_model:
      description: Whether it has a thing model.
      type: bool
      returned: always
    data_format:
      description: C(alink) or C(custom).
      type: str
      returned: when it has a thing model
    net_type:
      description: How its devices reach the network.
      type: str
      returned: when the platform tells
    auth_type:
      description: How its devices prove who they are.
      type: str
      returned: always
    protocol_type:
      description: The protocol of devices behind a gateway.
      type: str
      returned: when the platform tells
    category_key:
      description: The predefined category that it started with.
      type: str
      returned: when the platform tells
    validate_type:
      description: How the data of its devices is checked against the thing model, C(strong), C(weak) or C(none).
      type: str
      returned: when the platform tells
    certificate_issuer:
      description: Who issues the certificates of its devices, C(platform) or C(others).
      type: str
      returned: when O(certificate_issuer) is given
    status:
      description: C(development) or C(released).
      type: str
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: when O(tags) is given
    device_count:
      description: How many devices it has.
      type: int
      returned: always
    created:
      description: When it was made, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: always
    product_secret:
      description: Its secret.
      type: str
      returned: when O(include_secrets) is set
  sample:
    name: street_light
    product_key: a1BwAGVxxxx
    description: lamps of the west side
    node_type: device
    thing_model: true
    data_format: alink
    net_type: cellular
    auth_type: secret
    status: development
    tags:
      site: west
    device_count: 0
    created: 1581595942000
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: street_light}
steps:
  description: What was done, or would be done in check mode, in this order.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: C(create), C(update) or C(delete).
      type: str
      returned: always
    operation:
      description: The operation of the API.
      type: str
      returned: always
    status:
      description: C(planned), C(done) or C(failed).
      type: str
      returned: always
    changes:
      description: The options that the step changes, each with C(before) and C(after).
      type: dict
      returned: always
  sample:
    - action: create
      operation: CreateProduct
      status: done
      changes:
        name: {before: null, after: street_light}
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product import Product

ENTRY = ResourceEntry(Product)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
