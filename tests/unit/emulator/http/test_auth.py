# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of request authentication: signatures, timestamps and nonces."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from alibabacloud_tea_openapi.utils import Utils
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.core.wire import Request
from ansible_collections.iotops.aliyun.emulator.http.auth import TOLERANCE, Authenticator, v1_signature

# The example of manual chapter 4.5.
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
SIGNED_AT = datetime(2018, 7, 31, 7, 43, 57, tzinfo=UTC).timestamp()


def authenticator(now: float = SIGNED_AT) -> Authenticator:
    return Authenticator({"testid": "testsecret"}, lambda: now)


def v1(method: str = "GET", body: bytes = b"", **changes: str) -> Request:
    values = {name: value for name, value in {**EXAMPLE, "Signature": SIGNATURE, **changes}.items() if value}
    headers = CIMultiDict({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
    return Request(method, "/?" + urlencode(values), headers, body)


def acs3(query: dict[str, str], body: bytes = b"", sent_query: str | None = None, **headers: str) -> Request:
    """Return a request with the signature of the official upgraded SDK."""

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


def rejection(authenticator: Authenticator, request: Request) -> tuple[int, str]:
    with pytest.raises(GatewayError) as caught:
        authenticator.check(request)
    return caught.value.status, caught.value.code


def test_v1_signature_of_manual_example_is_accepted():
    assert v1_signature("GET", EXAMPLE, "testsecret").decode() == SIGNATURE
    authenticator().check(v1())


def test_v1_signature_covers_form_body_and_empty_parameters():
    values = {**EXAMPLE, "SignatureType": "", "Text": "a b*~+/é中"}
    signature = v1_signature("POST", values, "testsecret").decode()
    query = urlencode({**EXAMPLE, "SignatureType": "", "Signature": signature})
    headers = CIMultiDict({"content-type": "application/x-www-form-urlencoded"})
    authenticator().check(Request("POST", "/?" + query, headers, urlencode({"Text": "a b*~+/é中"}).encode()))
    assert (
        rejection(authenticator(), Request("POST", "/?" + query, headers, b"Text=other"))[1] == "SignatureDoesNotMatch"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
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
def test_v1_request_with_invalid_parameter_is_rejected(changes, expected):
    assert rejection(authenticator(), v1(**changes)) == expected


@pytest.mark.parametrize("difference", [TOLERANCE + 1, -TOLERANCE - 1])
def test_request_older_than_15_minutes_is_rejected(difference):
    assert rejection(authenticator(SIGNED_AT + difference), v1()) == (400, "InvalidTimeStamp.Expired")
    authenticator(SIGNED_AT + difference / 2).check(v1())


def test_used_nonce_is_rejected():
    shared = authenticator()
    shared.check(v1())
    assert rejection(shared, v1()) == (400, "SignatureNonceUsed")
    shared.reset()
    shared.check(v1())


def test_nonce_is_stored_while_request_is_valid():
    now = SIGNED_AT - TOLERANCE
    shared = Authenticator({"testid": "testsecret"}, lambda: now)
    shared.check(v1())
    now = SIGNED_AT + TOLERANCE
    assert rejection(shared, v1())[1] == "SignatureNonceUsed"


def test_nonce_of_request_with_wrong_signature_stays_unused():
    shared = authenticator()
    assert rejection(shared, v1(Qos="1"))[1] == "SignatureDoesNotMatch"
    shared.check(v1())


def test_acs3_signature_of_sdk_is_accepted():
    authenticator().check(
        acs3({"ProductKey": "a1", "ProductTag.1.TagValue": "a b*~+/é中", "Empty": ""}, b"DeviceName=x")
    )


def test_acs3_query_with_other_encoding_is_accepted():
    authenticator().check(acs3({"b": "1 2", "a": "~"}, sent_query="b=1+2&a=%7E"))


def test_acs3_request_with_security_token_is_accepted():
    authenticator().check(acs3({}, **{"x-acs-security-token": "any", "x-acs-accesskey-id": "testid"}))


def test_acs3_request_with_changes_is_rejected():
    valid = acs3({"ProductKey": "a1"}, b"a=b")
    changed = {
        "target": Request("POST", "/?ProductKey=a2", valid.headers, valid.body),
        "method": Request("GET", valid.target, valid.headers, valid.body),
        "body": Request("POST", valid.target, valid.headers, b"a=c"),
        "header": Request("POST", valid.target, CIMultiDict({**valid.headers, "x-acs-action": "Pub"}), valid.body),
    }
    for change, request in changed.items():
        assert rejection(authenticator(), request) == (400, "SignatureDoesNotMatch"), change
    for header in ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"):
        incomplete = CIMultiDict({name: value for name, value in valid.headers.items() if name != header})
        assert rejection(authenticator(), Request("POST", valid.target, incomplete, valid.body)) == (
            400,
            "IncompleteSignature",
        )
    for authorization in ("acs x:y", "ACS3-HMAC-SHA256 Credential=testid"):
        incomplete = CIMultiDict({**valid.headers, "Authorization": authorization})
        assert rejection(authenticator(), Request("POST", valid.target, incomplete, valid.body)) == (
            400,
            "IncompleteSignature",
        )
    shared = authenticator()
    shared.check(valid)
    assert rejection(shared, valid) == (400, "SignatureNonceUsed")


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4))
def test_signature_covers_text_that_is_encoded_twice(values):
    values.pop("Signature", None)
    canonical = "&".join(f"{quote(name, safe='~')}={quote(values[name], safe='~')}" for name in sorted(values))
    text = f"GET&%2F&{quote(canonical, safe='~')}"
    assert v1_signature("GET", values, "key") == b64encode(hmac.digest(b"key&", text.encode(), "sha1"))
