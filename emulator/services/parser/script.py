# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of parsers: a draft, which is not validated, and the published script (manual chapter 4.16).

A draft can be published if it calls a function that sends a message and ``expressions.javascript`` finds no error in
it. The real platform validates more. The emulator does not check the syntax of statements, whether the called functions
exist and receive the right arguments, and whether the parser has the destinations that the script uses.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import operation
from ansible_collections.iotops.aliyun.emulator.expressions.javascript import ScriptError, called_functions
from ansible_collections.iotops.aliyun.emulator.services.parser.parser import find_parser, update_parser_row

# Names of functions that send a message to a destination, such as writeAmqp and writeTsd.
_TRANSMIT_FUNCTION = re.compile(r"write[A-Z]\w*")


@operation
def save_script(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.24: Save a draft. The published script stays in use."""
    parser = find_parser(ctx, p["ParserId"])
    if not p["ScriptDraft"].strip():
        raise ApiError("iot.rule.EmptyScriptDraft")
    update_parser_row(ctx, parser, script_draft=p["ScriptDraft"])


@operation
def publish_script(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.25: Publish the draft. A running parser uses it immediately."""
    parser = find_parser(ctx, p["ParserId"])
    draft = parser["script_draft"]
    if not draft:
        raise ApiError("iot.rule.EmptyScriptDraft")
    try:
        names = called_functions(draft)
    except ScriptError as error:
        raise _syntax_error(str(error)) from None
    if not any(_TRANSMIT_FUNCTION.fullmatch(name) for name in names):
        raise _syntax_error("script doesn't contains transmit function")
    update_parser_row(ctx, parser, script=draft)


def _syntax_error(message: str) -> ApiError:
    return ApiError("iot.rule.scriptSyntaxError", SyntaxErrorMsg=message)
