# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the content of a file can be had that a reply only refers to."""

from __future__ import annotations

from base64 import b64encode


def url_of(content: str, media_type: str) -> str:
    """A URL of ``content``.

    The platform's own leads to object storage, which does not exist here: this one (RFC 2397) carries what it leads to.
    """
    return f"data:{media_type};charset=utf-8;base64,{b64encode(content.encode()).decode()}"
