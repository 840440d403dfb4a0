# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signatures of requests."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.client.signing import canonical_query, percent_encode, sign

from .conftest import property_test

# The example in manual chapter 4.5.
EXAMPLE = dict(
    parse_qsl(
        "Action=Pub&MessageContent=aGVsbG8gd29ybGQ&Timestamp=2018-07-31T07:43:57Z&SignatureVersion=1.0&Format=XML&Qos=0"
        "&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2018-01-20&AccessKeyId=testid"
        "&SignatureMethod=HMAC-SHA1&RegionId=cn-shanghai&ProductKey=12345abcde"
        "&TopicFullName=/12345abcde/testdevice/user/get"
    )
)
SIGNATURE = "NUh3otvAoXOZmG/a2gDShh6Ze9w="


def signature(method: str = "GET", query=None, body=None, secret: str = "testsecret") -> str:
    return unquote(sign(method, query or EXAMPLE, body or {}, secret)[1])


def test_manual_example_has_documented_signature():
    assert len(EXAMPLE) == 13
    assert sign("GET", EXAMPLE, {}, "testsecret") == (canonical_query(EXAMPLE), "NUh3otvAoXOZmG%2Fa2gDShh6Ze9w%3D")
    assert signature() == SIGNATURE


def test_parameter_order_does_not_change_signature():
    assert signature(query=dict(reversed(EXAMPLE.items()))) == SIGNATURE


@pytest.mark.parametrize("members", [{"Action"}, {"ProductKey", "Qos"}, set(EXAMPLE)])
def test_signature_covers_body(members):
    query = {name: value for name, value in EXAMPLE.items() if name not in members}
    body = {name: EXAMPLE[name] for name in members}
    assert signature(query=query, body=body) == SIGNATURE
    assert sign("GET", query, body, "testsecret")[0] == canonical_query(query)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "POST"},
        {"query": {**EXAMPLE, "Qos": "1"}},
        {"query": {**EXAMPLE, "A": ""}},
        {"body": {"A": ""}},
        {"secret": "other"},
        {"secret": ""},
    ],
)
def test_any_change_changes_signature(changes):
    assert signature(**changes) != SIGNATURE


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("azAZ09-_.~", "azAZ09-_.~"),
        (" ", "%20"),
        ("*", "%2A"),
        ("+/=&?", "%2B%2F%3D%26%3F"),
        ("路", "%E8%B7%AF"),
        ("", ""),
    ],
)
def test_text_is_percent_encoded(text, encoded):
    assert percent_encode(text) == encoded


def test_query_is_sorted_by_character():
    assert canonical_query({"b": "2", "B": "1", "a.2": "4", "a.10": "3"}) == "B=1&a.10=3&a.2=4&b=2"


@property_test
@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_canonical_query_can_be_decoded(params):
    query = canonical_query(params)
    assert query.isascii()
    assert dict(parse_qsl(query, keep_blank_values=True)) == params
