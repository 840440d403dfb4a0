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
  description: Records that match the options.
  returned: success
  type: list
  elements: dict
  contains:
    identifier:
      description: Identifier of the property, event or service.
      returned: always
      type: str
    name:
      description: Name of the property, event or service.
      returned: when the platform returns it
      type: str
    data_type:
      description: Data type of the property.
      returned: when O(what=status) or O(what=desired)
      type: str
    unit:
      description: Unit of the property.
      returned: when the property has a unit
      type: str
    value:
      description: Value of the property, in the format of the platform.
      returned: when the property has a value
      type: str
    version:
      description: Version of the desired value.
      returned: when O(what=desired)
      type: int
    event_type:
      description: Type of the event, C(info), C(alert) or C(error).
      returned: when O(what=events)
      type: str
    input:
      description: Input of the service.
      returned: when O(what=services)
      type: raw
    output:
      description: Output of the event or of the service.
      returned: when O(what=events), or when O(what=services) and the device has responded
      type: raw
    time:
      description: Time of the record, in milliseconds since 1970-01-01 UTC.
      returned: when the record has a time
      type: int
  sample:
    - identifier: Brightness
      value: '40'
      time: 1579249499000
complete:
  description: Whether all records were returned, that is, O(limit) was not exceeded.
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
