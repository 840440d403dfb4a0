#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code
short_description: Manage sound codes
version_added: 0.1.0
description:
  - Creates, updates and deletes sound codes. A sound code is a text encoded as audio, which devices within hearing
    range can decode.
  - The content of these sound codes is the same at any time. For content that depends on the time of day, use the
    labels of a schedule, see M(iotops.aliyun.iot_sound_code_label).
  - Sound code operations are limited to 2 to 10 requests per second, depending on the operation.
options:
  state:
    description:
      - Desired state of the sound code.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the sound code. Identifies the sound code within the instance.
      - 1 to 64 characters. A Chinese character counts as 2.
    type: str
    required: true
  renamed_from:
    description:
      - Previous name of the sound code.
      - If no sound code is named O(name), the sound code with this name is renamed.
    type: str
  content:
    description:
      - Text that the sound code carries, for example a URL.
      - 1 to 100 characters.
      - Required when the sound code is created.
    type: str
  duration_in_seconds:
    description:
      - Duration of the audio, in seconds.
      - From 1 to 30.
      - Required when the sound code is created.
    type: int
  open_type:
    description:
      - Devices that can decode the sound code, either only devices of the same instance (V(inner)), or also devices of
        other instances that the platform grants access on request (V(open)).
      - If not set when the sound code is created, the platform uses V(inner).
      - Cannot be changed after creation.
    type: str
    choices: [inner, open]
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_sound_code_info
  - module: iotops.aliyun.iot_sound_code_schedule
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a sound code
  iotops.aliyun.iot_sound_code:
    name: door_west
    content: www.example.com
    duration_in_seconds: 2

- name: Rename the sound code
  iotops.aliyun.iot_sound_code:
    name: west_door
    renamed_from: door_west

- name: Delete the sound code
  iotops.aliyun.iot_sound_code:
    name: west_door
    state: absent
"""

RETURN = r"""
sound_code:
  description: The sound code. Empty if it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the sound code. Identifies the sound code within the instance.
      returned: always
      type: str
    sound_code:
      description: ID that the platform assigned to the sound code.
      returned: always
      type: str
    content:
      description: Text that the sound code carries, for example a URL.
      returned: always
      type: str
    duration_in_seconds:
      description: Duration of the audio, in seconds.
      returned: always
      type: int
    open_type:
      description: Devices that can decode the sound code, either only devices of the same instance (V(inner)),
        or also devices of other instances that the platform grants access on request (V(open)).
      returned: always
      type: str
    created:
      description: Time when the sound code was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
  sample:
    name: door_west
    sound_code: Md3ZiTl888K9llXDy7890xxxx
    content: www.example.com
    duration_in_seconds: 2
    open_type: inner
    created: 1620634297000
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: door_west
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
      operation: CreateSoundCode
      status: done
      changes:
        name:
          before: null
          after: door_west
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.sound_code import SoundCode

ENTRY = ResourceEntry(SoundCode)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
