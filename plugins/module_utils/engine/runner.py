# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Opening a door to an entry: make the client, perform, and turn what went wrong into a failed result.

The ordinary module and the action plugin both go through ``pass_through``, so that a task's result does not tell which
of the two ran it.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import REQUESTS_IMPORT_ERROR
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import CONNECTION, Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError

#: Why no request can be sent from this Python: the traceback of the import that failed, or None.
MISSING_LIBRARY = REQUESTS_IMPORT_ERROR


def connection_settings(params: dict) -> dict:
    """The connection options among a task's options."""
    return {name: params.get(name) for name in CONNECTION}


def open_client(entry: Entry, params: dict) -> Client:
    """A client for the account that the options name.

    Raises:
        InvalidRequest: they name none.
    """
    return Client(resolve(connection_settings(params)), entry.catalogue())


def execute(entry: Entry, params: dict, check_mode: bool, make_client=open_client) -> dict:
    """Performs an entry.

    Args:
        entry: what to do.
        params: the options, checked against the entry's argument spec.
        check_mode: whether nothing may be changed.
        make_client: gives the client; the action plugin keeps one for all items of a task.

    Returns:
        The result; one that failed has ``failed`` and ``msg``, and says with ``steps`` what was done before.
    """
    try:
        return entry.run(params, make_client(entry, params), check_mode)
    except EngineError as error:
        failure = {"failed": True, "changed": False, "msg": str(error)}
        failure.update(error.result)
        cause = getattr(error, "error", None)
        if cause is not None:
            failure.update(_api_error_fields(cause))
        done = [step["operation"] for step in failure.get("steps", []) if step["status"] == "done"]
        # A step that the platform reported as a success, and that did less than was asked, did something.
        by_half = isinstance(error, StepFailed) and error.error is None
        failure["changed"] = failure["changed"] or bool(done) or by_half
        if done:
            failure["msg"] += f". Already done: {', '.join(done)}"
        if error_field := getattr(error, "field", ""):
            failure["field"] = error_field
        return failure
    except IotError as error:
        return {"failed": True, "changed": False, "msg": str(error), **_api_error_fields(error)}


def _api_error_fields(error: IotError) -> dict:
    return {"code": error.code, "request_id": error.request_id, "operation": error.operation or ""}
