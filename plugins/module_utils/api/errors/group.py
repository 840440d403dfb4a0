# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of device groups (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.group.NullGroupId": (PERMANENT, "The group ID is missing", "Pass the GroupId"),
        "iot.group.DeleteGroupFailed": (TRANSIENT, "The group could not be deleted", "Retry shortly"),
        "iot.group.SubGroupNotNull": (PERMANENT, "The group still has subgroups", "Delete the subgroups first"),
        "iot.group.InvalidGroupName": (
            PERMANENT,
            "The group name breaks the naming rules",
            "Use 4-30 Chinese characters (2 each), letters, digits or underscores",
        ),
        "iot.group.GroupNameExisted": (EXISTS, "A group of this name already exists", "Pick another group name"),
        "iot.group.QueryGroupInfoFailed": (
            TRANSIENT, "Reading the group details failed", "Retry; if it keeps failing, check the parameters",
        ),
        "iot.group.NotExistedGroup": (NOT_FOUND, "No such group", "Check the GroupId in the console"),
        "iot.group.QueryGroupCountFailed": (
            TRANSIENT, "Counting the groups failed", "Retry; if it keeps failing, check the parameters",
        ),
        "iot.group.QueryGroupListFailed": (TRANSIENT, "Listing the groups failed", "Retry shortly"),
        "iot.group.BindGroupRelationFailed": (TRANSIENT, "The group relationship could not be bound", "Retry shortly"),
        "iot.group.UpdateGroupFailed": (TRANSIENT, "The group could not be updated", "Retry shortly"),
        "iot.group.QueryGroupTreeFailed": (TRANSIENT, "Reading the group hierarchy failed", "Retry shortly"),
        "iot.group.CreateGroupFailed": (
            TRANSIENT, "The group could not be created", "Retry; if it keeps failing, check the parameters",
        ),
        "iot.group.InvalidFormattedTagString": (
            PERMANENT,
            "The tag string is malformed",
            "Pass a JSON array of objects, each with a non-empty tagKey and tagValue",
        ),
        "iot.group.TagCountExceedMax": (
            PERMANENT,
            "The group already holds the maximum of 100 tags",
            "Remove tags that are no longer needed before adding new ones",
        ),
        "iot.group.GroupCountExceedMax": (
            PERMANENT,
            "A group may have at most 100 subgroups, and a device may be in at most 10 groups",
            "Remove unneeded subgroups, or take the device out of a group it does not need",
        ),
        "iot.group.SetGroupTagFailed": (
            PERMANENT, "The tags of the group could not be set", "Check the group ID and the tag list",
        ),
        "iot.group.QueryGroupTagFailed": (TRANSIENT, "The tags of the group could not be read", "Try again later"),
        "iot.group.LongGroupDescError": (
            PERMANENT,
            "The group description is longer than 100 characters",
            "Shorten the description; a Chinese character counts as one",
        ),
        "iot.group.QueryGroupRelationFailed": (
            TRANSIENT,
            "The relations of the group could not be read",
            "Try again, and check the group ID if it keeps failing",
        ),
        "iot.group.GroupLevelExceedingLimitError": (
            PERMANENT,
            "Groups cannot be nested more than three levels deep",
            "Look at the nesting of the groups in the console and choose a higher parent",
        ),
        "iot.group.SuperGroupUnsupport": (
            PERMANENT,
            "The chosen parent group does not accept subgroups",
            "Choose a parent that is not a dynamic group",
        ),
    }
)
