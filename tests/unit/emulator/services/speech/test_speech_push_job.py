# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test reading push jobs of speeches, and the groups that speeches can be pushed to."""

from __future__ import annotations

import pytest


def test_push_job_list_is_filtered_and_paged(platform, api, register_device, create_speech, push_speeches, api_error):
    lamp, bulb = register_device("lamp1", online=True), register_device("bulb1")
    code = create_speech()
    jobs = []
    for target in ({"device": lamp}, {"device": bulb}, {"PushMode": "ALL"}):
        jobs.append(push_speeches([code], **target))
        platform.clock.advance(1)
    push_speeches([create_speech("other", ProjectCode="p2")], lamp, ProjectCode="p2")

    def listed(**params) -> list[int]:
        reply = api("QuerySpeechPushJob", ProjectCode="p1", **params)
        return [jobs.index(job["Code"]) for job in reply["Data"]["List"]["Items"]]

    assert listed() == [2, 1, 0]
    assert listed(PageId=2, PageSize=2) == [0]
    assert listed(StatusList=["RUNNING"]) == [2, 1]
    assert listed(StatusList=["SUCCESS", "CANCEL"]) == [0]
    assert listed(StatusList=["TIMEOUT"]) == []
    assert listed(PushMode="ALL") == [2]
    assert listed(JobCode=jobs[1]) == [1]
    assert listed(JobCode=jobs[1], PushMode="ALL") == []
    page = api("QuerySpeechPushJob", ProjectCode="p1", PageSize=2)["Data"]
    assert (page["PageId"], page["PageSize"], page["Total"]) == (1, 2, 3)
    for invalid in ({"StatusList": ["SENDING"]}, {"PushMode": "SOME"}):
        code = api_error("QuerySpeechPushJob", ProjectCode="p1", **invalid).code
        assert code == "iot.common.InvalidFormattedParameter"


def test_push_job_device_list_is_filtered_and_paged(
    api, register_device, create_speech, push_speeches, device_statuses, api_error
):
    for number in range(3):
        register_device(f"lamp{number}", online=number == 0)
    code = push_speeches([create_speech()], PushMode="ALL")
    assert device_statuses(code) == {"lamp0": "SENDING", "lamp1": "RUNNING", "lamp2": "RUNNING"}
    assert device_statuses(code, Status="RUNNING") == {"lamp1": "RUNNING", "lamp2": "RUNNING"}
    assert device_statuses(code, DeviceName="lamp1") == {"lamp1": "RUNNING"}
    assert device_statuses(code, DeviceName="lamp") == {}
    assert device_statuses(code, DeviceName="lamp0", Status="RUNNING") == {}
    both = [device_statuses(code, PageSize=2, PageId=number) for number in (1, 2)]
    assert [len(page) for page in both] == [2, 1]
    assert api("QuerySpeechPushJobDevice", JobCode=code, PageSize=2)["Data"]["Total"] == 3
    invalid = api_error("QuerySpeechPushJobDevice", JobCode=code, Status="FAILED")
    assert invalid.code == "iot.common.InvalidFormattedParameter"


@pytest.mark.parametrize("action", ["QuerySpeechPushJobDevice", "QuerySpeechPushJobSpeech"])
def test_missing_push_job_is_rejected(api_error, action):
    assert api_error(action, JobCode="x").code == "iot.system.IllegalRequest"


def test_solution_group_list_returns_static_groups(platform, api, register_device, api_error):
    lamp = register_device("lamp1")
    top = api("CreateDeviceGroup", GroupName="lamps_top", GroupDesc="all of them")["Data"]["GroupId"]
    platform.clock.advance(1)
    child = api("CreateDeviceGroup", GroupName="lamps_below", SuperGroupId=top)["Data"]["GroupId"]
    api("CreateDeviceGroup", GroupName="bulbs")
    expression = {"DynamicGroupExpression": 'name LIKE "lamp%"', "IotInstanceId": "iot-1"}
    api("CreateDeviceDynamicGroup", GroupName="lamps_dynamic", **expression)
    member = {name: lamp[name] for name in ("ProductKey", "DeviceName")}
    api("BatchAddDeviceGroupRelations", GroupId=top, Device=[member])

    def list_groups(**params) -> dict:
        return api("QuerySolutionDeviceGroupPage", **{"ProjectCode": "p1", "PageId": 1, "PageSize": 10, **params})

    first, second = list_groups(FuzzyGroupName="mps_")["Data"]["List"]["itemName"]
    created = second["GmtCreate"]
    assert second == {
        "DeviceCount": 1,
        "GmtCreate": created,
        "GmtModified": created,
        "GroupDesc": "all of them",
        "GroupId": top,
        "GroupName": "lamps_top",
    }
    assert (first["GroupId"], first["DeviceCount"]) == (child, 0)
    assert list_groups(PageSize=1)["Data"]["Total"] == 3
    assert list_groups(PageSize=1, PageId=3)["Data"]["List"]["itemName"] == [second]
    for invalid in ({"PageId": 10_001}, {"PageSize": 51}):
        params = {"ProjectCode": "p1", "PageId": 1, "PageSize": 10, **invalid}
        assert api_error("QuerySolutionDeviceGroupPage", **params).code == "iot.common.InvalidPageParams"
