# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every playbook in ``playbooks`` is idempotent with both runners."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLAYBOOKS = sorted((HERE / "playbooks").glob("*.yml"))


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
def test_playbook_is_idempotent(playbooks, playbook):
    playbooks.assert_idempotent(playbook)


def test_readme_example_is_idempotent(playbooks, tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = [text for text in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if text.startswith("- hosts:")]
    assert len(examples) == 1
    playbook = tmp_path / "site.yml"
    playbook.write_text(examples[0], encoding="utf-8")
    (tmp_path / "light.json").write_text(
        (ROOT / "playbooks/files/light.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    playbooks.assert_idempotent(playbook)
