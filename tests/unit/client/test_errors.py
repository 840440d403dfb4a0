# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What errors say."""

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
        ({}, "It broke"),
        ({"operation": "Pub"}, "Pub: It broke"),
        ({"code": "a.b"}, "It broke [a.b]"),
        ({"remedy": "Mend it."}, "It broke. Mend it"),
        ({"request_id": "r"}, "It broke (request r)"),
        (
            {"operation": "Pub", "code": "a.b", "remedy": "Mend it", "request_id": "r"},
            "Pub: It broke [a.b]. Mend it (request r)",
        ),
    ],
)
def test_the_text(details, text):
    assert str(IotError("It broke.", **details)) == text


@pytest.mark.parametrize("kind", [ApiError, TransportError, InvalidRequest])
def test_one_family(kind):
    error = kind("so")
    assert isinstance(error, IotError)
    assert (error.operation, error.code, error.request_id, error.remedy, error.ambiguous) == (None, "", "", "", False)
