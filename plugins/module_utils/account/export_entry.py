# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry of the module that exports an account."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.entries import FleetEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.account.export import Export, Selection
from ansible_collections.iotops.aliyun.plugins.module_utils.account.export_files import ExportFolder
from ansible_collections.iotops.aliyun.plugins.module_utils.account.exported_devices import declared_devices
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds, unknown_kind
from ansible_collections.iotops.aliyun.plugins.module_utils.account.neutral import NeutralExport
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import secrets_file


class ExportEntry(FleetEntry):
    """Write the resources of an account as fleet files."""

    def options(self) -> dict[str, Any]:
        return {
            "export_dir": {"type": "path", "required": True},
            "format": {"type": "str", "choices": ["fleet", "neutral"], "default": "fleet"},
            "products": {"type": "list", "elements": "str"},
            "filters": {"type": "dict", "default": {}, "no_log": False},
            "fleet": {"type": "dict", "no_log": False},
            "external": {"type": "dict", "default": {}, "no_log": False},
            "one_by_one": {"type": "bool", "default": True},
            "overwrite": {"type": "bool", "default": False},
            **secrets_file.OPTIONS,
            "secrets_vault": {"type": "bool", "default": True, "no_log": False},
        }

    def perform(self, params: dict[str, Any], client: Any, check_mode: bool) -> dict[str, Any]:
        nodes = self.valid_fleet(params).nodes if params.get("fleet") else []
        filters = _filters(params["filters"])
        _check_format(params)
        secrets_file.check_options(params)
        # Also in check mode, because this verifies that the file can be written.
        file = secrets_file.open_secrets_file(params, self.vault)
        secrets = None if check_mode else file
        selection = Selection(params.get("products"))
        export: Export | NeutralExport
        with ExportFolder(params["export_dir"], params["overwrite"]) as folder:
            if params["format"] == "neutral":
                export = NeutralExport(client, selection, params["one_by_one"])
                export.write(folder)
            else:
                export = Export(client, selection, filters, secrets.add if secrets else None, params["one_by_one"])
                # The files of the last export are replaced, so what they declare is not declared elsewhere.
                others: list[Node] = [node for node in nodes if not folder.is_own_file(node.source.file)]
                export.write(folder, {node.key for node in others}, declared_devices(others))
            changed = folder.commit(check_mode)
        if secrets is not None:
            secrets.close()
        counts = dict(sorted(export.counts.items()))
        return {
            "changed": bool(changed),
            "files": changed,
            "resources": counts,
            "not_exported": [gap.to_dict() for gap in export.gaps],
            "summary": f"Export: {sum(counts.values())} resources, {len(changed)} files changed, "
            f"{len(export.gaps)} notes on what is not exported",
        }


def _check_format(params: dict[str, Any]) -> None:
    """Raise InvalidValue if an option has no meaning in the format."""
    unused = [name for name in ("fleet", "filters", "secrets_file") if params.get(name)]
    if params["format"] == "neutral" and unused:
        raise InvalidValue(f"{unused[0]} cannot be set with format: neutral", field=unused[0], remedy="Remove it")


def _filters(filters: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the option ``filters``.

    Raises:
        InvalidValue: A kind is unknown, or its filters are not a list of mappings.
    """
    for plural, scopes in filters.items():
        if plural not in kinds():
            raise InvalidValue(f"filters: {unknown_kind(plural)}", field="filters")
        if not isinstance(scopes, list) or not all(isinstance(scope, dict) for scope in scopes):
            raise InvalidValue(f"filters: {plural} must be a list of mappings", field="filters")
    return filters
