# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A step: one request of a plan, said in the operation's terms and in the resource's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

CREATE = "create"
UPDATE = "update"
DELETE = "delete"

PLANNED = "planned"
DONE = "done"
FAILED = "failed"


@dataclass(frozen=True)
class Ref:
    """A parameter that takes a field's value as it is when the step is carried out.

    The key of a thing is not known before it has been created.
    """

    field: str


@dataclass(frozen=True)
class Derived:
    """A parameter that follows from fields as they are when the step is carried out, such as a signature.

    Attributes:
        function: makes it, given the fields' values.
        fields: the fields' names.
    """

    function: Callable
    fields: tuple


@dataclass
class Step:
    """One request.

    Attributes:
        action: create, update or delete.
        operation: the operation to call.
        params: its parameters by API name; a Ref or a Derived stands for a value that is known later.
        changes: the resource's fields that it changes: name to (before, after).
        learns: fields that the reply tells: name to path in the reply.
        verify: says what of the step was not done, given the reply; some operations succeed by half.
        settled: waits for what the reply says has only begun, given what calls an operation and the reply; says why
            it is not done.
        upload: a local file that is posted where the reply says, as a part of the step; see files.Upload.
        restores: it puts back what an earlier step took away, and is carried out even when one between them failed.
        told: what of the changes is shown, where a step changes a part of something large; all of them where None.
        status: planned, done or failed.
    """

    action: str
    operation: str
    params: dict
    changes: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    verify: Callable | None = None
    wait_for: Callable | None = None
    upload: Any = None
    always_run: bool = False
    shown_changes: dict | None = None
    status: str = PLANNED
