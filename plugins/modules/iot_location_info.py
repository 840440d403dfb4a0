#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_location_info
short_description: Gather information about current and past locations of devices
version_added: 0.1.0
description:
  - Returns the current locations of devices, as they last reported them or as derived from their IP addresses.
  - If O(start) and O(end) are set, returns the traces of the devices between these times instead, with at most 200
    points for each device.
  - The platform keeps locations for 30 days.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  devices:
    description:
      - Names of the devices of the product.
    type: list
    elements: str
    required: true
  start:
    description:
      - Start of the period for which traces are returned, in milliseconds since 1970-01-01 UTC.
      - Must be set together with O(end), and must be earlier.
    type: int
  end:
    description:
      - End of the period for which traces are returned, in milliseconds since 1970-01-01 UTC.
      - Must be set together with O(start).
    type: int
  match_map:
    description:
      - Whether the points of traces are snapped to roads. Snapped points have no time.
      - Only allowed with O(start) and O(end).
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device_data_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Add a location property to the thing model of a product
  iotops.aliyun.iot_thing_model:
    product: street_light
    tsl:
      properties:
        - identifier: GeoLocation
          name: Location
          accessMode: r
          dataType:
            type: struct
            specs:
              - identifier: Longitude
                name: Longitude
                dataType: {type: double, specs: {min: "-180", max: "180", step: "0.01"}}
              - identifier: Latitude
                name: Latitude
                dataType: {type: double, specs: {min: "-180", max: "180", step: "0.01"}}
    published: true

- name: Get the current location of a device
  iotops.aliyun.iot_location_info:
    product: street_light
    devices: [lamp-0001]
"""

RETURN = r"""
positions:
  description: Locations of the devices whose location is known.
  returned: when O(start) is not set
  type: list
  elements: dict
  contains:
    device:
      description: Name of the device.
      returned: always
      type: str
    longitude:
      description: Longitude in degrees.
      returned: always
      type: float
    latitude:
      description: Latitude in degrees.
      returned: always
      type: float
    coordinate_system:
      description: Coordinate system, C(wgs84) or C(gcj02).
      returned: always
      type: str
    country:
      description: Country of the location.
      returned: when the platform returns it
      type: str
    province:
      description: Province of the location.
      returned: when the platform returns it
      type: str
    city:
      description: City of the location.
      returned: when the platform returns it
      type: str
    adcode:
      description: Administrative code of the location in China.
      returned: when the platform returns it
      type: int
    ip_address:
      description: IP address from which the device connected.
      returned: when the platform returns it
      type: str
  sample:
    - device: lamp-0001
      longitude: 120.0
      latitude: 30.0
      coordinate_system: wgs84
traces:
  description: Traces of the devices, oldest point first. Each trace has a C(device) and C(points) with C(longitude),
    C(latitude) and C(time).
  returned: when O(start) is set
  type: list
  elements: dict
  sample:
    - device: lamp-0001
      points:
        - longitude: 120.0
          latitude: 30.0
          time: 1645071254000
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.location.location import LocationInfo

ENTRY = LocationInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
