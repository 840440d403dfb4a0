# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of destinations in the scripts of parsers."""

from __future__ import annotations

import re

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import DESTINATIONS

_REFERENCE = re.compile(r"""\bdestinationId\(\s*(["'])([^"'\\\r\n]+)\1\s*\)""")


def with_ids(reader: Reader, script: str) -> str:
    """Return a script with the ID of a destination in place of each ``destinationId("name")``.

    The ID of a destination that an earlier task will create is the text of a pending value.

    Raises:
        ReferenceNotFound: There is no such destination and the reader is not tolerant.
        AmbiguousReference: Several destinations have the name.
    """
    return _REFERENCE.sub(lambda match: str(DESTINATIONS.find_id(reader, match[2])), script)
