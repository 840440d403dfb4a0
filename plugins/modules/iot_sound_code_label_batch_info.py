#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_label_batch_info
short_description: Gather information about label batches of a sound code schedule
version_added: 0.1.0
description:
  - Returns label batches of a sound code schedule, filtered by description, ID or status.
  - If no filter is set, all batches of the schedule are returned.
options:
  schedule:
    description:
      - Name or ID of the schedule.
    type: str
    required: true
  description:
    description:
      - Description of the batch.
    type: str
  batch_code:
    description:
      - ID of the batch.
    type: str
  status:
    description:
      - Return only batches with this status.
    type: str
    choices: [running, success, partial_failed, interrupted]
  include:
    description:
      - Additional data to return for each batch.
      - V(failed) returns the labels that could not be created. It takes one request for each batch, at a rate of one
        request per second.
    type: list
    elements: str
    choices: [failed]
    default: []
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
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

- name: List all batches with their status and failed labels
  iotops.aliyun.iot_sound_code_label_batch_info:
    schedule: opening_hours
    include: [failed]
"""

RETURN = r"""
sound_code_label_batches:
  description: Batches that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    schedule_code:
      description: ID of the schedule.
      returned: always
      type: str
    description:
      description: Description of the batch. Identifies the batch within the schedule.
      returned: always
      type: str
    batch_code:
      description: ID that the platform assigned to the batch.
      returned: always
      type: str
    total:
      description: Number of labels in the batch.
      returned: always
      type: int
    status:
      description: Status of the batch, C(running), C(success), C(partial_failed) or C(interrupted).
      returned: always
      type: str
    made:
      description: Number of labels that the batch has created so far.
      returned: always
      type: int
    created:
      description: Time when the batch was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    failed:
      description: Labels that could not be created, each with its C(label), a C(code) and a C(message).
      returned: when O(include) contains V(failed)
      type: list
      elements: dict
  sample:
    - schedule_code: Md3ZiTL888K9lXDy7890xxxx
      description: ground floor
      batch_code: Md3ZiTL888K9lXDy7893xxxx
      total: 3
      status: running
      made: 0
      created: 1620634297000
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.label import SoundCodeLabelBatch

ENTRY = InfoEntry(SoundCodeLabelBatch)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
