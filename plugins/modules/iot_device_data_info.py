#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_data_info
short_description: Gather thing model data of a device
version_added: 0.1.0
description:
  - Returns thing model data of a device. This is either the last reported or the desired values of its properties, or
    the history of its properties, events and service calls in a time range. Pages are read up to O(limit) records.
  - The platform keeps the data for 30 days.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  device:
    description:
      - Name of the device in O(product).
    type: str
    required: true
  what:
    description:
      - Kind of data to return.
      - V(status) is the last reported value of each property, V(desired) its desired value.
      - V(properties), V(events) and V(services) are the reported property values, the events and the service calls
        between O(start) and O(end). Setting properties is the service C(set).
    type: str
    required: true
    choices: [status, desired, properties, events, services]
  original:
    description:
      - Whether to return the data as the device reported it, even if it does not match the thing model.
    type: bool
    default: false
  identifiers:
    description:
      - Return only these properties, events or services.
      - Use C(block:identifier) for an element of a function block.
      - Required for V(properties), and for V(events) and V(services) if O(original) is set.
    type: list
    elements: str
  function_block:
    description:
      - Identifier of the function block whose properties are returned.
      - Only for V(status) and V(desired). If not set, the default function block is used.
    type: str
  event_type:
    description:
      - Return only events of this type.
    type: str
    choices: [info, alert, error]
  start:
    description:
      - Start of the time range, in milliseconds since 1970-01-01 UTC.
      - Defaults to one day before O(end).
    type: int
  end:
    description:
      - End of the time range, in milliseconds since 1970-01-01 UTC.
      - Defaults to the current time.
    type: int
  newest_first:
    description:
      - Whether to return the newest records first, for each identifier.
    type: bool
    default: true
  limit:
    description:
      - Maximum number of records to return, V(1) to V(100000).
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
- name: Read the last reported property values of a device
  iotops.aliyun.iot_device_data_info:
    product: street_light
    device: lamp-0001
    what: status

- name: Read the events of the last day
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
      value: '40'
      time: 1579249499000
complete:
  description: Whether that is all, and O(limit) left nothing out.
  returned: success
  type: bool
  sample: true
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model_data.device_data import DataInfo

ENTRY = DataInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
