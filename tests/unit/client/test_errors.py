# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts of errors."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import (
    ApiError,
    InvalidRequest,
    IotError,
    TransportError,
)


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({}, "Failed"),
        ({"operation": "Pub"}, "Pub: Failed"),
        ({"code": "a.b"}, "Failed [a.b]"),
        ({"remedy": "Repair it."}, "Failed. Repair it"),
        ({"request_id": "r"}, "Failed (request r)"),
        (
            {"operation": "Pub", "code": "a.b", "remedy": "Repair it", "request_id": "r"},
            "Pub: Failed [a.b]. Repair it (request r)",
        ),
    ],
)
def test_error_text_contains_details(details, text):
    assert str(IotError("Failed.", **details)) == text


@pytest.mark.parametrize("kind", [ApiError, TransportError, InvalidRequest])
def test_error_classes_share_base_and_defaults(kind):
    error = kind("so")
    assert isinstance(error, IotError)
    assert (error.operation, error.code, error.request_id, error.remedy, error.ambiguous) == (None, "", "", "", False)
