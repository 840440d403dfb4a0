# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the parsing of requests and the rendering of responses."""

from __future__ import annotations

import contextlib
import json
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.core.wire import JSON, XML, Request, render, typed_parameters
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import parse_signature

PARAMS = parse_signature(
    "Name! Count:int Rate:num Ready:bool Names[] Numbers[:int] Tag[Key Value Size:int] Job~ Box{Size:int}"
)


def test_parameters_are_converted_to_types():
    values = {"Name": "7", "Count": "-7", "Rate": "0.5", "Ready": "True", "Job": '{"a": [1]}', "Box.Size": "3"}
    assert typed_parameters(PARAMS, values) == {
        "Name": "7",
        "Count": -7,
        "Rate": 0.5,
        "Ready": True,
        "Job": {"a": [1]},
        "Box": {"Size": 3},
    }


def test_list_elements_are_sorted_by_index():
    values = {"Names.10": "c", "Names.2": "b", "Names.1": "a", "Numbers.1": "5", "Tag.2.Key": "y", "Tag.1.Key": "x"}
    values |= {"Tag.1.Size": "1", "Tag.1.Other": "ignored"}
    assert typed_parameters(PARAMS, values) == {
        "Names": ["a", "b", "c"],
        "Numbers": [5],
        "Tag": [{"Key": "x", "Size": 1}, {"Key": "y"}],
    }


def test_empty_and_unknown_parameters_are_omitted():
    values = {"Name": "", "Count": "", "Ready": "", "Job": "", "Names": "a", "Unknown": "1", "Unknown.1": "1"}
    assert typed_parameters(PARAMS, values) == {"Name": ""}


@pytest.mark.parametrize(
    "values",
    [
        {"Count": "1.5"},
        {"Count": "1_0"},
        {"Count": "٣"},
        {"Count": "9" * 30},
        {"Rate": "much"},
        {"Ready": "1"},
        {"Job": "[1]"},
        {"Job": "{"},
        {"Job": '{"a": ' + "[" * 100_000},
        {"Job": '{"a": "\\ud800"}'},
        {"Numbers.1": ""},
        {"Numbers.1": "a"},
        {"Names.1.x": "a"},
        {"Tag.1": "a"},
        {"Tag.1.Size": "big"},
        {"Tag.1": "a", "Tag.1.Key": "b"},
        {"Tag.1.Key": "a", "Tag.1.Key.x": "b"},
        {"Box.Size": "big"},
    ],
)
def test_malformed_parameters_are_rejected(values):
    with pytest.raises(GatewayError) as caught:
        typed_parameters(PARAMS, values)
    assert (caught.value.status, caught.value.code) == (400, "InvalidParameter")


NAMES = st.text(st.sampled_from("AaBb.19"), min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.dictionaries(st.one_of(NAMES, NAMES.map("Tag.1.".__add__), NAMES.map("Names.".__add__)), TEXTS))
def test_arbitrary_parameters_never_crash(values):
    with contextlib.suppress(GatewayError):
        assert typed_parameters(PARAMS, values).keys() <= PARAMS.keys()


def test_query_and_form_are_merged():
    headers = CIMultiDict({"content-type": "application/x-www-form-urlencoded; charset=utf-8"})
    request = Request("POST", "/?Action=Pub&a=1&b=%E4%B8%AD+x", headers, b"a=2&c=")
    assert request.values == {"Action": "Pub", "a": "2", "b": "中 x", "c": ""}
    assert Request("POST", "/", CIMultiDict({"content-type": "application/json"}), b"a=2").values == {}


def test_operation_and_version_in_headers_are_used():
    request = Request("POST", "/", CIMultiDict({"X-Acs-Action": "Pub", "x-acs-version": "2018-01-20"}), b"")
    assert (request.action, request.version) == ("Pub", "2018-01-20")


@pytest.mark.parametrize(
    ("target", "accept", "media_type"),
    [
        ("/?Format=json", "", JSON),
        ("/?Format=XML", "application/json", XML),
        ("/", "application/json", JSON),
        ("/", "*/*", XML),
        ("/", "", XML),
    ],
)
def test_response_format_is_negotiated(target, accept, media_type):
    assert Request("GET", target, CIMultiDict({"accept": accept}), b"").media_type == media_type


REPLY = {"Success": True, "Data": {"Item": [{"Name": "a<&>b中"}, {"Name": "c\x01"}], "Total": 2, "None": None}}


def test_response_is_rendered_as_json():
    assert json.loads(render(REPLY, JSON, "XResponse")) == REPLY


def test_response_is_rendered_as_xml():
    root = ElementTree.fromstring(render(REPLY, XML, "XResponse"))
    assert root.tag == "XResponse"
    assert root.findtext("Success") == "true"
    assert [item.text for item in root.findall("Data/Item/Name")] == ["a<&>b中", "c"]
    assert root.findtext("Data/Total") == "2"
    assert root.find("Data/None") is None


@given(st.text(st.sampled_from("ab=&+%;4fe9c\u00e9中 "), max_size=40))
def test_query_is_decoded_like_by_the_standard_library(text):
    request = Request("GET", f"/?{text}", CIMultiDict(), b"")
    assert request.query == parse_qsl(text, keep_blank_values=True, errors="replace")
