#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_service_activation
short_description: Activate the IoT Platform service
version_added: 0.1.0
description:
  - Activates the IoT Platform for the account. All other operations require this.
  - If the platform is already activated, it returns the order of the first activation and nothing changes.
options: {}
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Sends no request.
  diff_mode:
    support: none
    description: The action leaves no state that could be compared.
  idempotent:
    support: none
    description: The platform does not report whether it is activated. Each run requests it. Repeats change nothing.
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
- name: Activate the IoT Platform
  iotops.aliyun.iot_service_activation:
"""

RETURN = r"""
order_id:
  description: ID of the order that activated the service.
  returned: when not in check mode
  type: str
  sample: '209977000530000'
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The IoT Platform service would be activated; nothing was done in check mode
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.service.activation import Activation

ENTRY = Activation()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
