#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_label_batch
short_description: Make labels of a schedule of sound codes in a batch
version_added: 0.1.0
description:
  - A batch makes 1 to 200 labels of a schedule, those that are given or a number of the platform's choosing, in the
    platform's own time. M(iotops.aliyun.iot_sound_code_label_batch_info) tells how far it has come.
  - A batch is found again by its description. Once made, nothing of it can be changed, and no operation takes it away;
    its labels can be taken away one by one.
  - A label that the schedule has already fails, and the others are made nevertheless.
options:
  schedule:
    description:
      - The schedule, by its name or its id.
    type: str
    required: true
  description:
    description:
      - What the batch is, 1 to 64 characters, of which a Chinese one counts 2. It tells one batch of the schedule from
        another.
    type: str
    required: true
  labels:
    description:
      - The labels' texts, each 1 to 64 characters, of which a Chinese one counts 2. Needed to make a batch, unless
        O(total) is given.
      - The platform does not tell them of a batch that is there; only their number is compared then.
    type: list
    elements: str
  total:
    description:
      - How many labels the batch has, 1 to 200. Where O(labels) is not given, the platform chooses them.
    type: int
  retry:
    description:
      - Whether labels that a batch failed to make are tried again. A batch whose labels fail once more is tried again
        by the next run, too.
    type: bool
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_sound_code_label_batch_info
  - module: iotops.aliyun.iot_sound_code_label
  - module: iotops.aliyun.iot_sound_code_label_package
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A schedule
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    start_date: "2030-01-01"
    end_date: "2030-12-31"

- name: The tables of the ground floor
  iotops.aliyun.iot_sound_code_label_batch:
    schedule: opening_hours
    description: ground floor
    labels: [table_1, table_2, table_3]

- name: A hundred of any name
  iotops.aliyun.iot_sound_code_label_batch:
    schedule: opening_hours
    description: spare ones
    total: 100
"""

RETURN = r"""
sound_code_label_batch:
  description: The batch.
  returned: success
  type: dict
  contains:
    schedule_code:
      description: The id of its schedule.
      type: str
      returned: always
    description:
      description: What it is.
      type: str
      returned: always
    batch_code:
      description: The id that the platform gave it.
      type: str
      returned: always
    total:
      description: How many labels it has.
      type: int
      returned: always
    status:
      description: C(running), C(success), C(partial_failed) or C(interrupted).
      type: str
      returned: always
    made:
      description: How many labels it has made so far.
      type: int
      returned: always
    created:
      description: When it was made, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: always
  sample:
    schedule_code: Md3ZiTL888K9lXDy7890xxxx
    description: ground floor
    batch_code: Md3ZiTL888K9lXDy7893xxxx
    total: 3
    status: running
    made: 0
    created: 1620634297000
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {description: ground floor}
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
      operation: BatchCreateSoundCodeLabelWithLabels
      status: done
      changes:
        description: {before: null, after: ground floor}
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code_label import SoundCodeLabelBatch

ENTRY = ResourceEntry(SoundCodeLabelBatch)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
