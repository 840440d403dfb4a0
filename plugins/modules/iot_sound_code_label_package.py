#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_label_package
short_description: Package the audio of a label batch
version_added: 0.1.0
description:
  - Packages the audio of all labels that a batch of a sound code schedule has created into one ZIP archive, and returns
    the URL from which the archive can be downloaded.
options:
  schedule:
    description:
      - Name or ID of the schedule.
    type: str
    required: true
  batch:
    description:
      - Description or ID of the batch.
      - The batch must be finished.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Validates the options without performing the action.
  diff_mode:
    support: none
    description: The action leaves no state that can be compared.
  idempotent:
    support: none
    description: Every run performs the action again.
  action_group:
    support: full
    description: Supports the defaults of the action group.
    membership: [iotops.aliyun.iot]
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

- name: Create labels for the tables of the ground floor
  iotops.aliyun.iot_sound_code_label_batch:
    schedule: opening_hours
    description: ground floor
    labels: [table_1, table_2, table_3]

- name: Wait until the batch is finished
  iotops.aliyun.iot_sound_code_label_batch_info:
    schedule: opening_hours
    description: ground floor
  register: result
  until: result.sound_code_label_batches[0].status != "running"
  delay: 1

- name: Package the audio of the labels
  iotops.aliyun.iot_sound_code_label_package:
    schedule: opening_hours
    batch: ground floor
"""

RETURN = r"""
batch_code:
  description: ID of the batch.
  returned: when not in check mode
  type: str
  sample: Md3ZiTL888K9lXDy7893xxxx
package_url:
  description: URL from which the archive can be downloaded.
  returned: when not in check mode
  type: str
  sample: https://iotx-xxxx.oss-cn-shanghai.aliyuncs.com/labels.zip
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The audio of the batch's labels would be packed; nothing was done in check mode
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.label import Package

ENTRY = Package()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
