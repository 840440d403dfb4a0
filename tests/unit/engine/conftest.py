# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tests of the engine share. Imports from the collection are inside of functions, as elsewhere here."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def _settled():
    """Nobody waits for an account to settle; ``run`` does, after a create that got no answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge.RECHECK_DELAY", 0)
        yield
