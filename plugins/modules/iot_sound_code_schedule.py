#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_schedule
short_description: Manage a schedule of sound codes
version_added: 0.1.0
description:
  - A schedule gives its labels, M(iotops.aliyun.iot_sound_code_label), a meaning that depends on the time of day. Each
    of its periods says what they mean between two times.
  - A schedule that is taken away takes its labels and their batches along.
options:
  state:
    description:
      - Whether the schedule is there.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The schedule's name, 1 to 64 characters, of which a Chinese one counts 2. It tells one schedule of an instance
        from another.
    type: str
    required: true
  renamed_from:
    description:
      - The name that it had before. Where nothing has O(name), what has this name is renamed.
    type: str
  description:
    description:
      - What it is for, 1 to 64 characters, of which a Chinese one counts 2. No two schedules of an instance can have
        the same. It can be changed and not cleared.
    type: str
  open_type:
    description:
      - Whether only devices of the instance may have it decoded (V(inner), what the platform takes where nothing is
        said), or those of other instances as well that the platform lets in on request (V(open)). It cannot be changed.
    type: str
    choices: [inner, open]
  start_date:
    description:
      - The first day on which it works, of the form C(yyyy-MM-dd). Needed to make one. Write it in quotes.
    type: str
  end_date:
    description:
      - The last day on which it works, of the form C(yyyy-MM-dd). Needed to make one. Write it in quotes.
    type: str
  start_time:
    description:
      - When its work begins on each of these days, from V(00:00) to V(23:59). A new one begins at V(00:00). Write it in
        quotes, or YAML takes it for a number.
    type: str
  end_time:
    description:
      - When its work ends on each of these days, not before O(start_time). A new one ends at V(23:59).
    type: str
  status:
    description:
      - Whether it works. A new one does.
    type: str
    choices: [working, stopped]
  periods:
    description:
      - The periods of the day. They may overlap.
    type: list
    elements: dict
    suboptions:
      description:
        description:
          - What the period is, 1 to 64 characters, of which a Chinese one counts 2. It tells one period of the schedule
            from another.
        type: str
        required: true
      content:
        description:
          - What the labels mean in it, 1 to 512 characters, of which a Chinese one counts 2.
        type: str
        required: true
      start_time:
        description:
          - When it begins, from V(00:00) to V(23:59), in quotes.
        type: str
        required: true
      end_time:
        description:
          - When it ends, not before it begins, in quotes.
        type: str
        required: true
  purge_periods:
    description:
      - Whether entries of O(periods) that are not given are removed.
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
- name: What the labels mean in the morning and later
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

- name: One more period
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    periods:
      - description: night
        content: www.example.com/closed
        start_time: "00:00"
        end_time: "05:59"
    purge_periods: false

- name: Closed for a while
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    status: stopped
"""

RETURN = r"""
sound_code_schedule:
  description: The schedule; empty when it is absent.
  returned: success
  type: dict
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
    name: opening_hours
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
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: opening_hours}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: create
      operation: CreateSoundCodeSchedule
      status: done
      changes:
        name: {before: null, after: opening_hours}
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
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code_schedule import SoundCodeSchedule

ENTRY = ResourceEntry(SoundCodeSchedule)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
