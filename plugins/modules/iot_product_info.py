#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_product_info
short_description: Gather information about products
version_added: 0.1.0
description:
  - Returns products selected by name, ProductKey, node type, status or tags, or all products of the instance.
options:
  name:
    description:
      - Return only the product with this name, with full details.
    type: str
  product_key:
    description:
      - Return only the product with this ProductKey.
    type: str
  node_type:
    description:
      - Return only products with this node type.
    type: str
    choices: [device, gateway]
  status:
    description:
      - Return only products with this release status.
    type: str
    choices: [development, released]
  tags:
    description:
      - Return only products that have all of these tags. They can have other tags too.
    type: dict
  details:
    description:
      - Whether to read the full details of every listed product, which takes further requests for each. Details are
        always read for a product that is selected by O(name).
    type: bool
    default: false
  include_secrets:
    description:
      - Whether to return the secrets of the products. Set C(no_log) on such tasks.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get one product
  iotops.aliyun.iot_product_info:
    name: street_light

- name: List the products with a tag
  iotops.aliyun.iot_product_info:
    tags:
      site: west
  register: west

- name: List all products with full details
  iotops.aliyun.iot_product_info:
    details: true
"""

RETURN = r"""
products:
  description: Products that match the filters, newest first.
  returned: success
  type: list
  elements: dict
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
      returned: when read in full (see O(details))
      type: bool
    data_format:
      description: Data format of the product's devices, which is Alink JSON (V(alink)) or a custom format that
        a script parses (V(custom)).
      returned: when the product has a thing model
      type: str
    net_type:
      description: Network type with which the product's devices connect.
      returned: when read in full (see O(details))
      type: str
    auth_type:
      description: Authentication method of the product's devices.
      returned: always
      type: str
    protocol_type:
      description: Protocol with which the product's devices communicate with a gateway. For sub-devices.
      returned: when read in full (see O(details))
      type: str
    category_key:
      description: Key of the predefined category whose thing model the product starts with.
      returned: when read in full (see O(details))
      type: str
    validate_type:
      description: How strictly data from the product's devices is validated against the thing model.
      returned: when read in full (see O(details))
      type: str
    certificate_issuer:
      description: Issuer of the X.509 certificates of the product's devices, which is the platform (V(platform))
        or another issuer (V(others)).
      returned: when read in full (see O(details)) and the devices authenticate with certificates
      type: str
    status:
      description: Release status of the product. The thing model of a released product cannot be changed.
      returned: when read in full (see O(details))
      type: str
    tags:
      description: Tags of the product.
      returned: when read in full (see O(details))
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
      returned: when O(include_secrets=true) and read in full (see O(details))
      type: str
  sample:
    - name: street_light
      product_key: a1BwAGVxxxx
      description: lamps of the west side
      node_type: device
      data_format: alink
      auth_type: secret
      device_count: 128
      created: 1581595942000
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import Product

ENTRY = InfoEntry(Product)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
