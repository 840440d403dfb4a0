# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Calls: what is sent, and what comes of the answer."""

from __future__ import annotations

import base64
import hmac
import threading
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    TRANSIENT,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import (
    ApiError,
    InvalidRequest,
    IotError,
    TransportError,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import Bucket
from ansible_collections.iotops.aliyun.plugins.module_utils.client.shared_rate_limit import SharedBucket

from .conftest import FakeTransport, RecordingRateLimiter, lost, make_client, ok, refused

KEY = {"ProductKey": "k"}
ABSENT = "iot.prod.NotExistedProduct"


def failure(answer, name: str = "QueryProduct", params: dict | None = None) -> ApiError:
    with pytest.raises(ApiError) as caught:
        make_client(FakeTransport(answer), retries=0).call(name, KEY if params is None else params)
    return caught.value


# What is sent


def test_a_request_names_the_operation_the_account_and_its_parameters():
    transport = FakeTransport()
    make_client(transport, access_key_id="testid", region="r").call("QueryProduct", {"ProductKey": "a b+路"})
    (request,) = transport.requests
    query = request.query
    moment = datetime.strptime(query.pop("Timestamp"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60
    assert len(query.pop("SignatureNonce")) == 32
    assert query.pop("Signature")
    assert query == {
        "Action": "QueryProduct",
        "Version": "2018-01-20",
        "Format": "JSON",
        "RegionId": "r",
        "AccessKeyId": "testid",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "ProductKey": "a b+路",
    }
    assert request.body == {}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("QueryProduct", {"ProductKey": "a b*~+/é中"}),
        ("QueryDeviceBySQL", {"SQL": "x" * 3000}),
        ("BatchImportDevice", {"ProductKey": "k", "DeviceList": [{"DeviceName": "路", "DeviceSecret": "+"}]}),
    ],
)
def test_every_parameter_is_signed_wherever_it_travels(name, params):
    transport = FakeTransport()
    make_client(transport, access_key_secret="testsecret", security_token="t").call(name, params)
    sent = transport.requests[0].params
    signature = sent.pop("Signature")
    canonical = "&".join(f"{quote(key, safe='~')}={quote(sent[key], safe='~')}" for key in sorted(sent))
    text = f"POST&%2F&{quote(canonical, safe='~')}"
    assert base64.b64encode(hmac.digest(b"testsecret&", text.encode(), "sha1")).decode() == signature


def test_a_security_token_is_sent_where_there_is_one():
    transport = FakeTransport()
    make_client(transport, security_token="t").call("QueryProduct", KEY)
    make_client(transport).call("QueryProduct", KEY)
    assert [request.query.get("SecurityToken") for request in transport.requests] == ["t", None]


def test_the_instance_is_named_where_the_operation_takes_one():
    transport = FakeTransport()
    client = make_client(transport, iot_instance_id="i")
    client.call("QueryProduct", KEY)
    client.call("QueryProduct", {**KEY, "IotInstanceId": "other"})
    client.call("OpenIotService")
    assert [request.query.get("IotInstanceId") for request in transport.requests] == ["i", "other", None]


def test_what_belongs_into_the_body_goes_into_the_body():
    transport = FakeTransport()
    devices = [{"DeviceName": "d", "DeviceSecret": "s"}]
    make_client(transport).call("BatchImportDevice", {"ProductKey": "k", "DeviceList": devices})
    (request,) = transport.requests
    assert request.body == {"DeviceList.1.DeviceName": "d", "DeviceList.1.DeviceSecret": "s"}
    assert request.query["ProductKey"] == "k"


@pytest.mark.parametrize("sign", ["x", "路", " "])
def test_a_long_query_goes_into_the_body(sign):
    places = []
    for length in range(0, 2001, 25):
        transport = FakeTransport()
        make_client(transport).call("QueryDeviceBySQL", {"SQL": sign * length})
        (request,) = transport.requests
        assert len(transport.urls[0]) <= 2000
        assert {"Action", "Signature"} <= request.query.keys()
        assert request.params["SQL"] == sign * length
        places.append("SQL" in request.body)
    # A short one does not, and there is one length from which on it does.
    assert places == sorted(places)
    assert not places[4]
    assert places[-1]


def test_a_long_query_joins_what_is_in_the_body_already():
    transport = FakeTransport()
    devices = [{"DeviceName": "d"}]
    make_client(transport).call("BatchCheckImportDevice", {"ProductKey": "k" * 2000, "DeviceList": devices})
    assert transport.requests[0].body == {"ProductKey": "k" * 2000, "DeviceList.1.DeviceName": "d"}
    assert len(transport.urls[0]) < 500


@pytest.mark.parametrize("topic", ["/a", "x" * 3000])
def test_a_parameter_that_is_named_like_one_of_every_request_is_sent_once(topic):
    transport = FakeTransport()
    make_client(transport).call("QueryTopicReverseRouteTable", {"Topic": topic, "RegionId": "other"})
    assert transport.requests[0].params["RegionId"] == "other"
    assert (transport.urls[0].count("RegionId=") + ("RegionId" in transport.requests[0].body)) == 1


def test_requests_are_counted():
    client = make_client(FakeTransport(lost(), ok()))
    client.call("QueryProduct", KEY)
    client.read("QueryProduct", KEY)
    client.read("QueryProduct", KEY)
    assert client.calls == 3


def test_threads_share_a_client():
    transport = FakeTransport()
    client = make_client(transport)
    threads = [
        threading.Thread(target=lambda: [client.call("QueryProduct", KEY) for _number in range(25)]) for _n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert client.calls == len(transport.requests) == 200
    assert len({request.query["SignatureNonce"] for request in transport.requests}) == 200


def test_nothing_is_sent_that_does_not_fit_the_operation():
    transport = FakeTransport()
    client = make_client(transport)
    for name, params in (("MakeCoffee", {}), ("QueryProduct", {}), ("QueryProduct", {**KEY, "Colour": "red"})):
        for call in (client.call, client.check, client.read, client.find):
            with pytest.raises(InvalidRequest):
                call(name, params)
    assert transport.requests == []
    assert client.calls == 0


def test_checking_sends_nothing():
    transport = FakeTransport()
    client = make_client(transport, iot_instance_id="i")
    assert client.check("QueryProduct", KEY) == ({"IotInstanceId": "i", "ProductKey": "k"}, {})
    assert transport.requests == []


def test_parameters_are_not_changed():
    params = {"ProductKey": "k", "ProductTag": [{"TagKey": "a", "TagValue": None}]}
    make_client(FakeTransport(), iot_instance_id="i").call("CreateProductTags", params)
    assert params == {"ProductKey": "k", "ProductTag": [{"TagKey": "a", "TagValue": None}]}


def test_closing():
    transport = FakeTransport()
    rate_limiter = RecordingRateLimiter()
    make_client(transport, rate_limiter).close()
    assert transport.closed
    assert rate_limiter.closed


# At what pace


def test_every_try_waits_its_turn():
    rate_limiter = RecordingRateLimiter()
    make_client(FakeTransport(lost(), lost(), ok()), rate_limiter).call("UpdateProduct", {**KEY, "ProductName": "n"})
    assert rate_limiter.waits == [("UpdateProduct", 10)] * 3
    assert rate_limiter.slowed == []


def test_throttled_it_slows_down():
    rate_limiter = RecordingRateLimiter()
    make_client(FakeTransport(refused("Throttling.User", status=400), ok()), rate_limiter).call("QueryProduct", KEY)
    assert rate_limiter.slowed == [("QueryProduct", 50)]
    assert rate_limiter.waits == [("QueryProduct", 50)] * 2


def test_without_pacing_nothing_is_held_back(monkeypatch):
    held_back = []
    transport = FakeTransport()
    for kind in (Bucket, SharedBucket):
        monkeypatch.setattr(kind, "wait", lambda _bucket: held_back.append("once"))
    params = {**KEY, "PropertyTimestampFilter": True, "PropertyValueFilter": True}
    make_client(transport, pacing=False).call("UpdateProductFilterConfig", params)
    assert held_back == []
    make_client(transport, pacing=True).call("UpdateProductFilterConfig", params)
    assert held_back == ["once"]


# What comes of the answer


@pytest.mark.parametrize("success", [True, "true", "True", None])
def test_a_reply_that_succeeded(success):
    reply = {"Data": {"a": 1}, **({} if success is None else {"Success": success})}
    assert make_client(FakeTransport((200, reply))).call("QueryProduct", KEY) == reply


@pytest.mark.parametrize("success", [False, "false", "False"])
def test_a_business_error(success):
    reply = {"Success": success, "Code": ABSENT, "ErrorMessage": "No such product.", "RequestId": "r-7"}
    error = failure((200, reply))
    assert (error.operation, error.code, error.message) == ("QueryProduct", ABSENT, "No such product")
    assert (error.request_id, error.category, error.ambiguous) == ("r-7", NOT_FOUND, False)
    assert error.remedy == "Check the ProductKey and that your account owns the product"
    assert str(error) == (
        "QueryProduct: No such product [iot.prod.NotExistedProduct]. Check the ProductKey and that your account owns "
        "the product (request r-7)"
    )


def test_an_error_of_the_gateway():
    error = failure(refused("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404))
    assert (error.code, error.message) == ("InvalidAccessKeyId.NotFound", "Specified access key is not found")
    assert (error.request_id, error.category, error.remedy) == ("r-1", PERMANENT, "Check the AccessKey id")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("The key a1 is gone", "The key a1 is gone"),
        ("产品不存在", "No such product"),
        ("", "No such product"),
        (None, "No such product"),
    ],
)
def test_the_platforms_own_words_are_kept_where_they_are_in_english(said, message):
    assert failure(refused(ABSENT, said)).message == message


def test_an_unknown_code_keeps_its_words_in_any_language():
    assert failure(refused("iot.new.Code", "产品不存在")).message == "产品不存在"
    assert failure(refused("iot.new.Code", "")).message == "the platform returned an error without a message"


@pytest.mark.parametrize(
    ("answer", "code", "category"),
    [
        ((502, {}), "HTTP 502", TRANSIENT),
        ((403, {}), "HTTP 403", PERMANENT),
        ((429, {}), "HTTP 429", THROTTLED),
        ((200, {"Success": False}), "HTTP 200", PERMANENT),
        (refused("iot.prod.AlreadyExistedProductName"), "iot.prod.AlreadyExistedProductName", EXISTS),
        (refused("iot.new.Code"), "iot.new.Code", PERMANENT),
        (refused("iot.new.Code", status=500), "iot.new.Code", TRANSIENT),
        (refused("iot.new.SystemException"), "iot.new.SystemException", TRANSIENT),
        (refused("Throttling.New", status=400), "Throttling.New", THROTTLED),
    ],
)
def test_what_an_error_means(answer, code, category):
    error = failure(answer)
    assert (error.code, error.category, error.ambiguous) == (code, category, category == TRANSIENT)


def test_a_lost_answer_names_the_operation():
    with pytest.raises(TransportError) as caught:
        make_client(FakeTransport(lost()), retries=0).call("QueryProduct", KEY)
    assert caught.value.operation == "QueryProduct"
    assert str(caught.value) == "QueryProduct: no answer [ConnectionError]"


def test_the_platforms_account_of_what_it_signed_is_left_out():
    said = "Specified signature is not matched with our calculation. server string to sign is:POST&%2F&AccessKeyId%3Did"
    error = failure(refused("SignatureDoesNotMatch", said, 400))
    assert error.message == "The signature does not fit the request"
    assert error.remedy == "Check the AccessKey secret"


# Whether a thing is there


def test_what_is_there_is_found():
    assert make_client(FakeTransport(ok(Data={"a": 1}))).find("QueryProduct", KEY)["Data"] == {"a": 1}


@pytest.mark.parametrize("code", [ABSENT, "iot.Prod.NotExistedProduct"])
def test_what_is_not_there_is_not_found(code):
    assert make_client(FakeTransport(refused(code))).find("QueryProduct", KEY) is None


@pytest.mark.parametrize(
    "answer",
    [
        refused("InvalidAccessKeyId.NotFound", status=404),
        refused("InvalidAction.NotFound", status=404),
        refused("SignatureDoesNotMatch", status=400),
        refused("Forbidden.RAM", status=403),
        refused("iot.prod.InvalidFormattedProductKey"),
        refused("iot.device.NotExistedDevice"),
        refused("iot.common.FileNotExist"),
        refused("", status=404),
        (404, {}),
        (502, {}),
        (200, {"Success": False}),
        lost(),
    ],
)
def test_no_other_error_looks_as_if_a_thing_were_not_there(answer):
    with pytest.raises(IotError):
        make_client(FakeTransport(answer), retries=0).find("QueryProduct", KEY)


def test_an_operation_that_knows_no_absence_finds_or_fails():
    with pytest.raises(ApiError):
        make_client(FakeTransport(refused(ABSENT))).find("ListProductTags", KEY)


# Deletes that were sent twice


@pytest.mark.parametrize("first", [lost(), refused("iot.system.SystemException"), (502, {})])
@pytest.mark.parametrize("code", [ABSENT, "iot.Prod.NotExistedProduct"])
def test_a_delete_repeated_after_a_lost_answer_counts_as_done(first, code):
    transport = FakeTransport(first, refused("Throttling.User"), refused(code))
    assert make_client(transport).call("DeleteProduct", KEY) == {}
    assert len(transport.requests) == 3


@pytest.mark.parametrize("before", [[], [refused("Throttling.User")], [lost(ambiguous=False)]])
def test_a_delete_that_came_through_once_only_must_find_what_it_deletes(before):
    transport = FakeTransport(*before, refused(ABSENT))
    with pytest.raises(ApiError, match=ABSENT):
        make_client(transport).call("DeleteProduct", KEY)


def test_a_repeated_delete_that_fails_otherwise_fails():
    with pytest.raises(ApiError, match="Forbidden"):
        make_client(FakeTransport(lost(), refused("Forbidden.RAM"))).call("DeleteProduct", KEY)


def test_only_a_delete_is_done_when_nothing_is_there():
    with pytest.raises(ApiError, match=ABSENT):
        make_client(FakeTransport(lost(), refused(ABSENT))).call("UpdateProduct", {**KEY, "ProductName": "n"})
    with pytest.raises(ApiError, match=ABSENT):
        make_client(FakeTransport(lost(), refused(ABSENT))).call("QueryProduct", KEY)


def test_what_is_wrong_with_a_script_is_told_in_a_member_of_its_own():
    script = {"ErrorMessage": "syntax error", "SyntaxErrorMsg": "line 1: unexpected )"}
    error = failure((200, {"Success": False, "Code": ABSENT, **script}))
    assert error.message == "line 1: unexpected )"
