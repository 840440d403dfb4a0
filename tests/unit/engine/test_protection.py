# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the reasons to keep a resource that is in use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.protection import ProtectedIfActive, ProtectedWhen
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader

from ..client.conftest import FakeTransport, make_client, ok

SINCE = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
ACTIVE = ProtectedIfActive("last_online", "it was online at")


@pytest.mark.parametrize(
    ("time", "is_protected"),
    [
        ("2026-01-31T12:00:00.000Z", True),
        ("2026-02-01T00:00:00.000Z", True),
        ("2026-01-31T11:59:59.999Z", False),
        ("", False),
        (None, False),
        # Strict when in doubt: without a time zone, or not a time at all.
        ("2020-01-01T00:00:00", True),
        ("yesterday", True),
    ],
)
def test_resource_is_protected_if_its_activity_is_recent_or_unknown(time, is_protected):
    reason = ACTIVE.reason(None, {"last_online": time}, SINCE)
    assert reason == (f"it was online at {time}" if is_protected else "")


def test_resource_is_protected_while_a_field_has_the_value():
    protection = ProtectedWhen("status", "online", "it is online")
    assert protection.reason(None, {"status": "online"}, SINCE) == "it is online"
    assert protection.reason(None, {"status": "offline"}, SINCE) == ""
    assert protection.reason(None, {}, SINCE) == ""


@pytest.mark.parametrize(
    ("statuses", "reason"),
    [
        ([], ""),
        (["COMPLETED", "CANCELED"], ""),
        (["COMPLETED", "IN_PROGRESS"], "its job j1 is in_progress"),
        (["PLANNED"], "its job j0 is planned"),
        (["SOMETHING_NEW"], "its job j0 is something_new"),
    ],
)
def test_firmware_is_protected_while_a_job_has_not_ended(statuses, reason):
    rows = [{"JobId": f"j{number}", "JobStatus": status} for number, status in enumerate(statuses)]
    client = make_client(
        FakeTransport(ok(Data={"SimpleOTAJobInfo": rows}, Total=len(rows), CurrentPage=1, PageSize=100))
    )
    (protection,) = kinds()["ota_firmwares"].resource.protections
    assert protection.reason(Reader(client, tolerant=True), {"firmware_id": "f1"}, SINCE) == reason


def test_protections_and_quarantine_name_fields_of_their_resource():
    resources = [entry.resource for entry in kinds().values() if isinstance(entry, ResourceEntry)]
    protected = [one for one in resources if one.protections]
    assert {one.kind for one in protected} == {"device", "ota_firmware", "product"}
    for one in resources:
        names = {f.name for f in one.fields}
        assert {name for protection in one.protections for name in protection.fields} <= names
        # What quarantine changes can be changed back to the value of a new resource.
        for name in one.quarantine:
            assert one.field(name).is_option
            assert one.field(name).initial not in (None, one.quarantine[name])
