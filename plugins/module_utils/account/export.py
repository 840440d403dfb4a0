# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Write the resources of an account as fleet files: the inverse of applying a fleet."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.export_files import (
    DataFile,
    ExportFolder,
    FileNames,
    comment,
    escape,
    to_yaml,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.exported_devices import (
    DEVICE_SETS,
    DeviceExport,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.exported_options import OptionsBuilder
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.index import referenced_by_name
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Gap, Names, Scan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.tags import without_quarantine

_PRODUCTS = "products"

_HEAD = "Written by iotops.aliyun.export. The next export replaces this file, unless it was changed."


class Selection:
    """The products that an export contains; all if none are named.

    Args:
        references: The names or ProductKeys.
    """

    def __init__(self, references: list[str] | None) -> None:
        self._references = references

    def accepts(self, found: Found) -> bool:
        """Return whether a resource is no product, or one of the selected products."""
        if found.plural != _PRODUCTS or not self._references:
            return True
        return bool({found.name, found.values["product_key"]} & set(self._references))

    def contains(self, node: Node) -> bool:
        """Return whether a resource is exported."""
        return True

    def members(self, product: Found) -> set[str] | None:
        """Return the names of the exported devices of a product; None for all."""
        return None

    def check(self, products: list[Found]) -> None:
        """Raise InvalidValue if a product does not exist."""
        known = {text for one in products for text in (one.name, one.values["product_key"])}
        for reference in self._references or ():
            if reference not in known:
                raise InvalidValue(
                    f"products: the product {reference} does not exist", field="products", remedy="Check the name"
                )

    @property
    def is_limited(self) -> bool:
        """Whether only some products are exported."""
        return bool(self._references)


class Export:
    """An export of an account.

    Args:
        client: The API client.
        selection: The products to export.
        filters: What to read of kinds that cannot be listed as a whole.
        save_secrets: Called with a ProductKey and the secrets of its devices; None if they are not read.
        one_by_one: Whether facts about devices may be read that take one request for each device.

    Attributes:
        gaps: What the export does not contain.
        counts: The number of exported resources by plural.
        written: The keys of the exported resources, also of the devices in sets.
    """

    def __init__(
        self,
        client: Any,
        selection: Selection,
        filters: dict[str, list[dict[str, Any]]],
        save_secrets: Callable[[str, dict[str, str | None]], None] | None = None,
        one_by_one: bool = True,
    ) -> None:
        self.gaps: list[Gap] = []
        self.counts: Counter[str] = Counter()
        self.written: set[tuple[str, ...]] = set()
        self._client = client
        self._selection = selection
        self._filters = filters
        self._save_secrets = save_secrets
        self._one_by_one = one_by_one
        self._file_names = FileNames()

    def write(self, folder: ExportFolder, declared: set[tuple[str, ...]], devices: dict[str, set[str]]) -> None:
        """Read the account, and write its files.

        Args:
            folder: The folder of the export.
            declared: The keys of the resources that are declared elsewhere.
            devices: The names of the devices that are declared elsewhere, by product.
        """
        scan = Scan(self._client, self._filters)
        scan.run(self._selection.accepts)
        self._selection.check(scan.found[_PRODUCTS])
        self.gaps += scan.gaps
        nodes = self._without_orphans(self._nodes(scan))
        names = {node.key[-1] for node in nodes if node.plural == _PRODUCTS}
        products = [
            one
            for one in scan.found[_PRODUCTS]
            if one.name in names and self._selection.accepts(one) and self._selection.members(one) != set()
        ]
        exported = DeviceExport(
            self._client,
            scan.found["device_groups"],
            products,
            with_secrets=self._save_secrets is not None,
            one_by_one=self._one_by_one,
            names=self._selection.members,
        )
        sets = self._write_devices(exported, folder, devices)
        _connect([*nodes, *sets])
        groups = {node.key[-1]: node for node in nodes if node.plural == "device_groups"}
        for node in sets:
            members = exported.groups.get(node.params["product"], set())
            node.needs += [groups[name] for name in sorted(members) if name in groups]
        selected = self._selected([*nodes, *sets], {one.name for one in products})
        exported_nodes = [node for node in selected if node.plural == DEVICE_SETS or self._selection.contains(node)]
        self._write_files(folder, [node for node in exported_nodes if node.key not in declared])
        self.gaps.sort(key=lambda gap: (gap.kind, gap.name, gap.option, gap.reason))

    def _nodes(self, scan: Scan) -> list[Node]:
        """Return the nodes of all resources, without those whose name another one has."""
        builder = OptionsBuilder(Names(scan.found), Reader(self._client, tolerant=True))
        nodes: dict[tuple[str, ...], list[Node]] = defaultdict(list)
        for plural, resources in scan.found.items():
            for found in resources:
                if found.values.get("tags"):
                    found.values = {**found.values, "tags": without_quarantine(found.values["tags"])}
                options = builder.options(found)
                if options is not None:
                    node = Node(plural, found.entry, options)
                    nodes[node.key].append(node)
        self.gaps += builder.gaps
        for key, same in nodes.items():
            if len(same) > 1:
                self.gaps.append(Gap(key[0], "/".join(key[1:]), "", f"{len(same)} of them have the same name"))
        return [same[0] for _key, same in sorted(nodes.items()) if len(same) == 1]

    def _without_orphans(self, nodes: list[Node]) -> list[Node]:
        """Return the nodes whose product is exported, if they belong to one."""
        names = {node.key[-1] for node in nodes if node.plural == _PRODUCTS}
        kept = []
        for node in nodes:
            if not product_of(node) or product_of(node) in names:
                kept.append(node)
            else:
                reason = f"the product {product_of(node)} is not exported"
                self.gaps.append(Gap(node.plural, "/".join(node.key[1:]), "", reason))
        return kept

    def _write_devices(self, exported: DeviceExport, folder: ExportFolder, declared: dict[str, set[str]]) -> list[Node]:
        nodes = []
        for product, states in exported.products():
            if self._save_secrets is not None:
                self._save_secrets(product.values["product_key"], {state.name: state.secret for state in states})
            file = f"{self._file_names.of(product.name)}.devices.csv"
            path = f"{_PRODUCTS}/{file}"
            written = exported.write(folder.path_of(path), product, states, declared.get(product.name, set()))
            if written:
                self.written.update(("devices", product.name, name) for name in written)
                options = {"product": product.name, "devices_file": file}
                nodes.append(Node(DEVICE_SETS, kinds()[DEVICE_SETS], options))
            else:
                folder.drop(path)
        self.gaps += exported.gaps
        return nodes

    def _selected(self, nodes: list[Node], products: set[str]) -> list[Node]:
        """Return the nodes that belong to the products with these names, and all that these need."""
        if not self._selection.is_limited:
            return nodes
        waiting = [node for node in nodes if product_of(node) in products]
        selected: dict[int, Node] = {}
        while waiting:
            node = waiting.pop()
            if id(node) not in selected:
                selected[id(node)] = node
                waiting += node.needs
        return [node for node in nodes if id(node) in selected]

    def _write_files(self, folder: ExportFolder, nodes: list[Node]) -> None:
        files: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        names: dict[str, set[str]] = defaultdict(set)
        for node in sorted(nodes, key=lambda node: (node.plural != _PRODUCTS, node.key)):
            product = product_of(node)
            file = f"{_PRODUCTS}/{self._file_names.of(product)}" if product else node.plural
            options = self._escaped(folder, file, node)
            if options is not None:
                files[file][node.plural].append(options)
                names[file].add(node.key[-1])
                self.counts[node.plural] += 1
                self.written.add(node.key)
        for file, content in sorted(files.items()):
            head = comment(_HEAD)
            for gap in sorted(self.gaps, key=lambda gap: (gap.kind, gap.name, gap.option)):
                if gap.kind in content and (not gap.name or gap.name in names[file]):
                    head += comment(f"Not exported: {gap.kind} {gap.name} {gap.option}: {gap.reason}")
            folder.write(f"{file}.yml", f"{head}---\n{to_yaml(content_of(content))}")

    def _escaped(self, folder: ExportFolder, file: str, node: Node) -> dict[str, Any] | None:
        """Return the options of a resource as a file contains them; write its data files."""
        options: dict[str, Any] = {}
        fields = {f.name: f for f in node.entry.resource.fields} if hasattr(node.entry, "resource") else {}
        for name, value in node.params.items():
            ending = fields[name].data_file if name in fields else ""
            if ending:
                stem = file.rpartition("/")[2] if product_of(node) else self._file_names.of("_".join(node.key[1:]))
                data = DataFile(f"{stem}.{ending}")
                path = f"{file.rpartition('/')[0]}/{data}".lstrip("/")
                folder.write(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
                value = data
            try:
                options[name] = escape(value)
            except ValueError as error:
                self.gaps.append(Gap(node.plural, node.key[-1], name, str(error)))
                if node.entry.options()[name].get("required"):
                    return None
        return options


def product_of(node: Node) -> str:
    """Return the name of the product that a resource is or belongs to; an empty string for others."""
    if node.plural == _PRODUCTS:
        return node.key[-1]
    options = [option for option, referenced in node.entry.references().items() if referenced == ("product",)]
    return str(node.params.get(options[0]) or "") if len(options) == 1 else ""


def content_of(content: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the content of a file with the product first, and the other kinds in alphabetical order."""
    return {plural: content[plural] for plural in sorted(content, key=lambda plural: (plural != _PRODUCTS, plural))}


def _connect(nodes: list[Node]) -> None:
    """Find the nodes that each node needs: those to which its options refer by name."""
    by_name: dict[str, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for node in nodes:
        by_name[node.entry.kind][node.key[-1]].append(node)
    for node in nodes:
        node.needs = list({id(one): one for one in referenced_by_name(node, by_name)}.values())
