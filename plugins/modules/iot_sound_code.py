#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code
short_description: Manage a sound code
version_added: 0.1.0
description:
  - A sound code is a text that is played as sound and that a device in earshot has decoded. This one means the same at
    any time; one that depends on the time of day is a label of a schedule, M(iotops.aliyun.iot_sound_code_label).
  - All operations on sound codes together take 2 to 10 requests a second.
options:
  state:
    description:
      - Whether the sound code is there.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The sound code's name, 1 to 64 characters, of which a Chinese one counts 2. It tells one sound code of an
        instance from another.
    type: str
    required: true
  renamed_from:
    description:
      - The name that it had before. Where nothing has O(name), what has this name is renamed.
    type: str
  content:
    description:
      - What it says, such as the address of a page, 1 to 100 characters. Needed to make one.
    type: str
  duration_in_seconds:
    description:
      - How long its audio lasts, 1 to 30 seconds. Needed to make one.
    type: int
  open_type:
    description:
      - Whether only devices of the instance may have it decoded (V(inner), what the platform takes where nothing is
        said), or those of other instances as well that the platform lets in on request (V(open)). It cannot be changed.
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
- name: What a visitor's device hears at the door
  iotops.aliyun.iot_sound_code:
    name: door_west
    content: www.example.com
    duration_in_seconds: 2

- name: It gets another name
  iotops.aliyun.iot_sound_code:
    name: west_door
    renamed_from: door_west

- name: Nobody hears it any longer
  iotops.aliyun.iot_sound_code:
    name: west_door
    state: absent
"""

RETURN = r"""
sound_code:
  description: The sound code; empty when it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    sound_code:
      description: The id that the platform gave it.
      type: str
      returned: always
    content:
      description: What it says.
      type: str
      returned: always
    duration_in_seconds:
      description: How long its audio lasts.
      type: int
      returned: always
    open_type:
      description: C(inner) or C(open).
      type: str
      returned: always
    created:
      description: When it was made, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: always
  sample:
    name: door_west
    sound_code: Md3ZiTl888K9llXDy7890xxxx
    content: www.example.com
    duration_in_seconds: 2
    open_type: inner
    created: 1620634297000
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: door_west}
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
      operation: CreateSoundCode
      status: done
      changes:
        name: {before: null, after: door_west}
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code import SoundCode

ENTRY = ResourceEntry(SoundCode)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
