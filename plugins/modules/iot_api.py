#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_api
short_description: Call any operation of the IoT Platform's API
version_added: 0.1.0
description:
  - Calls one of the 277 operations of API version 2018-01-20 by its name, for what no other module of this collection
    does.
  - The parameters are checked against the operation before anything is sent.
options:
  operation:
    description:
      - The operation, by the name that the platform's manual gives it.
    type: str
    required: true
  params:
    description:
      - Its parameters, by their names in the manual. Lists are lists, and lists of objects are lists of dictionaries;
        they are not numbered by hand.
    type: dict
    default: {}
  all_pages:
    description:
      - Whether a list is read to its end, in the largest pages that the platform allows, and returned as RV(elements).
    type: bool
    default: false
  include_secrets:
    description:
      - Whether secrets in the reply are shown. Set C(no_log) on such a task.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Calls operations that only read, and skips all others after checking their parameters.
  diff_mode:
    support: none
    description: An operation does not tell what it changes.
  idempotent:
    support: none
    description: Every operation that does more than read makes the task changed.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: One product
  iotops.aliyun.iot_product:
    name: street_light
    node_type: device
  register: lamps

- name: Count its devices by their state
  iotops.aliyun.iot_api:
    operation: QueryDeviceStatistics
    params:
      ProductKey: "{{ lamps.product.product_key }}"
  register: statistics

- name: All products
  iotops.aliyun.iot_api:
    operation: QueryProductList
    all_pages: true
  register: products

- name: Filter repeated values
  iotops.aliyun.iot_api:
    operation: UpdateProductFilterConfig
    params:
      ProductKey: "{{ lamps.product.product_key }}"
      PropertyValueFilter: true
      PropertyTimestampFilter: false
"""

RETURN = r"""
reply:
  description: The members of the reply.
  returned: when one reply was asked for and the operation was called
  type: dict
  sample:
    RequestId: 4C467B38-3910-447D-87BC-AC049166F216
    Success: true
elements:
  description: The elements of the list.
  returned: when O(all_pages) is set
  type: list
  elements: raw
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 1
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.any_operation import ApiEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module

ENTRY = ApiEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
