# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules of the platform for new OTA jobs: their firmware, their tags and their instance (manual chapter 4.20)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import State
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.firmware import NEEDS_NO_VERIFICATION

#: The tag that contains the name of a job.
NAME_TAG = "iotops.name"

#: Maximum length of the keys and values of all tags, including the one with the name.
MAX_TAGS_LENGTH = 4096

#: The platform's value of ``Type`` for delta firmware.
DELTA = "1"


def find_firmware_problem(state: State) -> str:
    """Return why a new job cannot use its firmware.

    Whether the firmware is verified is not checked, because an earlier task may verify it.
    """
    after = state.after
    rows = {row["FirmwareId"]: row for row in state.reader.pages("ListOTAFirmware")}
    firmware = rows.get(after["firmware_id"]) if isinstance(after.get("firmware_id"), str) else None
    if state.current is not None or firmware is None:
        return ""
    key = firmware.get("ProductKey")
    if key and after.get("product_key") not in (None, key, PENDING):
        return f"product must be that of the firmware {after['firmware']}, {firmware.get('ProductName') or key}"
    if after.get("type") == "verify":
        needless = str(firmware.get("Status")) == str(NEEDS_NO_VERIFICATION)
        return f"type cannot be verify: the firmware {after['firmware']} needs no verification" if needless else ""
    sources, version = after.get("source_versions") or [], firmware.get("DestVersion")
    if version in sources:
        return f"source_versions must not contain {version}, the version of the firmware {after['firmware']}"
    has_sources = after.get("target") in ("all", "gray") or bool(sources)
    if str(firmware.get("Type")) == DELTA and has_sources and list(sources) != [firmware.get("SrcVersion")]:
        return (
            f"source_versions must be {firmware.get('SrcVersion')}, the only version that the delta firmware "
            f"{after['firmware']} updates, not {', '.join(sources) or 'empty'}"
        )
    return ""


def find_instance_problem(state: State) -> str:
    """Return which option of a new job requires an instance ID."""
    if state.current is not None or state.reader.has_instance:
        return ""
    options = ["multi_module"] if state.after.get("multi_module") else []
    options += ["group"] if state.after.get("type") == "dynamic" and state.after.get("group") else []
    if not options:
        return ""
    kind = "" if options[0] == "multi_module" else " with type: dynamic"
    return f"{options[0]} can be set{kind} only if iot_instance_id is set: the old public instance does not support it"


def find_tags_problem(state: State) -> str:
    """Return why the tags of a new job are too long."""
    if state.current is not None:
        return ""
    tags = {NAME_TAG: state.after["name"], **state.resource.field("tags").type.canonical(state.after.get("tags"))}
    length = sum(len(key) + len(value) for key, value in tags.items())
    if length <= MAX_TAGS_LENGTH:
        return ""
    return f"tags must have at most {MAX_TAGS_LENGTH} characters in total, with the name of the job, not {length}"
