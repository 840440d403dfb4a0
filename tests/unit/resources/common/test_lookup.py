# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task names by name or id: the thing, its id, or a word on why neither can be."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import AmbiguousReference, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import DESTINATIONS
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

ROWS = [
    {"DestinationId": 1, "Name": "one"},
    {"DestinationId": 2, "Name": "two"},
    {"DestinationId": 3, "Name": "two"},
    {"DestinationId": 4, "Name": "1"},
]


def reader(tolerant=False) -> Reader:
    return Reader(Answers(ListDestination=ROWS), tolerant)


@pytest.mark.parametrize(("named", "key"), [("one", "1"), ("2", "2"), ("4", "4")])
def test_by_name_or_id(named, key):
    assert DESTINATIONS.find_id(reader(), named) == key
    assert DESTINATIONS.find(reader(), named) == {"name": ROWS[int(key) - 1]["Name"], "destination_id": key}


@pytest.mark.parametrize(("named", "ids"), [("two", "2 and 3"), ("1", "1 and 4")])
def test_one_of_several_must_be_named_by_its_id(named, ids):
    with pytest.raises(AmbiguousReference, match=f"^2 destinations answer to {named}: {ids}. Give the id of one$"):
        DESTINATIONS.find_id(reader(), named)


def test_nothing_is_named_by_nothing():
    assert DESTINATIONS.find_id(reader(), "") == ""


def test_what_is_not_there_is_an_error_or_pending():
    with pytest.raises(ReferenceNotFound, match=r"^there is no destination five"):
        DESTINATIONS.find_id(reader(), "five")
    tolerant = reader(tolerant=True)
    assert DESTINATIONS.find(tolerant, "five") == {"name": "five", "destination_id": PENDING}
    assert tolerant.pending == ["the destination five does not exist yet"]
