#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_data_info
short_description: Find what a device has reported and was told
version_added: 0.1.0
description:
  - Tells what a device has reported and was told by its thing model, now or over a time, page after page up to a limit.
    The platform keeps it for 30 days.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  device:
    description:
      - The device's name, within O(product).
    type: str
    required: true
  what:
    description:
      - What to tell.
      - V(status) is what each property was last reported to be, V(desired) what it is desired to be.
      - V(properties), V(events) and V(services) are what was reported, what happened, and what was invoked between
        O(start) and O(end). Setting properties is the service C(set).
    type: str
    required: true
    choices: [status, desired, properties, events, services]
  original:
    description:
      - Whether it is told as the device reported it, whether it fits the thing model or not.
    type: bool
    default: false
  identifiers:
    description:
      - Only these properties, events or services, C(block:identifier) where one is in a function block. Needed for
        V(properties) and for histories with O(original).
    type: list
    elements: str
  function_block:
    description:
      - The function block whose properties are told, with V(status) and V(desired). It is the default one where nothing
        is said.
    type: str
  event_type:
    description:
      - Only events of this type.
    type: str
    choices: [info, alert, error]
  start:
    description:
      - The beginning, in milliseconds since 1970-01-01 UTC. It is a day before O(end) where nothing is said.
    type: int
  end:
    description:
      - The end, in milliseconds since 1970-01-01 UTC. It is now where nothing is said.
    type: int
  newest_first:
    description:
      - Whether the newest is told first, of each identifier.
    type: bool
    default: true
  limit:
    description:
      - How many records to tell at most, 1 to 100,000.
    type: int
    default: 1000
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device_info
  - module: iotops.aliyun.iot_property
  - module: iotops.aliyun.iot_service
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: What a lamp last reported
  iotops.aliyun.iot_device_data_info:
    product: street_light
    device: lamp-0001
    what: status

- name: What happened during the last day
  iotops.aliyun.iot_device_data_info:
    product: street_light
    device: lamp-0001
    what: events
    newest_first: false
"""

RETURN = r"""
records:
  description: What was asked for.
  returned: success
  type: list
  elements: dict
  contains:
    identifier:
      description: The identifier of the property, event or service.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: when the platform tells it
    data_type:
      description: The property's type.
      type: str
      returned: with O(what=status) and O(what=desired)
    unit:
      description: The property's unit.
      type: str
      returned: when it has one
    value:
      description: The property's value, as the platform writes it.
      type: str
      returned: of a property that has one
    version:
      description: The version of a desired value.
      type: int
      returned: with O(what=desired)
    event_type:
      description: C(info), C(alert) or C(error).
      type: str
      returned: of an event
    input:
      description: What the service was given.
      type: raw
      returned: of a service
    output:
      description: What the event or the service told.
      type: raw
      returned: of an event, and a service that has answered
    time:
      description: When it was, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: when it was
  sample:
    - identifier: Brightness
      value: "40"
      time: 1579249499000
complete:
  description: Whether that is all, and O(limit) left nothing out.
  returned: success
  type: bool
  sample: true
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_data import DataInfo

ENTRY = DataInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
