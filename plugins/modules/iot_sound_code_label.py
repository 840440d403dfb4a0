#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_label
short_description: Manage labels of a sound code schedule
version_added: 0.1.0
description:
  - Creates, updates and deletes labels of a sound code schedule. A label is a sound code whose content depends on the
    time of day, as defined by its schedule.
  - To create many labels at once, use M(iotops.aliyun.iot_sound_code_label_batch).
options:
  state:
    description:
      - Desired state of the label.
    type: str
    choices: [present, absent]
    default: present
  schedule:
    description:
      - Name or ID of the schedule.
    type: str
    required: true
  label:
    description:
      - Text of the label. Identifies the label within the schedule.
      - 1 to 64 characters. A Chinese character counts as 2.
    type: str
    required: true
  renamed_from:
    description:
      - Previous text of the label.
      - If no label has the text O(label), the label with this text is renamed.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_sound_code_label_info
  - module: iotops.aliyun.iot_sound_code_schedule
  - module: iotops.aliyun.iot_sound_code_label_batch
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a schedule
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    start_date: "2030-01-01"
    end_date: "2030-12-31"

- name: Create a label for a table
  iotops.aliyun.iot_sound_code_label:
    schedule: opening_hours
    label: table_7

- name: Rename the label
  iotops.aliyun.iot_sound_code_label:
    schedule: opening_hours
    label: terrace_1
    renamed_from: table_7

- name: Delete the label
  iotops.aliyun.iot_sound_code_label:
    schedule: opening_hours
    label: terrace_1
    state: absent
"""

RETURN = r"""
sound_code_label:
  description: The label. Empty if it is absent.
  returned: success
  type: dict
  contains:
    schedule_code:
      description: ID of the schedule.
      returned: always
      type: str
    label:
      description: Text of the label. Identifies the label within the schedule.
      returned: always
      type: str
    sound_code:
      description: ID of the sound code of the label.
      returned: always
      type: str
  sample:
    schedule_code: Md3ZiTL888K9lXDy7890xxxx
    label: table_7
    sound_code: Md3ZiTl888K9llXDy7892xxxx
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      label: table_7
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
      operation: CreateSoundCodeLabel
      status: done
      changes:
        label:
          before: null
          after: table_7
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.label import SoundCodeLabel

ENTRY = ResourceEntry(SoundCodeLabel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
