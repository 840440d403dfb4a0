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
  description: The products that fit, the newest first.
  returned: success
  type: list
  elements: dict
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
      returned: when read whole
    data_format:
      description: C(alink) or C(custom).
      type: str
      returned: when it has a thing model
    net_type:
      description: How its devices reach the network.
      type: str
      returned: when read whole
    auth_type:
      description: How its devices prove who they are.
      type: str
      returned: always
    protocol_type:
      description: The protocol of devices behind a gateway.
      type: str
      returned: when read whole
    category_key:
      description: The predefined category that it started with.
      type: str
      returned: when read whole
    validate_type:
      description: How the data of its devices is checked against the thing model, C(strong), C(weak) or C(none).
      type: str
      returned: when read whole
    certificate_issuer:
      description: Who issues the certificates of its devices, C(platform) or C(others).
      type: str
      returned: when read whole, of a product whose devices have certificates
    status:
      description: C(development) or C(released).
      type: str
      returned: when read whole
    tags:
      description: Its tags.
      type: dict
      returned: when read whole
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
      returned: when O(include_secrets) is set and it is read whole
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
  description: How many requests were sent.
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
