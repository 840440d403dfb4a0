# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lookup of objects by name or ID."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import DESTINATIONS
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

ROWS = [
    {"DestinationId": 1, "Name": "one"},
    {"DestinationId": 2, "Name": "two"},
    {"DestinationId": 3, "Name": "two"},
    {"DestinationId": 4, "Name": "1"},
]


def reader(tolerant: bool = False) -> Reader:
    """Return a reader of an account with the destinations in ``ROWS``."""
    return Reader(FakeClient(ListDestination=ROWS), tolerant)


@pytest.mark.parametrize(("reference", "key"), [("one", "1"), ("2", "2"), ("4", "4")])
def test_object_by_name_or_id_is_found(reference, key):
    assert DESTINATIONS.find_id(reader(), reference) == key
    assert DESTINATIONS.find(reader(), reference) == {"name": ROWS[int(key) - 1]["Name"], "destination_id": key}


@pytest.mark.parametrize(("reference", "ids"), [("two", "2 and 3"), ("1", "1 and 4")])
def test_object_by_ambiguous_reference_fails(reference, ids):
    with pytest.raises(
        AmbiguousReference,
        match=f"^2 destinations match {reference}; their IDs are {ids}\\. Use the ID of one of them$",
    ):
        DESTINATIONS.find_id(reader(), reference)


def test_id_of_empty_reference_is_empty():
    assert DESTINATIONS.find_id(reader(), "") == ""


def test_missing_object_fails_or_is_pending():
    with pytest.raises(ReferenceNotFound, match=r"^the destination five does not exist"):
        DESTINATIONS.find_id(reader(), "five")
    tolerant = reader(tolerant=True)
    assert DESTINATIONS.find(tolerant, "five") == {"name": "five", "destination_id": PENDING}
    assert tolerant.pending == ["the destination five does not exist yet"]
