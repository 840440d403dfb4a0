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
  description: The schedules that fit.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    schedule_code:
      description: The id that the platform gave it.
      type: str
      returned: always
    description:
      description: What it is for.
      type: str
      returned: when it has one
    open_type:
      description: C(inner) or C(open).
      type: str
      returned: always
    start_date:
      description: The first day on which it works.
      type: str
      returned: always
    end_date:
      description: The last day on which it works.
      type: str
      returned: always
    start_time:
      description: When its work begins each day.
      type: str
      returned: always
    end_time:
      description: When its work ends each day.
      type: str
      returned: always
    status:
      description: C(working) or C(stopped).
      type: str
      returned: always
    periods:
      description: Its periods, each with its C(description), C(content), C(start_time), C(end_time) and C(period_code).
      type: list
      elements: dict
      returned: when read whole
    created:
      description: When it was made, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: always
  sample:
    - name: opening_hours
      schedule_code: Md3ZiTL888K9lXDy7890xxxx
      open_type: inner
      start_date: "2030-01-01"
      end_date: "2030-12-31"
      start_time: "00:00"
      end_time: "23:59"
      status: working
      periods:
        - description: morning
          content: www.example.com/breakfast
          start_time: "06:00"
          end_time: "10:59"
          period_code: Md3ZiTL888K9lXDy7891xxxx
      created: 1620634297000
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 2
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.schedule import SoundCodeSchedule

ENTRY = InfoEntry(SoundCodeSchedule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
