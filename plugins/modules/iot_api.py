#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_api
short_description: Call an operation of the IoT Platform API
version_added: 0.1.0
description:
  - Calls one of the 277 operations of API version 2018-01-20 by name. Use it for operations that no other module of
    this collection covers.
  - The parameters are validated against the definition of the operation before a request is sent.
options:
  operation:
    description:
      - Name of the operation, as in the API manual of the platform.
    type: str
    required: true
  params:
    description:
      - Parameters of the operation, by their names in the API manual.
      - Pass lists as lists, and lists of objects as lists of dictionaries. Do not use numbered parameter names.
    type: dict
    default: {}
  all_pages:
    description:
      - Whether to read all pages of a list operation, with the largest page size that the platform allows, and to
        return the elements as RV(elements).
      - Only for operations that return pages.
    type: bool
    default: false
  include_secrets:
    description:
      - Whether the result contains the secrets of the response.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Calls operations that only read. Other operations are not called; their parameters are validated.
  diff_mode:
    support: none
    description: The response of an operation does not contain the changes that it made.
  idempotent:
    support: none
    description: Every operation that does more than read sets the task to changed.
  action_group:
    support: full
    description: Uses the defaults of the action group.
    membership: [iotops.aliyun.iot]
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a product
  iotops.aliyun.iot_product:
    name: street_light
    node_type: device
  register: lamps

- name: Count the devices of the product by status
  iotops.aliyun.iot_api:
    operation: QueryDeviceStatistics
    params:
      ProductKey: "{{ lamps.product.product_key }}"
  register: statistics

- name: List all products
  iotops.aliyun.iot_api:
    operation: QueryProductList
    all_pages: true
  register: products

- name: Filter out repeated property values
  iotops.aliyun.iot_api:
    operation: UpdateProductFilterConfig
    params:
      ProductKey: "{{ lamps.product.product_key }}"
      PropertyValueFilter: true
      PropertyTimestampFilter: false
"""

RETURN = r"""
reply:
  description: Members of the response.
  returned: when O(all_pages=false) and the operation was called
  type: dict
  sample:
    RequestId: 4C467B38-3910-447D-87BC-AC049166F216
    Success: true
elements:
  description: Elements of all pages.
  returned: when O(all_pages=true)
  type: list
  elements: raw
msg:
  description: Message that the operation was not called.
  returned: in check mode, when the operation changes the account
  type: str
  sample: DeleteProduct changes the account and was not called in check mode
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.raw_api import RawApiEntry

ENTRY = RawApiEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
