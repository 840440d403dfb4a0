# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Steps: the requests of a plan, with the changes that each one makes to the fields of the resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.files import Upload

#: The actions of steps.
CREATE = "create"
UPDATE = "update"
DELETE = "delete"

#: The statuses of steps.
PLANNED = "planned"
DONE = "done"
FAILED = "failed"
#: Another client has done the same.
SKIPPED = "skipped"


@dataclass(frozen=True)
class Ref:
    """A parameter whose value is that of a field at the time the step is executed.

    The ID of a resource, for example, is not known until the resource has been created::

        Step(UPDATE, "LockBox", {"BoxId": Ref("box_id")})

    Attributes:
        field: The name of the field.
    """

    field: str


@dataclass(frozen=True)
class Derived:
    """A parameter that is computed from fields when the step is executed, such as a signature.

    Attributes:
        function: Computes the parameter from the values of the fields.
        fields: The names of the fields.
    """

    function: Callable[..., Any]
    fields: tuple[str, ...]


def unchanged(value: Any) -> Any:
    """Return the value, where a function is required and nothing has to be converted."""
    return value


@dataclass
class Step:
    """One request of a plan.

    For example, a step that changes the note of a box from "old" to "new"::

        Step(UPDATE, "UpdateBox", {"BoxId": Ref("box_id"), "Note": "new"}, {"note": ("old", "new")})

    Attributes:
        action: ``CREATE``, ``UPDATE`` or ``DELETE``.
        operation: The name of the operation.
        params: The parameters by API name. They can contain ``Ref`` and ``Derived`` at any depth, for values that are
            not known before the step is executed.
        changes: The fields that the step changes: field name to (before, after). They are rendered in the diff.
        outputs: The fields that the response sets: field name to path in the response. Later steps can refer to them.
        verify: Called with the response. Returns what was not done, or an empty string: some operations report success
            although they did only a part of the request.
        wait_for: Called with the client's ``call`` method and the response, for an operation that the platform
            continues after the response. Waits for its end, and returns why it failed, or an empty string.
        upload: A local file that is posted to the address in the response, as a part of the step.
        always_run: Whether the step is executed even if an earlier one failed, because it restores what an earlier step
            changed temporarily.
        shown_changes: The changes that are shown in the result instead of ``changes``, if a step changes a small part
            of a large value; None to show ``changes``.
        status: ``PLANNED``, ``DONE`` or ``FAILED``.
    """

    action: str
    operation: str
    params: dict[str, Any]
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    verify: Callable[[dict], str] | None = None
    wait_for: Callable[[Callable, dict], str] | None = None
    upload: Upload | None = None
    always_run: bool = False
    shown_changes: dict[str, tuple[Any, Any]] | None = None
    status: str = PLANNED
