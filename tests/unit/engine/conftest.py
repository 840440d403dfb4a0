# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures of the engine's tests."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def _no_recheck_delay():
    """Remove the pause of ``converge`` between a lost create request and the read that follows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge.RECHECK_DELAY", 0)
        yield
