# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Types of messages that rules, parsers and consumer groups can receive (manual section 4.18.1)."""

from __future__ import annotations

#: Data that devices report, with a thing model or on custom topics.
DEVICE_DATA = "device_data"
#: A device went online or offline.
DEVICE_STATUS_CHANGE = "device_status_change"
#: A sub-device was attached to a gateway or detached from it.
DEVICE_TOPO_LIFE_CYCLE = "device_topo_life_cycle"
#: A gateway discovered sub-devices.
FOUND_DEVICE_LIST = "found_device_list"
#: Historical data that devices report late.
THING_HISTORY = "thing_history"
#: A device was registered, enabled, disabled or deleted.
DEVICE_LIFE_CYCLE = "device_life_cycle"
#: Progress of the upgrade of one device.
OTA_EVENT = "ota_event"
#: Tags of a device changed.
DEVICE_TAG = "device_tag"
#: Module versions that devices report.
OTA_VERSION = "ota_version"
#: Progress of an OTA job.
OTA_JOB = "ota_job"
