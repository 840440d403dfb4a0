# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of parsers: a draft that can be anything, and the published one (the manual's chapter 4.16).

A script is published where it sends a message somewhere and ``shared.javascript`` finds nothing wrong with it. That is
less than the platform finds: not looked into is whether statements are put together rightly, whether the functions
exist and get the right arguments, and whether the parser has the destinations that they name.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import operation
from ansible_collections.iotops.aliyun.emulator.expressions.javascript import ScriptError, called_functions
from ansible_collections.iotops.aliyun.emulator.services.parser.parser import change_parser, find_parser

# The functions that send a message to a destination: writeAmqp, writeTsd and the like.
_TRANSMIT = re.compile(r"write[A-Z]\w*")


@operation
def save_script(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.24: the published script stays in force."""
    parser = find_parser(ctx, p["ParserId"])
    if not p["ScriptDraft"].strip():
        raise ApiError("iot.rule.EmptyScriptDraft")
    change_parser(ctx, parser, script_draft=p["ScriptDraft"])


@operation
def publish_script(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.25: puts the draft in force, also of a parser that is running."""
    parser = find_parser(ctx, p["ParserId"])
    draft = parser["script_draft"]
    if not draft:
        raise ApiError("iot.rule.EmptyScriptDraft")
    try:
        names = called_functions(draft)
    except ScriptError as error:
        raise _syntax_error(str(error)) from None
    if not any(_TRANSMIT.fullmatch(name) for name in names):
        raise _syntax_error("script doesn't contains transmit function")
    change_parser(ctx, parser, script=draft)


def _syntax_error(message: str) -> ApiError:
    return ApiError("iot.rule.scriptSyntaxError", SyntaxErrorMsg=message)
