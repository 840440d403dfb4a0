#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_job_rerun
short_description: Rerun the failed tasks of a device job
version_added: 0.1.0
description:
  - Reruns the tasks of a device job that failed or timed out.
  - The job must have ended, with the status C(completed) or C(timed_out).
options:
  name:
    description:
      - Name or ID of the job.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Validates the options and makes no changes.
  diff_mode:
    support: none
    description: The action leaves no state that could be compared.
  idempotent:
    support: none
    description: Each run performs the action again.
  action_group:
    support: full
    description: Uses the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_job
  - module: iotops.aliyun.iot_job_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a job that publishes a message to all devices of a product
  iotops.aliyun.iot_job:
    name: storm
    type: pub
    document: {topicShortName: storm, messageContent: YSBzdG9ybQ==}
    product: street_light
    wait: true

- name: Rerun the tasks of the job that failed
  iotops.aliyun.iot_job_rerun:
    name: storm
"""

RETURN = r"""
job_id:
  description: ID of the job.
  returned: when not in check mode
  type: str
  sample: XUbmsMHmkqv0PiAGxxxx010001
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The failed and timed-out tasks of the job would be repeated; nothing was done in check mode
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the device job storm does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job.job import Rerun

ENTRY = Rerun()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
