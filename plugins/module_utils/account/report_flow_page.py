# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The section of the report page with the flow of messages."""

from __future__ import annotations

from collections import defaultdict

from ansible_collections.iotops.aliyun.plugins.module_utils.account.report import FleetReport
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_flow import FlowGraph, FlowPoint, limited
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import MAX_NAMES
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.flow_chart import (
    Flow,
    FlowEdge,
    FlowNode,
    flow_chart,
    flow_list,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.markup import Markup, joined, tag
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.page import Section, fold, number

#: The titles of the stages; see ``data_flow``.
_COLUMNS = ("Topics and messages", "Data sources", "Rules, parsers, subscriptions", "Destinations", "Targets")

#: The number of points up to which one drawing shows everything, and the largest number in one and in all drawings.
_MAX_IN_ONE, _MAX_IN_DRAWING, _MAX_IN_ALL = 60, 200, 2000

_INTRO = (
    "How messages get from topics to their targets: through rules and subscriptions, or through the data source and "
    "the destinations of a parser. Dashed lines are used only after an error. Started rules and parsers have a green "
    "frame, stopped ones an orange one."
)


def flow_section(report: FleetReport) -> Section:
    """Return the section: one drawing, or one for each product in large accounts."""
    graph = report.flow
    content: list[Markup] = []
    connected = graph.connected()
    if not graph.edges:
        content.append(tag("p", "No messages are forwarded.", class_="quiet"))
    elif len(connected) <= _MAX_IN_ONE:
        points = {key: point for key, point in graph.points.items() if key in connected}
        content.append(_drawing("Data flow of the account", FlowGraph(points, graph.edges)))
    else:
        content += _drawings_of_products(report)
    content += _unconnected(graph)
    return Section("flow", "Data flow", joined(content), _INTRO)


def _drawings_of_products(report: FleetReport) -> list[Markup]:
    names = report.names.of_kind("product")
    left = _MAX_IN_ALL
    content = []
    omitted = 0
    for owner, part in sorted(report.flow.by_product().items(), key=lambda item: names.get(item[0], item[0])):
        graph, missing = limited(part, _MAX_IN_DRAWING)
        if len(graph.points) > left:
            omitted += 1
            continue
        left -= len(graph.points)
        name = names.get(owner, owner)
        drawing = _drawing(f"Data flow of {name}", graph)
        note = tag("p", f"{number(missing)} further topics are not shown.", class_="quiet") if missing else None
        is_first = not content
        content.append(fold(f"{name} ({number(len(graph.edges))} connections)", joined([drawing, note]), is_first))
    if omitted:
        content.append(tag("p", f"{number(omitted)} further products are not shown.", class_="quiet"))
    return content


def _drawing(title: str, graph: FlowGraph) -> Markup:
    keys = {key: str(index) for index, key in enumerate(graph.points)}
    nodes = [
        FlowNode(keys[key], point.stage, point.title, point.label, _note(point), point.tone)
        for key, point in graph.points.items()
    ]
    edges = [
        FlowEdge(keys[start], keys[end], note)
        for (start, end), note in graph.edges.items()
        if graph.points[start].stage < graph.points[end].stage
    ]
    flow = Flow(title, _COLUMNS, nodes, edges)
    return joined([flow_chart(flow), fold("As a list", flow_list(flow))])


def _note(point: FlowPoint) -> str:
    return ", ".join(filter(None, (point.status, "unmanaged" if point.is_unmanaged else "")))


def _unconnected(graph: FlowGraph) -> list[Markup]:
    """Return what no message flows through, to unfold by kind."""
    labels: dict[str, list[str]] = defaultdict(list)
    for point in graph.unconnected():
        note = _note(point)
        labels[point.title].append(f"{point.label} ({note})" if note else point.label)
    content = []
    if labels:
        content.append(tag("h3", "Not connected"))
    for title, names in sorted(labels.items()):
        items = tag("ul", *(tag("li", name) for name in sorted(names)[:MAX_NAMES]))
        more = None
        if len(names) > MAX_NAMES:
            more = tag("p", f"{number(len(names) - MAX_NAMES)} further ones are not shown.", class_="quiet")
        content.append(fold(f"{title}: {number(len(names))}", joined([items, more])))
    return content
