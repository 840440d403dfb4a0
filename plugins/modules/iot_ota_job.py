#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_job
short_description: Upgrade devices to a firmware
version_added: 0.1.0
description:
  - A job upgrades devices to a firmware. Such a job finds out with a few devices whether the firmware works
    (V(verify)), or is for those that fit when it is made (V(static)), or for those that come to fit later as well
    (V(dynamic)).
  - On this platform a job has no name. It gets one in a tag, C(iotops.name), by which the next run finds it. Devices
    are told the tags of their job, this one too.
  - A job runs at once when it is made, or at its time. It can be cancelled, and nothing else of it can change. To
    upgrade once more, give another name.
  - A device is in one job at a time. What it is asked by a later one fails, unless that overwrites.
options:
  name:
    description:
      - The job's name, 1 to 1,024 characters. It tells one job of a firmware from another.
    type: str
    required: true
  firmware:
    description:
      - The firmware, by its name or its id. Unless it was made with
        O(iotops.aliyun.iot_ota_firmware#module:needs_verification=false), it must have been verified before a job of
        the types V(static) and V(dynamic).
    type: str
    required: true
  state:
    description:
      - V(present) is a job that was made, whatever has become of it. V(canceled) is one of which nothing goes on that
        O(cancel) names; one that has ended stays as it is.
    type: str
    choices: [present, canceled]
    default: present
  product:
    description:
      - The product of the devices, by its name or its ProductKey. Needed for a firmware that is for any product, and
        the firmware's own otherwise.
    type: str
  type:
    description:
      - The type of the job. Needed to make one.
      - There is one verification of a firmware at a time, and none any more once it is verified. Of a firmware one
        dynamic job runs at a time.
    type: str
    choices: [verify, static, dynamic]
  target:
    description:
      - Which devices a static job is for, V(all) that can be upgraded, those that O(devices) or O(devices_file) names
        (V(specific)), the share of O(gray_percent) (V(gray)), or those in O(group). Needed to make one.
    type: str
    choices: [all, specific, gray, group]
  devices:
    description:
      - The names of the devices of a static job, up to 200, or of those that verify the firmware, up to 10.
    type: list
    elements: str
  devices_file:
    description:
      - A file with the names of the devices of a static job, one a line, as a path from the root on the host where the
        task runs. It has 1,000,000 names at most, and 5 MB (5,242,880 bytes).
      - It is uploaded when the job is made. Whether it has changed since is not looked at.
    type: path
  gray_percent:
    description:
      - How many per cent of the devices a static job is for, more than 0 and up to 100, with up to three digits after
        the point. The number of devices is rounded down, and is one at least.
    type: str
  group:
    description:
      - The group of devices that a static job is for, or the dynamic group of a dynamic job, by its name or its
        GroupId. Dynamic groups are a matter of instances of their own.
    type: str
  source_versions:
    description:
      - The versions that devices are upgraded from, up to 10, for a static job of the targets V(all) and V(gray), or a
        dynamic one. A dynamic job needs them, or a group. With a delta it is the one version that it leads from.
    type: list
    elements: str
  dynamic_mode:
    description:
      - Whether a dynamic job is for the devices that fit now and for those that come to fit (V(all)), or only for
        those that report a new version later (V(later)). It is V(all) where nothing is said.
    type: str
    choices: [all, later]
  need_push:
    description:
      - Whether the platform pushes the upgrade to devices that are online. With V(false) they must ask for it. It is
        V(true) where nothing is said.
    type: bool
  need_confirm:
    description:
      - Whether each upgrade waits until it is confirmed, as by M(iotops.aliyun.iot_ota_task). It is V(false) where
        nothing is said.
    type: bool
  download_protocol:
    description:
      - How devices download. V(mqtt) is for a firmware of one file of up to 16 MB, in some regions only. It is V(https)
        where nothing is said.
    type: str
    choices: [https, mqtt]
  maximum_per_minute:
    description:
      - To how many devices the upgrade is pushed a minute at most, 10 to 10,000. It is 10,000 where nothing is said.
        Not for a verification.
    type: int
  overwrite:
    description:
      - Whether the job takes the place of upgrades that devices are waiting for; one that a device has begun goes on.
        It is V(false) where nothing is said. Not for a verification.
    type: bool
  multi_module:
    description:
      - Whether the devices can upgrade several modules at once. Not together with O(overwrite), not for a
        verification, and not in the old public instance. It is V(false) where nothing is said.
    type: bool
  retry_interval_in_minutes:
    description:
      - How long after a failure an upgrade is tried again, in minutes. Less than O(task_timeout_in_minutes), and
        together with O(retry_count). Not given, none is. Not for a verification.
    type: int
    choices: [0, 10, 30, 60, 1440]
  retry_count:
    description:
      - How often an upgrade is tried again. Together with O(retry_interval_in_minutes).
    type: int
    choices: [1, 2, 5]
  task_timeout_in_minutes:
    description:
      - How long the upgrade of a device may take from its first report of progress on, 1 to 1,440 minutes. After that
        it has failed, and is not tried again. Not given, it takes as long as it takes.
    type: int
  schedule_time:
    description:
      - When a static job begins, 5 minutes to 7 days ahead, such as V(2030-01-31T20:00:00+08:00). Not given, it begins
        at once. A time that is told anew at each run would be a change, which there is none of.
    type: str
  schedule_finish_time:
    description:
      - When a static job ends whatever is left, 1 hour to 30 days after O(schedule_time), which it needs.
    type: str
  tags:
    description:
      - Further tags, up to 9. Keys have 1 to 30 letters, digits and periods, values 1 to 1,024 characters, and all of
        them with the name's 4,096 characters at most.
    type: dict
  cancel:
    description:
      - What O(state=canceled) cancels, upgrades that wait to be pushed (V(queued)), that were pushed (V(notified)),
        that devices have begun (V(in_progress)), that wait to be confirmed (V(unconfirmed)), those of a job whose time
        has not come (V(scheduled)), and that a dynamic job takes in more devices (V(strategy)). Not given, it is all
        of that.
    type: list
    elements: str
    choices: [queued, notified, in_progress, unconfirmed, scheduled, strategy]
  wait:
    description:
      - Whether the task waits until the job has ended, with whatever result for each device. A dynamic job ends only
        when it is cancelled. In check mode nothing is waited for.
    type: bool
    default: false
  wait_timeout_in_seconds:
    description:
      - How long to wait, in seconds. Then the task fails, and the job goes on.
    type: int
    default: 3600
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_ota_job_info
  - module: iotops.aliyun.iot_ota_firmware
  - module: iotops.aliyun.iot_ota_task
  - module: iotops.aliyun.iot_ota_task_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: One lamp tries the firmware
  iotops.aliyun.iot_ota_job:
    name: trial
    firmware: lamp_2_0
    type: verify
    devices: [lamp-0001]

- name: The trial is over
  iotops.aliyun.iot_ota_job:
    name: trial
    firmware: lamp_2_0
    state: canceled

- name: All lamps that are on the old version, slowly
  iotops.aliyun.iot_ota_job:
    name: june
    firmware: lamp_1_0
    type: dynamic
    source_versions: ["0.9"]
    maximum_per_minute: 100
    retry_interval_in_minutes: 10
    retry_count: 2
    task_timeout_in_minutes: 60

- name: No more lamps, and those that have begun may finish
  iotops.aliyun.iot_ota_job:
    name: june
    firmware: lamp_1_0
    state: canceled
    cancel: [strategy, queued]
"""

RETURN = r"""
ota_job:
  description: The job.
  returned: success
  type: dict
  contains:
    name:
      description: Its name, of the tag C(iotops.name); empty where it has none.
      type: str
      returned: always
    job_id:
      description: The id that the platform gave it.
      type: str
      returned: always
    firmware_id:
      description: The id of the firmware that it leads to.
      type: str
      returned: always
    product_key:
      description: The ProductKey of the devices' product.
      type: str
      returned: always
    type:
      description: Its type, C(verify), C(static) or C(dynamic).
      type: str
      returned: always
    target:
      description: Which devices it is for, C(all), C(specific), C(gray) or C(group).
      type: str
      returned: always
    devices:
      description: The names of its devices, where it is for specific ones.
      type: list
      elements: str
      returned: when asked for
    gray_percent:
      description: How many per cent of the devices it is for; empty where it is for no share of them.
      type: str
      returned: when it is read whole
    group_id:
      description: The id of the group that it is for; empty where it is for none.
      type: str
      returned: when it is read whole
    source_versions:
      description: The versions that it upgrades from; empty where it is from any.
      type: list
      elements: str
      returned: when it is read whole
    dynamic_mode:
      description: Which devices a dynamic job is for, C(all) or C(later).
      type: str
      returned: for a dynamic job that is read whole
    need_push:
      description: Whether the platform pushes the upgrade to devices.
      type: bool
      returned: when it is read whole
    need_confirm:
      description: Whether each upgrade waits until it is confirmed.
      type: bool
      returned: when it is read whole
    download_protocol:
      description: How devices download, C(https) or C(mqtt).
      type: str
      returned: when it is read whole
    maximum_per_minute:
      description: To how many devices it is pushed a minute at most.
      type: int
      returned: when it is read whole
    overwrite:
      description: Whether it takes the place of upgrades that devices are waiting for.
      type: bool
      returned: when it is read whole
    multi_module:
      description: Whether devices upgrade several modules at once.
      type: bool
      returned: when it is read whole
    retry_interval_in_minutes:
      description: How long after a failure an upgrade is tried again.
      type: int
      returned: when it is
    retry_count:
      description: How often an upgrade is tried again.
      type: int
      returned: when it is
    task_timeout_in_minutes:
      description: How long an upgrade may take.
      type: int
      returned: when that is limited
    schedule_time:
      description: When it begins, in UTC; empty where it began at once.
      type: str
      returned: when it is read whole
    schedule_finish_time:
      description: When it ends whatever is left, in UTC; empty where it does not.
      type: str
      returned: when it is read whole
    tags:
      description: Its other tags.
      type: dict
      returned: always
    status:
      description: How it stands, C(planned), C(in_progress), C(completed) or C(canceled).
      type: str
      returned: when it is there
    stopped:
      description:
        - Whether it has ended; after a cancellation, whether nothing goes on of what was to be cancelled.
      type: bool
      returned: always
    created:
      description: When it was made, in UTC.
      type: str
      returned: when it is there
    started:
      description: When it began, in UTC.
      type: str
      returned: when it has begun
    ended:
      description: When it ended, in UTC.
      type: str
      returned: when it has ended
  sample:
    name: june
    job_id: wahVIzGkCMuAUE2gDERM02xxxx
    firmware_id: s8SSHikjpBfrM3BSN0z803xxxx
    product_key: a1BwAGVxxxx
    type: static
    target: gray
    gray_percent: "10"
    group_id: ""
    source_versions: []
    need_push: true
    need_confirm: false
    download_protocol: https
    maximum_per_minute: 1000
    overwrite: false
    multi_module: false
    schedule_time: ""
    schedule_finish_time: ""
    tags: {}
    status: in_progress
    stopped: false
    created: "2019-11-04T06:22:19.566Z"
    started: "2019-11-04T06:22:19.566Z"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: june}
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
      operation: CreateOTAStaticUpgradeJob
      status: done
      changes:
        name: {before: null, after: june}
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
  sample: 4
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota_job import OtaJob

ENTRY = ResourceEntry(OtaJob)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
