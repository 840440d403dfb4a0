# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Write the reports of tasks that work on a whole fleet."""

from __future__ import annotations

import os

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue


def write_report(option: str, path: str, text: str) -> None:
    """Write a report, and create its folder.

    Args:
        option: The option that contains the path of the file or of its folder, for the message.
        path: The path of the file, which is overwritten.
        text: The report.

    Raises:
        InvalidValue: The file cannot be written.
    """
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InvalidValue(f"{option} cannot be written: {error}", field=option) from error
