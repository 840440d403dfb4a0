#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_schedule_info
short_description: Gather information about sound code schedules
version_added: 0.1.0
description:
  - Returns sound code schedules, filtered by name, ID or status.
  - If no filter is set, all schedules are returned.
options:
  name:
    description:
      - Name of the schedule.
    type: str
  schedule_code:
    description:
      - ID of the schedule.
    type: str
  status:
    description:
      - Return only schedules with this status, active (V(working)) or inactive (V(stopped)).
    type: str
    choices: [working, stopped]
  details:
    description:
      - Whether to return all details of each listed schedule. This takes additional requests for each schedule.
      - A schedule that is selected by name or ID is always returned with all details.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_sound_code_schedule
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List all active schedules
  iotops.aliyun.iot_sound_code_schedule_info:
    status: working
"""

RETURN = r"""
sound_code_schedules:
  description: Schedules that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the schedule. Identifies the schedule within the instance.
      returned: always
      type: str
    schedule_code:
      description: ID that the platform assigned to the schedule.
      returned: always
      type: str
    description:
      description: Description of the schedule.
      returned: when the schedule has a description
      type: str
    open_type:
      description: Devices that can decode the labels, either only devices of the same instance (V(inner)), or also
        devices of other instances that the platform grants access on request (V(open)).
      returned: always
      type: str
    start_date:
      description: First day on which the schedule is active, in the format C(yyyy-MM-dd).
      returned: always
      type: str
    end_date:
      description: Last day on which the schedule is active, in the format C(yyyy-MM-dd).
      returned: always
      type: str
    start_time:
      description: Time at which the schedule becomes active on each day, from V(00:00) to V(23:59).
      returned: always
      type: str
    end_time:
      description: Time at which the schedule stops being active on each day, from V(00:00) to V(23:59).
      returned: always
      type: str
    status:
      description: Status of the schedule, active (V(working)) or inactive (V(stopped)).
      returned: always
      type: str
    periods:
      description: Periods of the day.
      returned: when read in full (see O(details))
      type: list
      elements: dict
    created:
      description: Time when the schedule was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
  sample:
    - name: opening_hours
      schedule_code: Md3ZiTL888K9lXDy7890xxxx
      open_type: inner
      start_date: '2030-01-01'
      end_date: '2030-12-31'
      start_time: 00:00
      end_time: '23:59'
      status: working
      periods:
        - description: morning
          content: www.example.com/breakfast
          start_time: 06:00
          end_time: '10:59'
          period_code: Md3ZiTL888K9lXDy7891xxxx
      created: 1620634297000
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.schedule import SoundCodeSchedule

ENTRY = InfoEntry(SoundCodeSchedule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
