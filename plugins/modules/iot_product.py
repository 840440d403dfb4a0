#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_product
short_description: Manage products
version_added: 0.1.0
description:
  - Creates, updates and deletes products. A product is a type of device with its own thing model and topic classes.
    Every device belongs to a product.
  - Most options cannot be changed after creation. Only the name, the description, the tags, the issuer of certificates
    and the release status can be changed.
options:
  name:
    description:
      - Name of the product. Unique within an instance, and identifies the product if O(product_key) is not set.
      - 4 to 30 Chinese and English letters, digits and underscores. A Chinese character counts as 2.
      - Can be changed only if O(product_key) is set.
    type: str
    required: true
  product_key:
    description:
      - ProductKey of the product.
      - If set, it identifies an existing product, which is renamed to O(name) if its name is different.
    type: str
  state:
    description:
      - Desired state of the product.
      - V(absent) deletes the product and everything that belongs to it.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - Description of the product.
      - Up to 100 characters.
      - An empty string clears the value.
    type: str
  node_type:
    description:
      - Node type of the product's devices, which is V(device) for devices that connect directly or through a gateway,
        or V(gateway) for gateways.
      - Required when the product is created.
      - Cannot be changed after creation.
    type: str
    choices: [device, gateway]
  thing_model:
    description:
      - Whether the product has a thing model.
      - Cannot be changed after creation.
    type: bool
  data_format:
    description:
      - Data format of the product's devices, which is Alink JSON (V(alink)) or a custom format that a script parses
        (V(custom)).
      - Required when a product with a thing model is created.
      - Cannot be changed after creation.
    type: str
    choices: [alink, custom]
  net_type:
    description:
      - Network type with which the product's devices connect.
      - Cannot be changed after creation.
    type: str
    choices: [wifi, cellular, ethernet, lora, other]
  auth_type:
    description:
      - Authentication method of the product's devices.
      - LoRaWAN devices (O(net_type=lora)) can only use V(secret).
      - Cannot be changed after creation.
    type: str
    choices: [secret, id2, x509]
  protocol_type:
    description:
      - Protocol with which the product's devices communicate with a gateway. For sub-devices.
      - Cannot be changed after creation.
    type: str
    choices: [modbus, opc_ua, customize, ble, zigbee]
  category_key:
    description:
      - Key of the predefined category whose thing model the product starts with.
      - Cannot be changed after creation.
    type: str
  validate_type:
    description:
      - How strictly data from the product's devices is validated against the thing model.
      - Cannot be changed after creation.
    type: str
    choices: [weak, none]
  certificate_issuer:
    description:
      - Issuer of the X.509 certificates of the product's devices, which is the platform (V(platform)) or another issuer
        (V(others)).
      - Only allowed if O(auth_type) is V(x509).
    type: str
    choices: [platform, others]
  deduplicate_by_value:
    description:
      - Whether a reported property with an unchanged value is not forwarded to rules and subscriptions.
      - If O(deduplicate_by_timestamp) is V(true) too, only a property with the same value and the same timestamp is not
        forwarded.
      - Only used when the product is created. The platform does not return the value.
        M(iotops.aliyun.iot_product_deduplication) changes it later.
    type: bool
  deduplicate_by_timestamp:
    description:
      - Whether a reported property with an unchanged timestamp is not forwarded to rules and subscriptions.
      - Only used when the product is created. The platform does not return the value.
        M(iotops.aliyun.iot_product_deduplication) changes it later.
    type: bool
  join_permission_id:
    description:
      - ID of the join permission of LoRaWAN devices.
      - Required when a product with O(net_type=lora) is created.
      - Only used when the product is created. The platform does not return the value.
    type: str
  resource_group_id:
    description:
      - ID of the resource group to which the product is added.
      - Only used when the product is created. The platform does not return the value.
    type: str
  status:
    description:
      - Release status of the product. The thing model of a released product cannot be changed.
    type: str
    choices: [development, released]
  tags:
    description:
      - Tags of the product.
      - Up to 100 tags. A key has up to 30 letters, digits and periods. A value has up to 128 characters, and a Chinese
        character counts as 2.
    type: dict
  purge_tags:
    description:
      - Whether to remove tags that are not listed in O(tags).
    type: bool
    default: true
  include_secrets:
    description:
      - Whether to return the secret of the product. Set C(no_log) on such tasks.
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
- name: Create a product
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

- name: Add a tag and keep the other tags
  iotops.aliyun.iot_product:
    name: street_light
    tags:
      season: winter
    purge_tags: false

- name: Rename a product
  iotops.aliyun.iot_product:
    product_key: "{{ lamps.product.product_key }}"
    name: path_light

- name: Change the name back
  iotops.aliyun.iot_product:
    product_key: "{{ lamps.product.product_key }}"
    name: street_light

- name: Release a product
  iotops.aliyun.iot_product:
    name: street_light
    status: released

- name: Delete a product
  iotops.aliyun.iot_product:
    name: street_light
    state: absent
"""

RETURN = r"""
product:
  description: The product. Empty if it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the product. Unique within an instance, and identifies the product if O(product_key)
        is not set.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    description:
      description: Description of the product.
      returned: always
      type: str
    node_type:
      description: Node type of the product's devices, which is V(device) for devices that connect directly or through
        a gateway, or V(gateway) for gateways.
      returned: always
      type: str
    thing_model:
      description: Whether the product has a thing model.
      returned: always
      type: bool
    data_format:
      description: Data format of the product's devices, which is Alink JSON (V(alink)) or a custom format that
        a script parses (V(custom)).
      returned: when the product has a thing model
      type: str
    net_type:
      description: Network type with which the product's devices connect.
      returned: when the platform returns it
      type: str
    auth_type:
      description: Authentication method of the product's devices.
      returned: always
      type: str
    protocol_type:
      description: Protocol with which the product's devices communicate with a gateway. For sub-devices.
      returned: when the platform returns it
      type: str
    category_key:
      description: Key of the predefined category whose thing model the product starts with.
      returned: when the platform returns it
      type: str
    validate_type:
      description: How strictly data from the product's devices is validated against the thing model.
      returned: when the platform returns it
      type: str
    certificate_issuer:
      description: Issuer of the X.509 certificates of the product's devices, which is the platform (V(platform))
        or another issuer (V(others)).
      returned: when O(certificate_issuer) is set
      type: str
    status:
      description: Release status of the product. The thing model of a released product cannot be changed.
      returned: always
      type: str
    tags:
      description: Tags of the product.
      returned: when O(tags) is set
      type: dict
    device_count:
      description: Number of devices of the product.
      returned: always
      type: int
    created:
      description: Time when the product was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    product_secret:
      description: ProductSecret of the product.
      returned: when O(include_secrets=true)
      type: str
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
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: street_light
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
      operation: CreateProduct
      status: done
      changes:
        name:
          before: null
          after: street_light
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import Product

ENTRY = ResourceEntry(Product)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
