#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_product_deduplication
short_description: Set which repeated data of a product is not handed on
version_added: 0.1.0
description:
  - Devices may report the same properties again and again. The platform can hand on to rules and subscriptions only
    what is new, for all devices of a product, from now on.
  - The platform does not tell what is set, so that it is set each time. For a product that is yet to be made
    M(iotops.aliyun.iot_product) has options.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  by_value:
    description:
      - Whether a property with the value that it had before is not handed on.
      - With O(by_timestamp) as well, only what has the same value and the same time is not.
    type: bool
    required: true
  by_timestamp:
    description:
      - Whether a property with the time that it had before is not handed on.
    type: bool
    required: true
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
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Only what is new
  iotops.aliyun.iot_product_deduplication:
    product: street_light
    by_value: true
    by_timestamp: false
"""

RETURN = r"""
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: The deduplication would be set; nothing was done in check mode
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product_deduplication import Deduplication

ENTRY = Deduplication()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
