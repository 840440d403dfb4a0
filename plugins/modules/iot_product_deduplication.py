#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_product_deduplication
short_description: Set the deduplication of a product's property reports
version_added: 0.1.0
description:
  - Sets which repeated property reports of a product's devices the platform does not forward to rules and
    subscriptions. The settings apply to all devices of the product, from now on.
  - The platform does not return the current settings, so every run sets them. To set them when a product is created,
    use the options of M(iotops.aliyun.iot_product).
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  by_value:
    description:
      - Whether a reported property with an unchanged value is not forwarded to rules and subscriptions.
      - If O(by_timestamp) is V(true) too, only a property with the same value and the same timestamp is not forwarded.
    type: bool
    required: true
  by_timestamp:
    description:
      - Whether a reported property with an unchanged timestamp is not forwarded to rules and subscriptions.
    type: bool
    required: true
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
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Forward only properties whose values have changed
  iotops.aliyun.iot_product_deduplication:
    product: street_light
    by_value: true
    by_timestamp: false
"""

RETURN = r"""
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The deduplication settings would be updated; nothing was done in check mode
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.deduplication import Deduplication

ENTRY = Deduplication()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
