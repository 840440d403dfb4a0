# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signatures, times and nonces."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from alibabacloud_tea_openapi.utils import Utils
from multidict import CIMultiDict

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.core.wire import Request
from ansible_collections.iotops.aliyun.emulator.http.auth import TOLERANCE, Authenticator, v1_signature

# The example of the manual's chapter 4.5.
EXAMPLE = {
    "Action": "Pub",
    "MessageContent": "aGVsbG8gd29ybGQ",
    "Timestamp": "2018-07-31T07:43:57Z",
    "SignatureVersion": "1.0",
    "Format": "XML",
    "Qos": "0",
    "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    "Version": "2018-01-20",
    "AccessKeyId": "testid",
    "SignatureMethod": "HMAC-SHA1",
    "RegionId": "cn-shanghai",
    "ProductKey": "12345abcde",
    "TopicFullName": "/12345abcde/testdevice/user/get",
}
SIGNATURE = "NUh3otvAoXOZmG/a2gDShh6Ze9w="
THEN = datetime(2018, 7, 31, 7, 43, 57, tzinfo=UTC).timestamp()


def gate(now: float = THEN) -> Authenticator:
    return Authenticator({"testid": "testsecret"}, lambda: now)


def v1(method: str = "GET", body: bytes = b"", **changes: str) -> Request:
    values = {name: value for name, value in {**EXAMPLE, "Signature": SIGNATURE, **changes}.items() if value}
    headers = CIMultiDict({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
    return Request(method, "/?" + urlencode(values), headers, body)


def acs3(query: dict[str, str], body: bytes = b"", sent_query: str | None = None, **headers: str) -> Request:
    """A request as the official upgraded SDK signs it."""

    class Signed:
        method = "POST"
        pathname = "/"

    Signed.query = query
    Signed.headers = {
        "host": "127.0.0.1:8018",
        "x-acs-version": "2018-01-20",
        "x-acs-action": "QueryProduct",
        "x-acs-date": EXAMPLE["Timestamp"],
        "x-acs-signature-nonce": "1",
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "accept": "application/json",
        **headers,
    }
    payload = Signed.headers["x-acs-content-sha256"]
    authorization = Utils.get_authorization(Signed, "ACS3-HMAC-SHA256", payload, "testid", "testsecret")
    target = "/?" + (urlencode(query) if sent_query is None else sent_query)
    return Request("POST", target, CIMultiDict({**Signed.headers, "Authorization": authorization}), body)


def refusal(gate: Authenticator, request: Request) -> tuple[int, str]:
    with pytest.raises(GatewayError) as caught:
        gate.check(request)
    return caught.value.status, caught.value.code


def test_the_manuals_example():
    assert v1_signature("GET", EXAMPLE, "testsecret").decode() == SIGNATURE
    gate().check(v1())


def test_v1_signs_the_form_body_and_empty_parameters():
    values = {**EXAMPLE, "SignatureType": "", "Text": "a b*~+/é中"}
    signature = v1_signature("POST", values, "testsecret").decode()
    query = urlencode({**EXAMPLE, "SignatureType": "", "Signature": signature})
    headers = CIMultiDict({"content-type": "application/x-www-form-urlencoded"})
    gate().check(Request("POST", "/?" + query, headers, urlencode({"Text": "a b*~+/é中"}).encode()))
    assert refusal(gate(), Request("POST", "/?" + query, headers, b"Text=other"))[1] == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"Qos": "1"}, (400, "SignatureDoesNotMatch")),
        ({"Signature": "ÿ"}, (400, "SignatureDoesNotMatch")),
        ({"AccessKeyId": "other"}, (404, "InvalidAccessKeyId.NotFound")),
        ({"AccessKeyId": ""}, (400, "MissingAccessKeyId")),
        ({"SignatureNonce": ""}, (400, "MissingSignatureNonce")),
        ({"SignatureMethod": "HMAC-SHA256"}, (400, "IncompleteSignature")),
        ({"Timestamp": "yesterday"}, (400, "InvalidTimeStamp.Format")),
        ({"Timestamp": "2018-07-31 07:43:57Z"}, (400, "SignatureDoesNotMatch")),
    ],
)
def test_v1_refusals(changes, answer):
    assert refusal(gate(), v1(**changes)) == answer


@pytest.mark.parametrize("late", [TOLERANCE + 1, -TOLERANCE - 1])
def test_a_request_is_good_for_15_minutes(late):
    assert refusal(gate(THEN + late), v1()) == (400, "InvalidTimeStamp.Expired")
    gate(THEN + late / 2).check(v1())


def test_a_nonce_is_used_once():
    one = gate()
    one.check(v1())
    assert refusal(one, v1()) == (400, "SignatureNonceUsed")
    one.forget()
    one.check(v1())


def test_a_nonce_is_remembered_as_long_as_its_request_is_good():
    now = THEN - TOLERANCE
    one = Authenticator({"testid": "testsecret"}, lambda: now)
    one.check(v1())
    now = THEN + TOLERANCE
    assert refusal(one, v1())[1] == "SignatureNonceUsed"


def test_a_forged_request_does_not_use_up_a_nonce():
    one = gate()
    assert refusal(one, v1(Qos="1"))[1] == "SignatureDoesNotMatch"
    one.check(v1())


def test_acs3():
    gate().check(acs3({"ProductKey": "a1", "ProductTag.1.TagValue": "a b*~+/é中", "Empty": ""}, b"DeviceName=x"))


def test_acs3_takes_the_query_as_it_was_sent():
    gate().check(acs3({"b": "1 2", "a": "~"}, sent_query="b=1+2&a=%7E"))


def test_acs3_with_a_security_token():
    gate().check(acs3({}, **{"x-acs-security-token": "any", "x-acs-accesskey-id": "testid"}))


def test_acs3_refusals():
    good = acs3({"ProductKey": "a1"}, b"a=b")
    changed = {
        "target": Request("POST", "/?ProductKey=a2", good.headers, good.body),
        "method": Request("GET", good.target, good.headers, good.body),
        "body": Request("POST", good.target, good.headers, b"a=c"),
        "header": Request("POST", good.target, CIMultiDict({**good.headers, "x-acs-action": "Pub"}), good.body),
    }
    for what, request in changed.items():
        assert refusal(gate(), request) == (400, "SignatureDoesNotMatch"), what
    for header in ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"):
        lacking = CIMultiDict({name: value for name, value in good.headers.items() if name != header})
        assert refusal(gate(), Request("POST", good.target, lacking, good.body)) == (400, "IncompleteSignature")
    for authorization in ("acs x:y", "ACS3-HMAC-SHA256 Credential=testid"):
        half = CIMultiDict({**good.headers, "Authorization": authorization})
        assert refusal(gate(), Request("POST", good.target, half, good.body)) == (400, "IncompleteSignature")
    one = gate()
    one.check(good)
    assert refusal(one, good) == (400, "SignatureNonceUsed")
