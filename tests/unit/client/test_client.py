# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests of the client, and the handling of responses."""

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

from .conftest import FakeTransport, RecordingRateLimiter, error_response, make_client, no_response, ok

KEY = {"ProductKey": "k"}
NOT_FOUND_CODE = "iot.prod.NotExistedProduct"


def api_error(answer, name: str = "QueryProduct", params: dict | None = None) -> ApiError:
    with pytest.raises(ApiError) as caught:
        make_client(FakeTransport(answer), retries=0).call(name, KEY if params is None else params)
    return caught.value


# Requests


def test_request_contains_common_parameters_and_parameters():
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
def test_signature_covers_parameters_in_query_and_body(name, params):
    transport = FakeTransport()
    make_client(transport, access_key_secret="testsecret", security_token="t").call(name, params)
    sent = transport.requests[0].params
    signature = sent.pop("Signature")
    canonical = "&".join(f"{quote(key, safe='~')}={quote(sent[key], safe='~')}" for key in sorted(sent))
    text = f"POST&%2F&{quote(canonical, safe='~')}"
    assert base64.b64encode(hmac.digest(b"testsecret&", text.encode(), "sha1")).decode() == signature


def test_security_token_is_sent_if_set():
    transport = FakeTransport()
    make_client(transport, security_token="t").call("QueryProduct", KEY)
    make_client(transport).call("QueryProduct", KEY)
    assert [request.query.get("SecurityToken") for request in transport.requests] == ["t", None]


def test_instance_id_is_sent_if_operation_accepts_it():
    transport = FakeTransport()
    client = make_client(transport, iot_instance_id="i")
    client.call("QueryProduct", KEY)
    client.call("QueryProduct", {**KEY, "IotInstanceId": "other"})
    client.call("OpenIotService")
    assert [request.query.get("IotInstanceId") for request in transport.requests] == ["i", "other", None]


def test_body_parameters_are_sent_in_body():
    transport = FakeTransport()
    devices = [{"DeviceName": "d", "DeviceSecret": "s"}]
    make_client(transport).call("BatchImportDevice", {"ProductKey": "k", "DeviceList": devices})
    (request,) = transport.requests
    assert request.body == {"DeviceList.1.DeviceName": "d", "DeviceList.1.DeviceSecret": "s"}
    assert request.query["ProductKey"] == "k"


@pytest.mark.parametrize("sign", ["x", "路", " "])
def test_long_query_is_sent_in_body(sign):
    in_body = []
    for length in range(0, 2001, 25):
        transport = FakeTransport()
        make_client(transport).call("QueryDeviceBySQL", {"SQL": sign * length})
        (request,) = transport.requests
        assert len(transport.urls[0]) <= 2000
        assert {"Action", "Signature"} <= request.query.keys()
        assert request.params["SQL"] == sign * length
        in_body.append("SQL" in request.body)
    # Short queries are not sent in the body, and all queries above a certain length are.
    assert in_body == sorted(in_body)
    assert not in_body[4]
    assert in_body[-1]


def test_long_query_is_added_to_existing_body():
    transport = FakeTransport()
    devices = [{"DeviceName": "d"}]
    make_client(transport).call("BatchCheckImportDevice", {"ProductKey": "k" * 2000, "DeviceList": devices})
    assert transport.requests[0].body == {"ProductKey": "k" * 2000, "DeviceList.1.DeviceName": "d"}
    assert len(transport.urls[0]) < 500


@pytest.mark.parametrize("topic", ["/a", "x" * 3000])
def test_parameter_with_common_name_is_sent_once(topic):
    transport = FakeTransport()
    make_client(transport).call("QueryTopicReverseRouteTable", {"Topic": topic, "RegionId": "other"})
    assert transport.requests[0].params["RegionId"] == "other"
    assert (transport.urls[0].count("RegionId=") + ("RegionId" in transport.requests[0].body)) == 1


def test_calls_counts_retries_but_not_cached_reads():
    client = make_client(FakeTransport(no_response(), ok()))
    client.call("QueryProduct", KEY)
    client.read("QueryProduct", KEY)
    client.read("QueryProduct", KEY)
    assert client.calls == 3


def test_client_in_several_threads_sends_all_requests():
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


def test_invalid_request_is_not_sent():
    transport = FakeTransport()
    client = make_client(transport)
    for name, params in (("MakeCoffee", {}), ("QueryProduct", {}), ("QueryProduct", {**KEY, "Color": "red"})):
        for call in (client.call, client.check, client.read, client.find):
            with pytest.raises(InvalidRequest):
                call(name, params)
    assert transport.requests == []
    assert client.calls == 0


def test_check_sends_nothing():
    transport = FakeTransport()
    client = make_client(transport, iot_instance_id="i")
    assert client.check("QueryProduct", KEY) == ({"IotInstanceId": "i", "ProductKey": "k"}, {})
    assert transport.requests == []


def test_call_does_not_change_parameters():
    params = {"ProductKey": "k", "ProductTag": [{"TagKey": "a", "TagValue": None}]}
    make_client(FakeTransport(), iot_instance_id="i").call("CreateProductTags", params)
    assert params == {"ProductKey": "k", "ProductTag": [{"TagKey": "a", "TagValue": None}]}


def test_close_closes_transport_and_rate_limiter():
    transport = FakeTransport()
    rate_limiter = RecordingRateLimiter()
    make_client(transport, rate_limiter).close()
    assert transport.closed
    assert rate_limiter.closed


# Rate limiting


def test_retries_are_rate_limited():
    rate_limiter = RecordingRateLimiter()
    make_client(FakeTransport(no_response(), no_response(), ok()), rate_limiter).call(
        "UpdateProduct", {**KEY, "ProductName": "n"}
    )
    assert rate_limiter.waits == [("UpdateProduct", 10)] * 3
    assert rate_limiter.slowed == []


def test_throttled_request_slows_down_rate_limiter():
    rate_limiter = RecordingRateLimiter()
    make_client(FakeTransport(error_response("Throttling.User", status=400), ok()), rate_limiter).call(
        "QueryProduct", KEY
    )
    assert rate_limiter.slowed == [("QueryProduct", 50)]
    assert rate_limiter.waits == [("QueryProduct", 50)] * 2


def test_pacing_disabled_does_not_limit_requests(monkeypatch):
    limited = []
    transport = FakeTransport()
    for kind in (Bucket, SharedBucket):
        monkeypatch.setattr(kind, "wait", lambda _bucket: limited.append("once"))
    params = {**KEY, "PropertyTimestampFilter": True, "PropertyValueFilter": True}
    make_client(transport, pacing=False).call("UpdateProductFilterConfig", params)
    assert limited == []
    make_client(transport, pacing=True).call("UpdateProductFilterConfig", params)
    assert limited == ["once"]


# Responses


@pytest.mark.parametrize("success", [True, "true", "True", None])
def test_successful_response_is_returned(success):
    reply = {"Data": {"a": 1}, **({} if success is None else {"Success": success})}
    assert make_client(FakeTransport((200, reply))).call("QueryProduct", KEY) == reply


@pytest.mark.parametrize("success", [False, "false", "False"])
def test_business_error_raises_api_error(success):
    reply = {"Success": success, "Code": NOT_FOUND_CODE, "ErrorMessage": "No such product.", "RequestId": "r-7"}
    error = api_error((200, reply))
    assert (error.operation, error.code, error.message) == ("QueryProduct", NOT_FOUND_CODE, "No such product")
    assert (error.request_id, error.category, error.ambiguous) == ("r-7", NOT_FOUND, False)
    assert error.remedy == "Check the ProductKey, and that the account owns the product"
    assert str(error) == (
        "QueryProduct: No such product [iot.prod.NotExistedProduct]. Check the ProductKey, and that the account owns "
        "the product (request r-7)"
    )


def test_gateway_error_raises_api_error():
    error = api_error(error_response("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404))
    assert (error.code, error.message) == ("InvalidAccessKeyId.NotFound", "Specified access key is not found")
    assert (error.request_id, error.category, error.remedy) == ("r-1", PERMANENT, "Check access_key_id")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("The key a1 is missing", "The key a1 is missing"),
        ("产品不存在", "The product does not exist"),
        ("", "The product does not exist"),
        (None, "The product does not exist"),
    ],
)
def test_platform_message_is_kept_only_in_english(text, message):
    assert api_error(error_response(NOT_FOUND_CODE, text)).message == message


def test_message_of_unknown_code_is_kept_in_any_language():
    assert api_error(error_response("iot.new.Code", "产品不存在")).message == "产品不存在"
    assert api_error(error_response("iot.new.Code", "")).message == "the platform returned an error without a message"


@pytest.mark.parametrize(
    ("answer", "code", "category"),
    [
        ((502, {}), "HTTP 502", TRANSIENT),
        ((403, {}), "HTTP 403", PERMANENT),
        ((429, {}), "HTTP 429", THROTTLED),
        ((200, {"Success": False}), "HTTP 200", PERMANENT),
        (error_response("iot.prod.AlreadyExistedProductName"), "iot.prod.AlreadyExistedProductName", EXISTS),
        (error_response("iot.new.Code"), "iot.new.Code", PERMANENT),
        (error_response("iot.new.Code", status=500), "iot.new.Code", TRANSIENT),
        (error_response("iot.new.SystemException"), "iot.new.SystemException", TRANSIENT),
        (error_response("Throttling.New", status=400), "Throttling.New", THROTTLED),
    ],
)
def test_error_category_follows_from_code_and_status(answer, code, category):
    error = api_error(answer)
    assert (error.code, error.category, error.ambiguous) == (code, category, category == TRANSIENT)


def test_transport_error_contains_operation():
    with pytest.raises(TransportError) as caught:
        make_client(FakeTransport(no_response()), retries=0).call("QueryProduct", KEY)
    assert caught.value.operation == "QueryProduct"
    assert str(caught.value) == "QueryProduct: no response [ConnectionError]"


def test_signature_error_omits_platform_message():
    text = "Specified signature is not matched with our calculation. server string to sign is:POST&%2F&AccessKeyId%3Did"
    error = api_error(error_response("SignatureDoesNotMatch", text, 400))
    assert error.message == "The signature does not match the request"
    assert error.remedy == "Check access_key_secret"


# Missing resources


def test_find_existing_resource_returns_response():
    assert make_client(FakeTransport(ok(Data={"a": 1}))).find("QueryProduct", KEY)["Data"] == {"a": 1}


@pytest.mark.parametrize("code", [NOT_FOUND_CODE, "iot.Prod.NotExistedProduct"])
def test_find_missing_resource_returns_none(code):
    assert make_client(FakeTransport(error_response(code))).find("QueryProduct", KEY) is None


@pytest.mark.parametrize(
    "answer",
    [
        error_response("InvalidAccessKeyId.NotFound", status=404),
        error_response("InvalidAction.NotFound", status=404),
        error_response("SignatureDoesNotMatch", status=400),
        error_response("Forbidden.RAM", status=403),
        error_response("iot.prod.InvalidFormattedProductkey"),
        error_response("iot.device.NotExistedDevice"),
        error_response("iot.common.FileNotExist"),
        error_response("", status=404),
        (404, {}),
        (502, {}),
        (200, {"Success": False}),
        no_response(),
    ],
)
def test_find_with_other_error_raises(answer):
    with pytest.raises(IotError):
        make_client(FakeTransport(answer), retries=0).find("QueryProduct", KEY)


def test_find_without_not_found_codes_raises():
    with pytest.raises(ApiError):
        make_client(FakeTransport(error_response(NOT_FOUND_CODE))).find("ListProductTags", KEY)


# Repeated deletes


@pytest.mark.parametrize("first", [no_response(), error_response("iot.system.SystemException"), (502, {})])
@pytest.mark.parametrize("code", [NOT_FOUND_CODE, "iot.Prod.NotExistedProduct"])
def test_delete_not_found_after_ambiguous_failure_succeeds(first, code):
    transport = FakeTransport(first, error_response("Throttling.User"), error_response(code))
    assert make_client(transport).call("DeleteProduct", KEY) == {}
    assert len(transport.requests) == 3


@pytest.mark.parametrize("before", [[], [error_response("Throttling.User")], [no_response(ambiguous=False)]])
def test_delete_not_found_without_ambiguous_failure_raises(before):
    transport = FakeTransport(*before, error_response(NOT_FOUND_CODE))
    with pytest.raises(ApiError, match=NOT_FOUND_CODE):
        make_client(transport).call("DeleteProduct", KEY)


def test_delete_with_other_error_after_lost_response_raises():
    with pytest.raises(ApiError, match="Forbidden"):
        make_client(FakeTransport(no_response(), error_response("Forbidden.RAM"))).call("DeleteProduct", KEY)


def test_update_and_read_not_found_after_lost_response_raise():
    with pytest.raises(ApiError, match=NOT_FOUND_CODE):
        make_client(FakeTransport(no_response(), error_response(NOT_FOUND_CODE))).call(
            "UpdateProduct", {**KEY, "ProductName": "n"}
        )
    with pytest.raises(ApiError, match=NOT_FOUND_CODE):
        make_client(FakeTransport(no_response(), error_response(NOT_FOUND_CODE))).call("QueryProduct", KEY)


def test_script_error_message_is_syntax_error_member():
    script = {"ErrorMessage": "syntax error", "SyntaxErrorMsg": "line 1: unexpected )"}
    error = api_error((200, {"Success": False, "Code": NOT_FOUND_CODE, **script}))
    assert error.message == "line 1: unexpected )"


def test_platform_time_is_that_of_the_last_response():
    transport = FakeTransport()
    transport.date = "Sat, 31 Jan 2026 02:00:00 GMT"
    assert make_client(transport).platform_time() == datetime(2026, 1, 31, 2, tzinfo=UTC)


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_platform_time_without_date_is_that_of_this_machine(date):
    transport = FakeTransport()
    if date is not None:
        transport.date = date
    before = datetime.now(UTC)
    assert before <= make_client(transport).platform_time() <= datetime.now(UTC)
