# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The record of the API operations that each module sends during the integration tests.

``Tasks`` records the operations of each task in ``SENT``. ``make record-operations`` writes them to
``recorded_operations.json``, from which the table in ``docs/operations.md`` is generated.
"""

from __future__ import annotations

import json
from pathlib import Path

#: The committed record: for each module the sorted names of its operations.
RECORD = Path(__file__).resolve().parent / "recorded_operations.json"

#: Starts of the names of modules that are not recorded: ``iot_api`` can call every operation, and the modules of a
#: fleet send what the modules of its resources send.
EXCLUDED = ("iot_api", "iot_fleet_")

Operations = dict[str, set[str]]

#: The operations that the tests of this process have sent, by module.
SENT: Operations = {}


def record_operations(client, module: str):
    """Return the client, which from now on adds each operation that it sends to ``SENT``."""
    call = client.call

    def call_and_record(name, params=None, **options):
        # Raises InvalidRequest if the parameters are invalid: then no request is sent.
        client.check(name, params or {})
        if not module.startswith(EXCLUDED):
            SENT.setdefault(module, set()).add(name)
        return call(name, params, **options)

    client.call = call_and_record
    return client


def merge(target: Operations, *sources: Operations) -> Operations:
    """Add the operations of ``sources`` to ``target``, and return ``target``."""
    for source in sources:
        for module, names in source.items():
            target.setdefault(module, set()).update(names)
    return target


def read_record(path: Path = RECORD) -> Operations:
    """Return the committed record; it is empty if the file does not exist."""
    return load(path.read_text(encoding="utf-8")) if path.exists() else {}


def write_record(sent: Operations, complete: bool, path: Path = RECORD) -> None:
    """Write the record.

    Args:
        sent: The operations that the tests have sent.
        complete: Whether all tests ran. If not, the operations are added to the existing record.
        path: The file.
    """
    operations = sent if complete else merge(read_record(path), sent)
    path.write_text(dump(operations, indent=2) + "\n", encoding="utf-8")


def unrecorded(sent: Operations, recorded: Operations) -> list[str]:
    """Return one line for each module that sent an operation that the record does not contain."""
    return [
        f"{module}: {RECORD.name} does not contain {', '.join(sorted(missing))}; run `make record-operations`"
        for module, names in sorted(sent.items())
        if (missing := names - recorded.get(module, set()))
    ]


def outdated(sent: Operations, recorded: Operations) -> list[str]:
    """Return one line for each module whose record contains an operation that was not sent."""
    return [
        f"{module}: {RECORD.name} contains {', '.join(sorted(surplus))}, which no test sent; "
        "run `make record-operations`"
        for module, names in sorted(recorded.items())
        if (surplus := names - sent.get(module, set()))
    ]


def dump(operations: Operations, indent: int | None = None) -> str:
    """Return operations by module as JSON."""
    return json.dumps({module: sorted(operations[module]) for module in sorted(operations)}, indent=indent)


def load(text: str) -> Operations:
    """Return the operations by module of a JSON text."""
    return {module: set(names) for module, names in json.loads(text).items()}
