#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_schedule
short_description: Manage sound code schedules
version_added: 0.1.0
description:
  - Creates, updates and deletes sound code schedules. A schedule defines the content of its labels
    (M(iotops.aliyun.iot_sound_code_label)) depending on the time of day. Each period of the schedule defines the
    content of the labels between two times.
  - Deleting a schedule also deletes its labels and their batches.
options:
  state:
    description:
      - Desired state of the schedule.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the schedule. Identifies the schedule within the instance.
      - 1 to 64 characters. A Chinese character counts as 2.
    type: str
    required: true
  renamed_from:
    description:
      - Previous name of the schedule.
      - If no schedule is named O(name), the schedule with this name is renamed.
    type: str
  description:
    description:
      - Description of the schedule.
      - 1 to 64 characters. A Chinese character counts as 2.
      - Must be unique among the schedules of the instance.
      - Can be changed, but not cleared.
    type: str
  open_type:
    description:
      - Devices that can decode the labels, either only devices of the same instance (V(inner)), or also devices of
        other instances that the platform grants access on request (V(open)).
      - If not set when the schedule is created, the platform uses V(inner).
      - Cannot be changed after creation.
    type: str
    choices: [inner, open]
  start_date:
    description:
      - First day on which the schedule is active, in the format C(yyyy-MM-dd).
      - Enclose the value in quotes.
      - Required when the schedule is created.
    type: str
  end_date:
    description:
      - Last day on which the schedule is active, in the format C(yyyy-MM-dd).
      - Enclose the value in quotes.
      - Required when the schedule is created.
    type: str
  start_time:
    description:
      - Time at which the schedule becomes active on each day, from V(00:00) to V(23:59).
      - Enclose the value in quotes. Otherwise, YAML parses it as a number.
      - If not set when the schedule is created, V(00:00) is used.
    type: str
  end_time:
    description:
      - Time at which the schedule stops being active on each day, from V(00:00) to V(23:59).
      - Must not be earlier than O(start_time).
      - Enclose the value in quotes. Otherwise, YAML parses it as a number.
      - If not set when the schedule is created, V(23:59) is used.
    type: str
  status:
    description:
      - Status of the schedule, active (V(working)) or inactive (V(stopped)).
      - If not set when the schedule is created, V(working) is used.
    type: str
    choices: [working, stopped]
  periods:
    description:
      - Periods of the day.
      - Periods can overlap.
    type: list
    elements: dict
    suboptions:
      description:
        description:
          - Description of the period. Identifies the period within the schedule.
          - 1 to 64 characters. A Chinese character counts as 2.
        type: str
        required: true
      content:
        description:
          - Text that the labels carry during the period.
          - 1 to 512 characters. A Chinese character counts as 2.
        type: str
        required: true
      start_time:
        description:
          - Start time of the period, from V(00:00) to V(23:59).
          - Enclose the value in quotes.
        type: str
        required: true
      end_time:
        description:
          - End time of the period, from V(00:00) to V(23:59).
          - Must not be earlier than the start time.
          - Enclose the value in quotes.
        type: str
        required: true
  purge_periods:
    description:
      - Whether to remove periods that are not listed in O(periods).
    type: bool
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_sound_code_schedule_info
  - module: iotops.aliyun.iot_sound_code_label
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a schedule with different content in the morning and later
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    start_date: "2030-01-01"
    end_date: "2030-12-31"
    periods:
      - description: morning
        content: www.example.com/breakfast
        start_time: "06:00"
        end_time: "10:59"
      - description: later
        content: www.example.com/lunch
        start_time: "11:00"
        end_time: "23:59"

- name: Add a period and keep the others
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    periods:
      - description: night
        content: www.example.com/closed
        start_time: "00:00"
        end_time: "05:59"
    purge_periods: false

- name: Stop the schedule
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    status: stopped
"""

RETURN = r"""
sound_code_schedule:
  description: The schedule. Empty if it is absent.
  returned: success
  type: dict
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
      returned: when O(periods) is set
      type: list
      elements: dict
    created:
      description: Time when the schedule was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
  sample:
    name: opening_hours
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
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: opening_hours
steps:
  description: Requests that change the resource, in the order in which they are sent. In check mode they are planned
    only.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Kind of change, C(create), C(update) or C(delete).
      returned: always
      type: str
    operation:
      description: Operation of the API.
      returned: always
      type: str
    status:
      description: Status of the step, C(planned), C(done) or C(failed).
      returned: always
      type: str
    requests:
      description: Number of requests, if a task that failed or was interrupted has sent several of the same operation.
      returned: when a failed task has sent several requests of the operation
      type: int
    changes:
      description: Options that the step changes, each with its values C(before) and C(after).
      returned: always
      type: dict
  sample:
    - action: create
      operation: CreateSoundCodeSchedule
      status: done
      changes:
        name:
          before: null
          after: opening_hours
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.schedule import SoundCodeSchedule

ENTRY = ResourceEntry(SoundCodeSchedule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
