#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_label_batch
short_description: Create labels of a sound code schedule in batches
version_added: 0.1.0
description:
  - Creates a batch of 1 to 200 labels of a sound code schedule. The labels are either listed in O(labels), or the
    platform generates O(total) labels.
  - The platform creates the labels asynchronously. Use M(iotops.aliyun.iot_sound_code_label_batch_info) to check the
    progress.
  - A batch is identified by its description. It cannot be changed after creation, and the API has no operation to
    delete it. Its labels can be deleted one by one.
  - If the schedule already has one of the labels, that label fails and the other labels are still created.
options:
  schedule:
    description:
      - Name or ID of the schedule.
    type: str
    required: true
  description:
    description:
      - Description of the batch. Identifies the batch within the schedule.
      - 1 to 64 characters. A Chinese character counts as 2.
    type: str
    required: true
  labels:
    description:
      - Texts of the labels.
      - Each text has 1 to 64 characters. A Chinese character counts as 2.
      - Required when the batch is created, unless O(total) is set.
      - The platform does not return the labels of an existing batch. For an existing batch, only the number of labels
        is compared.
    type: list
    elements: str
  total:
    description:
      - Number of labels in the batch.
      - From 1 to 200.
      - If O(labels) is not set, the platform generates this number of labels.
    type: int
  retry:
    description:
      - Whether to retry labels that the batch failed to create.
      - If labels fail again, the next run retries the batch again.
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
- name: Create a schedule
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    start_date: "2030-01-01"
    end_date: "2030-12-31"

- name: Create labels for the tables of the ground floor
  iotops.aliyun.iot_sound_code_label_batch:
    schedule: opening_hours
    description: ground floor
    labels: [table_1, table_2, table_3]

- name: Create 100 labels with generated texts
  iotops.aliyun.iot_sound_code_label_batch:
    schedule: opening_hours
    description: spare labels
    total: 100
"""

RETURN = r"""
sound_code_label_batch:
  description: The batch.
  returned: success
  type: dict
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
  sample:
    schedule_code: Md3ZiTL888K9lXDy7890xxxx
    description: ground floor
    batch_code: Md3ZiTL888K9lXDy7893xxxx
    total: 3
    status: running
    made: 0
    created: 1620634297000
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      description: ground floor
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
      operation: BatchCreateSoundCodeLabelWithLabels
      status: done
      changes:
        description:
          before: null
          after: ground floor
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.label import SoundCodeLabelBatch

ENTRY = ResourceEntry(SoundCodeLabelBatch)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
