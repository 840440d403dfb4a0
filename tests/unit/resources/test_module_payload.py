# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What travels with a module to another host: the API's data of the families that it uses, and no more."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
UTILS = ROOT / "plugins/module_utils"
PACKAGE = r"ansible_collections\.iotops\.aliyun\.plugins\.module_utils"
#: ``from package.api.errors import common, product`` names modules, ``from package.api.model import READ`` does not.
IMPORT = re.compile(rf"^\s*from {PACKAGE}\.([\w.]+) import (\([^)]*\)|[^\n(]*)$", re.MULTILINE)

#: Families that go along with what a module shares with others, beside those that it calls itself.
ALONG = {
    "iot_job_rerun": {"group", "product"},
    "iot_location_info": {"device", "group"},
    "iot_message": {"device", "thing_model_data"},
    "iot_message_info": {"device", "product", "thing_model_data"},
    "iot_ota_task": {"group"},
    "iot_ota_task_info": {"group"},
    "iot_parser": {"product", "subscription"},
    "iot_parser_info": {"product", "subscription"},
    "iot_print": {"group", "speech"},
    "iot_speech_push_info": {"device", "product"},
    "iot_speech_voice_info": {"device", "product"},
    "iot_statistics_info": {"location"},
}

MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("iot_*.py") if path.stem != "iot_api")


def imports(path: Path) -> set[Path]:
    """The files of ``module_utils`` that a file imports."""
    found = set()
    for package, names in IMPORT.findall(path.read_text(encoding="utf-8")):
        place = UTILS.joinpath(*package.split("."))
        if place.with_suffix(".py").exists():
            found.add(place.with_suffix(".py"))
            continue
        found |= {place / f"{name}.py" for name in re.findall(r"\w+", names) if (place / f"{name}.py").exists()}
    return found


def travelling(module: str) -> set[Path]:
    """All files of ``module_utils`` that go with a module."""
    seen: set[Path] = set()
    waiting = [ROOT / f"plugins/modules/{module}.py"]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += imports(path)
    return seen


@pytest.mark.parametrize("module", MODULES)
def test_only_the_families_that_a_module_uses_travel_with_it(module):
    entry = importlib.import_module(f"ansible_collections.iotops.aliyun.plugins.modules.{module}").ENTRY
    used = {family.__name__.rpartition(".")[2] for family in entry.families}
    families = {path.stem for path in travelling(module) if path.parent == UTILS / "api"} - {"model"}
    assert families - used == ALONG.get(module, set())
    assert used <= families


def test_what_knows_every_family_stays_at_home():
    assert UTILS / "api/families.py" in travelling("iot_api")
    assert UTILS / "api/families.py" not in travelling("iot_device")
