# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of device groups (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.group.NullGroupId": (PERMANENT, "The group ID is missing", "Specify the GroupId"),
        "iot.group.DeleteGroupFailed": (PERMANENT, "The group could not be deleted", UNEXPLAINED),
        "iot.group.SubGroupNotNull": (PERMANENT, "The group still has subgroups", "Delete the subgroups first"),
        "iot.group.InvalidGroupName": (
            PERMANENT,
            "The group name violates the naming rules",
            "Use 4-30 Chinese characters (each counts as 2), letters, digits or underscores",
        ),
        "iot.group.GroupNameExisted": (EXISTS, "A group with this name already exists", "Choose another group name"),
        "iot.group.QueryGroupInfoFailed": (PERMANENT, "The group details could not be read", "Check the parameters"),
        "iot.group.NotExistedGroup": (NOT_FOUND, "The group does not exist", "Check the GroupId in the console"),
        "iot.group.QueryGroupCountFailed": (PERMANENT, "The number of groups could not be read", "Check the parameters"),
        "iot.group.QueryGroupListFailed": (PERMANENT, "The groups could not be listed", UNEXPLAINED),
        "iot.group.BindGroupRelationFailed": (PERMANENT, "The relationship of the group could not be created", UNEXPLAINED),
        "iot.group.UpdateGroupFailed": (PERMANENT, "The group could not be updated", UNEXPLAINED),
        "iot.group.QueryGroupTreeFailed": (PERMANENT, "The group hierarchy could not be read", UNEXPLAINED),
        "iot.group.CreateGroupFailed": (PERMANENT, "The group could not be created", "Check the parameters"),
        "iot.group.InvalidFormattedTagString": (
            PERMANENT,
            "The tag string has an invalid format",
            "Specify a JSON array of objects, each with a non-empty tagKey and tagValue",
        ),
        "iot.group.TagCountExceedMax": (PERMANENT, "The group already has the maximum of 100 tags", "Delete tags that you no longer need"),
        "iot.group.GroupCountExceedMax": (
            PERMANENT,
            "A group can have at most 100 subgroups, and a device can be in at most 10 groups",
            "Delete subgroups that you no longer need, or remove the device from another group",
        ),
        "iot.group.SetGroupTagFailed": (PERMANENT, "The tags of the group could not be set", "Check the group ID and the tags"),
        "iot.group.QueryGroupTagFailed": (PERMANENT, "The tags of the group could not be read", UNEXPLAINED),
        "iot.group.LongGroupDescError": (
            PERMANENT,
            "The group description is longer than 100 characters",
            "Shorten the description. A Chinese character counts as one character",
        ),
        "iot.group.QueryGroupRelationFailed": (PERMANENT, "The relationships of the group could not be read", "Check the group ID"),
        "iot.group.GroupLevelExceedingLimitError": (
            PERMANENT, "Groups can be nested at most three levels deep", "Choose a parent group at a higher level",
        ),
        "iot.group.SuperGroupUnsupport": (
            PERMANENT,
            "The parent group does not support subgroups",
            "Choose a parent group that is not a dynamic group",
        ),
    }
)
