# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Types of names that several kinds of resources use."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text

DEVICE_NAME = Text(4, 32, pattern=r"[A-Za-z0-9_@.:-]+", hint="letters, digits and - _ @ . :")

#: Names of rules, parsers and data sources.
RULE_NAME = Text(
    1,
    30,
    wide_char_width=2,
    pattern="[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff-]+",
    hint="Chinese, Japanese and English letters, digits, _ and -",
)
