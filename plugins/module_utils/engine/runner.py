# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Execution of entries: open a client, run the entry, and turn errors into a failed result.

The ordinary module and the in-process action both call ``execute``, so that a task has the same result with both.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import plain
from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import REQUESTS_IMPORT_ERROR
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import CONNECTION, Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import DONE

#: The traceback of the failed import if this Python does not have the library for HTTP requests; None otherwise.
MISSING_LIBRARY = REQUESTS_IMPORT_ERROR


def connection_settings(params: dict[str, Any]) -> dict[str, Any]:
    """Return the options of the connection out of all options of a task."""
    return {name: params.get(name) for name in CONNECTION}


def open_client(entry: Entry, params: dict[str, Any]) -> Client:
    """Return a client for the account in the options of a task.

    Raises:
        InvalidRequest: The options, the environment and the profile contain no credentials.
    """
    return Client(resolve(connection_settings(params)), entry.catalogue())


def execute(
    entry: Entry,
    params: dict[str, Any],
    check_mode: bool,
    make_client: Callable[[Entry, dict[str, Any]], Client] = open_client,
) -> dict[str, Any]:
    """Run an entry.

    Args:
        entry: The entry.
        params: The options, validated against the argument spec of the entry.
        check_mode: Whether to change nothing.
        make_client: Returns the client. The in-process action shares one client between all items of a task.

    Returns:
        The result. If the task failed or was interrupted, it has ``failed`` and ``msg``, and ``steps`` with what was
        done before. It has ``warnings`` if responses contained some.
    """
    client = None
    writes = 0
    try:
        if entry.is_offline:
            return dict(plain(entry.perform(params, None, check_mode)))  # type: ignore[arg-type]
        client = make_client(entry, params)
        client.warnings.clear()
        writes = len(client.completed_writes)
        result = dict(plain(entry.run(params, client, check_mode)))
    except EngineError as error:
        result = _engine_failure(error, client, writes)
    except IotError as error:
        result = {
            "failed": True,
            "changed": False,
            "msg": str(error),
            **plain(error.result),
            **_api_error_fields(error),
        }
        _add_writes(result, client, writes)
    except KeyboardInterrupt:
        result = {"failed": True, "changed": False, "msg": "the task was interrupted"}
        _add_writes(result, client, writes)
        done = client.completed_writes[writes:] if client is not None else []
        result["msg"] += f". Already done: {_with_counts(done)}" if done else ". No write was completed"
        result["msg"] += ". Requests that were being sent may be done as well. Run the task again to continue"
    if client is not None and client.warnings:
        result["warnings"] = [*result.get("warnings", []), *client.warnings]
    return result


def _engine_failure(error: EngineError, client: Client | None, writes: int) -> dict[str, Any]:
    """Return the result of a task that the engine failed.

    Args:
        error: The error.
        client: The client; None if it could not be created.
        writes: The index of the first write of this task in ``client.completed_writes``.
    """
    failure: dict[str, Any] = {"failed": True, "changed": False, "msg": str(error)}
    failure.update(plain(error.result))
    _add_writes(failure, client, writes)
    cause = getattr(error, "error", None)
    if cause is not None:
        failure.update(_api_error_fields(cause))
    done = [step["operation"] for step in failure.get("steps", []) if step["status"] == "done"]
    # A step that the platform reported as a success, but did only in part, has changed something.
    partly_done = isinstance(error, StepFailed) and error.error is None
    failure["changed"] = failure["changed"] or bool(done) or partly_done
    if done:
        failure["msg"] += f". Already done: {_with_counts(done)}"
    if error.field:
        failure["field"] = error.field
    return failure


def _with_counts(operations: list[str]) -> str:
    """Return the names of operations, with the number of requests of those with several."""
    counts = Counter(operations)
    return ", ".join(f"{name} ({count} requests)" if count > 1 else name for name, count in counts.items())


def _add_writes(failure: dict[str, Any], client: Client | None, first: int) -> None:
    """Add to a failed result what was changed before the failure, whatever raised it.

    Args:
        failure: The result.
        client: The client; None if it could not be created.
        first: The index of the first write of this task in ``client.completed_writes``.
    """
    operations = client.completed_writes[first:] if client is not None else []
    if not operations:
        return
    failure["changed"] = True
    steps = failure.get("steps", [])
    reported = {step["operation"] for step in steps}
    # A device set sends thousands of requests of the same operation.
    executed = [
        {"operation": name, "status": DONE, **({"requests": count} if count > 1 else {})}
        for name, count in Counter(operations).items()
        if name not in reported
    ]
    if executed:
        failure["steps"] = [*executed, *steps]


def _api_error_fields(error: IotError) -> dict[str, Any]:
    return {"code": error.code, "request_id": error.request_id, "operation": error.operation or ""}
