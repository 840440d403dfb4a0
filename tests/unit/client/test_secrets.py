# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors never contain parameters or credentials."""

from __future__ import annotations

import contextlib
import json
import ssl
import traceback
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import Transport

from .conftest import FakeTransport, error_response, make_client, ok, property_test

few_examples = settings(property_test, max_examples=15)

# The first character occurs nowhere else, because hypothesis takes texts from the code under test.
SECRETS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map("†".__add__)

#: Requests with a secret in the query, in the body, and in a query that is too long for the URL.
CALLS = {
    "query": lambda secret: ("ImportDevice", {"ProductKey": "k", "DeviceName": "d", "DeviceSecret": secret}),
    "body": lambda secret: ("BatchImportDevice", {"ProductKey": "k", "DeviceList": [{"DeviceSecret": secret}]}),
    "long": lambda secret: ("QueryDeviceBySQL", {"SQL": secret * 200}),
    "delete": lambda secret: ("DeleteProduct", {"ProductKey": secret}),
}

#: Error responses; the last ones quote the request.
ANSWERS = {
    "business": lambda request: error_response("iot.prod.NotExistedProduct"),
    "words": lambda request: error_response("iot.device.NotExistedDevice", "设备不存在"),
    "system": lambda request: error_response("iot.system.SystemException"),
    "key": lambda request: error_response("InvalidAccessKeyId.NotFound", status=404),
    "throttled": lambda request: error_response("Throttling.User", status=400),
    "gateway": lambda request: (502, {}),
    "nothing": lambda request: (200, {"Success": False}),
    "signature": lambda request: error_response("SignatureDoesNotMatch", signed(request), 400),
    "incomplete": lambda request: error_response("IncompleteSignature", signed(request), 400),
}

#: Exceptions of the requests library, which often quote the URL.
EXCEPTIONS = {
    "refused": lambda url: exceptions.ConnectionError(MaxRetryError(None, url, NewConnectionError(None, f"no: {url}"))),
    "broken": lambda url: exceptions.ConnectionError(ProtocolError("aborted", ConnectionResetError(104, "reset"), url)),
    "unconnected": lambda url: exceptions.ConnectTimeout(MaxRetryError(None, url)),
    "late": lambda url: exceptions.ReadTimeout(f"{url}: timed out"),
    "tls": lambda url: exceptions.SSLError(MaxRetryError(None, url, ssl.SSLError(1, "wrong version number"))),
    "proxy": lambda url: exceptions.ProxyError(MaxRetryError(None, url, OSError(f"407 {url}"))),
    "cut": lambda url: exceptions.ChunkedEncodingError(f"{url}: cut"),
    "address": lambda url: exceptions.InvalidURL(f"{url}: no host"),
    "file": lambda url: OSError(f"no bundle for {url}"),
    "any": lambda url: exceptions.RequestException(f"{url}: else"),
}

#: Requests that do not match their operation.
INVALID_REQUESTS = {
    "unknown": lambda secret: ("QueryProduct", {"ProductKey": "k", "Color": secret}),
    "missing": lambda secret: ("ImportDevice", {"ProductKey": "k", "DeviceSecret": secret}),
    "list": lambda secret: ("QueryProduct", {"ProductKey": [secret]}),
    "object": lambda secret: ("QueryProduct", {"ProductKey": {"a": secret}}),
    "integer": lambda secret: ("CreateProduct", {"NodeType": secret, "ProductName": "n"}),
    "boolean": lambda secret: ("CreateProduct", {"NodeType": 0, "ProductName": "n", "Id2": secret}),
    "text": lambda secret: ("BatchImportDevice", {"ProductKey": "k", "DeviceList": secret}),
    "element": lambda secret: ("BatchImportDevice", {"ProductKey": "k", "DeviceList": [secret]}),
    "member": lambda secret: ("BatchImportDevice", {"ProductKey": "k", "DeviceList": [{"Color": secret}]}),
    "length": lambda secret: ("DeleteProductTags", {"ProductKey": "k", "ProductTagKey": [secret] * 11}),
}


def signed(request) -> str:
    """Return the platform's message about a wrong signature, which quotes the signed text."""
    canonical = "&".join(f"{name}={quote(value, safe='~')}" for name, value in sorted(request.params.items()))
    text = f"POST&%2F&{quote(canonical, safe='~')}"
    return f"Specified signature is not matched with our calculation. server string to sign is:{text}"


def encodings(secret: str) -> list[str]:
    """Return the forms of a secret: unchanged, in a Python literal, in JSON, in a URL, and in a signed text."""
    encoded = quote(secret, safe="~")
    return [secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], encoded, quote(secret), quote(encoded, safe="~")]


def assert_no_secrets(error: IotError, *secrets: str) -> None:
    """Check that no text of an error, including its traceback and its causes, contains a secret."""
    texts = [str(error), repr(error), repr(error.args), repr(vars(error)), *traceback.format_exception(error)]
    for text in texts:
        for secret in secrets:
            for form in encodings(secret):
                assert form not in text


def fail(transport, call, key: str, token: str) -> IotError:
    client = make_client(
        transport, retries=1, access_key_id="LTAI5tTheKey", access_key_secret=key, security_token=token
    )
    assert key not in repr(client.connection)
    assert token not in repr(client.connection)
    with pytest.raises(IotError) as caught:
        client.call(*call)
    return caught.value


@pytest.mark.parametrize("call", CALLS)
@few_examples
@given(st.sampled_from(sorted(ANSWERS)), SECRETS, SECRETS, SECRETS)
def test_platform_error_contains_no_secrets(call, answer, value, key, token):
    transport = FakeTransport(ANSWERS[answer])
    error = fail(transport, CALLS[call](value), key, token)
    assert_no_secrets(error, value, key, token, "LTAI5tTheKey", transport.requests[-1].query["Signature"])


@pytest.mark.parametrize("exception", EXCEPTIONS)
@few_examples
@given(st.sampled_from(sorted(CALLS)), SECRETS, SECRETS, SECRETS)
def test_transport_error_contains_no_secrets(exception, call, value, key, token):
    urls = []

    def send(_adapter, request, **_options):
        urls.append(request.url)
        raise EXCEPTIONS[exception](request.url)

    with pytest.MonkeyPatch.context() as patch, contextlib.closing(Transport("http://127.0.0.1:1")) as transport:
        patch.setattr(HTTPAdapter, "send", send)
        error = fail(transport, CALLS[call](value), key, token)
    assert "Signature=" in urls[0]
    assert_no_secrets(error, value, key, token, "LTAI5tTheKey", *urls)


@pytest.mark.parametrize("invalid", INVALID_REQUESTS)
@few_examples
@given(SECRETS, SECRETS, SECRETS)
def test_invalid_request_error_contains_no_secrets(invalid, value, key, token):
    transport = FakeTransport(ok())
    error = fail(transport, INVALID_REQUESTS[invalid](value), key, token)
    assert transport.requests == []
    assert_no_secrets(error, value, key, token, "LTAI5tTheKey")


@few_examples
@given(SECRETS)
def test_secret_in_error_is_detected(secret):
    for form in (secret, quote(secret, safe="~"), quote(quote(secret, safe="~"), safe="~")):
        with pytest.raises(AssertionError):
            assert_no_secrets(IotError(f"{form} is missing"), secret)


@pytest.mark.parametrize("options", [{"profile": "other"}, {"profile": "role"}, {"endpoint": "https://a:{}@b/c"}])
@few_examples
@given(SECRETS.map(lambda text: text.encode().hex()))
def test_connection_settings_error_contains_no_secrets(tmp_path_factory, options, secret):
    path = tmp_path_factory.mktemp("profile") / "config.json"
    profile = {"name": "role", "mode": "RamRoleArn", "access_key_id": "i", "access_key_secret": secret}
    path.write_text(json.dumps({"profiles": [profile]}))
    options = {name: value.format(secret) for name, value in options.items()}
    if "endpoint" in options:
        options.update(access_key_id="i", access_key_secret=secret)
    with pytest.raises(IotError) as caught:
        resolve(options, {"ALIBABA_CLOUD_CONFIG_FILE": str(path)})
    assert_no_secrets(caught.value, secret)
