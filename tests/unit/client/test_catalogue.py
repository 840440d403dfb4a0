# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The operations and error codes of a set of families."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    NOT_FOUND,
    PERMANENT,
    THROTTLED,
    TRANSIENT,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue


def test_catalogue_has_only_operations_of_its_families():
    catalogue = Catalogue(product)
    assert set(catalogue) == set(product.OPERATIONS)
    assert "QueryProduct" in catalogue
    assert "QueryDevice" not in catalogue
    with pytest.raises(KeyError):
        catalogue.operation("QueryDevice")


def test_catalogue_returns_family_of_operation():
    catalogue = Catalogue(device, product)
    assert (catalogue.family("QueryDevice"), catalogue.family("QueryProduct")) == ("device", "product")
    assert catalogue.operation("QueryDevice") is device.OPERATIONS["QueryDevice"]


@pytest.mark.parametrize("code", ["iot.prod.NotExistedProduct", "iot.Prod.NotExistedProduct"])
def test_error_code_prefix_is_case_insensitive(code):
    assert Catalogue(product).error(code, 200).category == NOT_FOUND


def test_catalogue_without_families_has_common_codes():
    assert Catalogue().error("Throttling.User", 400).category == THROTTLED
    assert Catalogue().error("InvalidAccessKeyId.NotFound", 404).remedy == "Check access_key_id"


@pytest.mark.parametrize(
    ("code", "status", "category"),
    [
        ("Throttling.Else", 400, THROTTLED),
        ("Else", 429, THROTTLED),
        ("Else", 500, TRANSIENT),
        ("Else", 503, TRANSIENT),
        ("iot.else.SystemException", 200, TRANSIENT),
        ("iot.else.Timeout", 200, TRANSIENT),
        ("Else", 404, PERMANENT),
        ("iot.else.NotExistedElse", 200, PERMANENT),
        ("", 400, PERMANENT),
    ],
)
def test_undocumented_code_category_follows_from_name_and_status(code, status, category):
    error = Catalogue(product).error(code, status)
    assert (error.category, error.meaning, error.remedy) == (category, "", "")
