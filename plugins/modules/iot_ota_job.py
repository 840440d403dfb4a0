#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_ota_job
short_description: Manage OTA jobs
version_added: 0.1.0
description:
  - Creates and cancels OTA jobs, which upgrade devices to a firmware.
  - A verification job (V(verify)) tests the firmware on a few devices. A static job (V(static)) upgrades the devices
    that match when the job is created. A dynamic job (V(dynamic)) also upgrades devices that match later.
  - OTA jobs have no name on this platform. The module stores the name in the tag C(iotops.name) and finds the job by
    this tag. Devices receive the tags of their job, including this one.
  - A job starts immediately when it is created, or at its scheduled time. It can be canceled but not changed. To run
    the upgrade again, create a job with another name.
  - A device can be in one job at a time. If a later job includes the same device, its upgrade of the device fails
    unless O(overwrite) is set.
options:
  name:
    description:
      - Name of the job. Identifies the job within the firmware.
      - 1 to 1,024 characters.
    type: str
    required: true
  firmware:
    description:
      - Name or ID of the firmware.
      - The firmware must be verified before it can be used by V(static) and V(dynamic) jobs, unless it was created with
        O(iotops.aliyun.iot_ota_firmware#module:needs_verification=false).
    type: str
    required: true
  state:
    description:
      - Desired state of the job.
      - V(present) ensures that the job was created, regardless of its status.
      - V(canceled) ensures that nothing of what O(cancel) lists is pending or running. A job that has ended is not
        changed.
    type: str
    choices: [present, canceled]
    default: present
  product:
    description:
      - Name or ProductKey of the product of the devices.
      - Required when a job is created for a firmware that is for any product. Defaults to the product of the firmware
        otherwise.
    type: str
  type:
    description:
      - Type of the job, which is V(verify), V(static) or V(dynamic).
      - Required when the job is created.
      - A firmware can have one running verification job at a time, and none after it is verified. It can have one
        running dynamic job at a time.
    type: str
    choices: [verify, static, dynamic]
  target:
    description:
      - Devices that a static job upgrades, which are all devices that can be upgraded (V(all)), specific devices
        (V(specific)), a percentage of the devices (V(gray)), or the devices of a device group (V(group)).
      - The devices are set with O(devices) or O(devices_file), the percentage with O(gray_percent), and the device
        group with O(group).
      - Required when a static job is created.
    type: str
    choices: [all, specific, gray, group]
  devices:
    description:
      - Names of the devices of a static job with the target V(specific), or of the devices that verify the firmware.
      - Up to 200 devices for a static job, and up to 10 for a verification job.
    type: list
    elements: str
  devices_file:
    description:
      - Absolute path of a file with the names of the devices of a static job, one name on each line, on the host on
        which the task runs.
      - Up to 1,000,000 names and 5 MB (5,242,880 bytes).
      - The file is uploaded when the job is created. Later changes of the file are not detected.
    type: path
  gray_percent:
    description:
      - Percentage of the devices that a static job upgrades. The number of devices is rounded down, and is at least 1.
      - Greater than 0 and up to 100, with up to three decimal places.
    type: str
  group:
    description:
      - Name or GroupId of the device group of a static job, or of the dynamic group of a dynamic job.
      - Dynamic groups exist only in Enterprise instances.
    type: str
  source_versions:
    description:
      - Versions that devices are upgraded from. For a static job with the target V(all) or V(gray), or for a dynamic
        job.
      - Up to 10 versions. For a V(delta) firmware, only its source version.
      - A dynamic job requires either O(source_versions) or O(group).
    type: list
    elements: str
  dynamic_mode:
    description:
      - Devices that a dynamic job upgrades, which are those that match now or later (V(all)), or only those that report
        a new version later (V(later)).
      - Defaults to V(all).
    type: str
    choices: [all, later]
  needs_push:
    description:
      - Whether the platform pushes the upgrade to online devices. If V(false), devices must request it.
      - Defaults to V(true).
    type: bool
  needs_confirmation:
    description:
      - Whether each upgrade waits for a confirmation, for example by M(iotops.aliyun.iot_ota_task).
      - Defaults to V(false).
    type: bool
  download_protocol:
    description:
      - Protocol with which devices download the firmware.
      - V(mqtt) requires a firmware that consists of one file of up to 16 MB, and is supported in some regions only.
      - Defaults to V(https).
    type: str
    choices: [https, mqtt]
  maximum_per_minute:
    description:
      - Maximum number of devices to which the upgrade is pushed in a minute.
      - The range is 10 to 10,000. Defaults to V(10000).
      - Not allowed for a verification job.
    type: int
  overwrite:
    description:
      - Whether the job replaces upgrades of other jobs that devices are waiting for. Upgrades that a device has started
        continue.
      - Defaults to V(false).
      - Not allowed for a verification job.
    type: bool
  multi_module:
    description:
      - Whether the devices can upgrade several OTA modules at the same time.
      - Defaults to V(false).
      - Not allowed together with O(overwrite) or for a verification job, and not supported in the old public instance.
    type: bool
  retry_interval_in_minutes:
    description:
      - Time after which a failed upgrade is retried, in minutes.
      - Must be less than O(task_timeout_in_minutes), and must be set together with O(retry_count). If not set, failed
        upgrades are not retried.
      - Not allowed for a verification job.
    type: int
    choices: [0, 10, 30, 60, 1440]
  retry_count:
    description:
      - Number of times that a failed upgrade is retried.
      - Must be set together with O(retry_interval_in_minutes).
    type: int
    choices: [1, 2, 5]
  task_timeout_in_minutes:
    description:
      - Maximum duration of the upgrade of a device, in minutes, counted from its first progress report. An upgrade that
        takes longer fails and is not retried.
      - The range is 1 to 1,440. If not set, the duration is not limited.
    type: int
  schedule_time:
    description:
      - Time at which a static job starts, for example V(2030-01-31T20:00:00+08:00).
      - 5 minutes to 7 days in the future. If not set, the job starts immediately.
      - Use a fixed time, because a time that is calculated again in each run is a change, and a job cannot be changed.
    type: str
  schedule_finish_time:
    description:
      - Time at which a static job ends, even if upgrades are not finished.
      - 1 hour to 30 days after O(schedule_time), which is required.
    type: str
  tags:
    description:
      - Additional tags of the job.
      - Up to 9 tags. Keys have 1 to 30 letters, digits and periods, and values have 1 to 1,024 characters. All tags,
        including the tag with the name, have up to 4,096 characters in total.
    type: dict
  cancel:
    description:
      - Parts of the job that O(state=canceled) cancels.
      - V(queued), V(notified), V(in_progress) and V(unconfirmed) are upgrades that wait to be pushed, that were pushed,
        that devices have started, and that wait for a confirmation.
      - V(scheduled) are the upgrades of a job that has not reached its scheduled time. V(strategy) is the addition of
        further devices to a dynamic job.
      - If not set, all of these are canceled.
    type: list
    elements: str
    choices: [queued, notified, in_progress, unconfirmed, scheduled, strategy]
  wait:
    description:
      - Whether to wait until the job has ended, regardless of the result of each device.
      - Not allowed when a dynamic job is created, because it ends only when it is canceled. Ignored in check mode.
    type: bool
    default: false
  wait_timeout_in_seconds:
    description:
      - Maximum time to wait, in seconds. If it is exceeded, the task fails and the job continues.
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
- name: Create a job that verifies a firmware on one device
  iotops.aliyun.iot_ota_job:
    name: trial
    firmware: lamp_2_0
    type: verify
    devices: [lamp-0001]

- name: Cancel the verification job
  iotops.aliyun.iot_ota_job:
    name: trial
    firmware: lamp_2_0
    state: canceled

- name: Create a dynamic job that upgrades all devices from an old version at a limited rate
  iotops.aliyun.iot_ota_job:
    name: june
    firmware: lamp_1_0
    type: dynamic
    source_versions: ["0.9"]
    maximum_per_minute: 100
    retry_interval_in_minutes: 10
    retry_count: 2
    task_timeout_in_minutes: 60

- name: Stop adding devices to the job and cancel queued upgrades, but not upgrades in progress
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
      description: Name of the job. Identifies the job within the firmware.
      returned: always
      type: str
    job_id:
      description: ID that the platform assigned to the job.
      returned: always
      type: str
    firmware_id:
      description: ID of the firmware of the job.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product of the devices.
      returned: always
      type: str
    type:
      description: Type of the job, which is V(verify), V(static) or V(dynamic).
      returned: always
      type: str
    target:
      description: Devices that a static job upgrades, which are all devices that can be upgraded (V(all)), specific
        devices (V(specific)), a percentage of the devices (V(gray)), or the devices of a device group (V(group)).
      returned: always
      type: str
    devices:
      description: Names of the devices of a static job with the target V(specific), or of the devices that verify
        the firmware.
      returned: when O(devices) is set
      type: list
      elements: str
    gray_percent:
      description: Percentage of the devices that a static job upgrades. The number of devices is rounded down,
        and is at least 1.
      returned: when the job exists
      type: str
    group_id:
      description: GroupId of the device group of the job. Empty if the job has no group.
      returned: when the job exists
      type: str
    source_versions:
      description: Versions that devices are upgraded from. For a static job with the target V(all) or V(gray),
        or for a dynamic job.
      returned: when the job exists
      type: list
      elements: str
    dynamic_mode:
      description: Devices that a dynamic job upgrades, which are those that match now or later (V(all)), or only
        those that report a new version later (V(later)).
      returned: for dynamic jobs
      type: str
    needs_push:
      description: Whether the platform pushes the upgrade to online devices. If V(false), devices must request
        it.
      returned: when the job exists
      type: bool
    needs_confirmation:
      description: Whether each upgrade waits for a confirmation, for example by M(iotops.aliyun.iot_ota_task).
      returned: when the job exists
      type: bool
    download_protocol:
      description: Protocol with which devices download the firmware.
      returned: when the job exists
      type: str
    maximum_per_minute:
      description: Maximum number of devices to which the upgrade is pushed in a minute.
      returned: when the job exists
      type: int
    overwrite:
      description: Whether the job replaces upgrades of other jobs that devices are waiting for. Upgrades that a
        device has started continue.
      returned: when the job exists
      type: bool
    multi_module:
      description: Whether the devices can upgrade several OTA modules at the same time.
      returned: when the job exists
      type: bool
    retry_interval_in_minutes:
      description: Time after which a failed upgrade is retried, in minutes.
      returned: when failed upgrades are retried
      type: int
    retry_count:
      description: Number of times that a failed upgrade is retried.
      returned: when failed upgrades are retried
      type: int
    task_timeout_in_minutes:
      description: Maximum duration of the upgrade of a device, in minutes, counted from its first progress report.
        An upgrade that takes longer fails and is not retried.
      returned: when the duration is limited
      type: int
    schedule_time:
      description: Time at which a static job starts, for example V(2030-01-31T20:00:00+08:00).
      returned: when the job exists
      type: str
    schedule_finish_time:
      description: Time at which a static job ends, even if upgrades are not finished.
      returned: when the job exists
      type: str
    tags:
      description: Additional tags of the job.
      returned: always
      type: dict
    status:
      description: Status of the job, C(planned), C(in_progress), C(completed) or C(canceled).
      returned: when the job exists
      type: str
    stopped:
      description: Whether the job has ended. For a job that the task cancels, whether nothing is left to cancel.
      returned: always
      type: bool
    created:
      description: Time when the job was created, in UTC.
      returned: when the job exists
      type: str
    started:
      description: Time when the job started, in UTC.
      returned: when the job has started
      type: str
    ended:
      description: Time when the job ended, in UTC.
      returned: when the job has ended
      type: str
  sample:
    name: june
    job_id: wahVIzGkCMuAUE2gDERM02xxxx
    firmware_id: s8SSHikjpBfrM3BSN0z803xxxx
    product_key: a1BwAGVxxxx
    type: static
    target: gray
    gray_percent: '10'
    group_id: ''
    source_versions: []
    needs_push: true
    needs_confirmation: false
    download_protocol: https
    maximum_per_minute: 1000
    overwrite: false
    multi_module: false
    schedule_time: ''
    schedule_finish_time: ''
    tags: {}
    status: in_progress
    stopped: false
    created: '2019-11-04T06:22:19.566Z'
    started: '2019-11-04T06:22:19.566Z'
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: june
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
      operation: CreateOTAStaticUpgradeJob
      status: done
      changes:
        name:
          before: null
          after: june
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.job import OtaJob

ENTRY = ResourceEntry(OtaJob)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
