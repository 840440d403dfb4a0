# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The style of all pages: readable from 360 pixels of width on, in light and dark mode.

Pages have no style attributes, because their security policy allows this style sheet only.
"""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --surface: #fff; --raised: #f4f6f9; --text: #1b1f24; --quiet: #57606a; --line: #d5dae0;
  --accent: #0b5cad; --track: #e6e9ee;
  --good: #116329; --good-ground: #dcf5e3; --good-fill: #2f9e58; --bad: #a40e26; --bad-ground: #fde4e4;
  --bad-fill: #d1364c; --warn: #7a4d00; --warn-ground: #fdf0cc; --warn-fill: #d99a1c; --calm: #0b4f93;
  --calm-ground: #e1eefb; --calm-fill: #3c85cf; --idle-fill: #8b95a1; --extra-fill: #8250c4;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --surface: #181d24; --raised: #1f252e; --text: #e8ecf1; --quiet: #a3aebb; --line: #323a45;
    --accent: #7ab8ff; --track: #2a323d;
    --good: #7ee2a0; --good-ground: #10331c; --good-fill: #3fae68; --bad: #ff9da4; --bad-ground: #43161b;
    --bad-fill: #e0566a; --warn: #f5cf7a; --warn-ground: #3a2c07; --warn-fill: #d6a238; --calm: #9ccbff;
    --calm-ground: #12304f; --calm-fill: #4f97de; --idle-fill: #7b8795; --extra-fill: #a47be0;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI",
  Roboto, "Noto Sans", sans-serif; }
li { overflow-wrap: anywhere; min-width: 0; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .2rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; z-index: 2; background: var(--surface); padding: .4rem .6rem; }
header, main, footer { max-width: 82rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 1.75rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0; }
h3 { font-size: .95rem; margin: 1.25rem 0 .5rem; }
h3:first-child { margin-top: 0; }
p { margin: 0 0 .75rem; }
.lead { margin: .35rem 0 0; font-size: 1rem; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: .15rem 1.25rem; margin: .5rem 0 0; color: var(--quiet);
  font-size: .87rem; }
.facts div { display: flex; gap: .4rem; min-width: 0; }
.facts dt::after { content: ":"; }
.facts dd { margin: 0; color: var(--text); overflow-wrap: anywhere; min-width: 0;
  font-variant-numeric: tabular-nums; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; margin: 1rem 0 0; padding: 0;
  font-size: .92rem; }
section { background: var(--surface); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1.1rem 1.25rem 1.25rem;
  margin: 1.25rem 0 0; }
section > h2 { margin-bottom: .3rem; }
.intro { color: var(--quiet); font-size: .9rem; margin: 0 0 .9rem; max-width: 70ch; }
.quiet { color: var(--quiet); }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.25rem, 1fr)); gap: .75rem;
  margin: 1.25rem 0 0; }
.figures div { background: var(--surface); border: 1px solid var(--line); border-radius: .6rem;
  padding: .7rem .95rem .75rem;
  border-top-width: 3px; }
.figures dt { color: var(--quiet); font-size: .84rem; }
.figures dd { margin: .1rem 0 0; font-size: 1.55rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures small { display: block; font-size: .8rem; line-height: 1.35; color: var(--quiet); margin-top: .2rem; }
.figures .good { border-top-color: var(--good-fill); }
.figures .bad { border-top-color: var(--bad-fill); }
.figures .warn { border-top-color: var(--warn-fill); }
.figures .calm { border-top-color: var(--calm-fill); }
.scroll { overflow-x: auto; margin: 0 -1.25rem; padding: 0 1.25rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; color: var(--quiet); font-size: .87rem; padding: 0 0 .4rem; }
th, td { text-align: left; padding: .42rem 1.1rem .42rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
tr > :last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--quiet); font-weight: 600; font-size: .84rem; white-space: nowrap; }
tbody th { font-weight: 500; min-width: 9rem; max-width: 26rem; overflow-wrap: anywhere; }
td { overflow-wrap: anywhere; }
td.text { min-width: 11rem; }
td.short { white-space: nowrap; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.chart { min-width: 9rem; width: 20%; }
td.number + td.chart, th.number + th { padding-left: .6rem; }
code, pre { font-family: var(--mono); font-size: .93em; }
code { overflow-wrap: anywhere; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 0 .55rem; border-radius: 1rem; border: 1px solid var(--line);
  white-space: nowrap;
  font-size: .8rem; line-height: 1.35rem; font-weight: 500; color: var(--quiet); }
.badge.good { color: var(--good); background: var(--good-ground); border-color: transparent; }
.badge.bad { color: var(--bad); background: var(--bad-ground); border-color: transparent; }
.badge.warn { color: var(--warn); background: var(--warn-ground); border-color: transparent; }
.badge.calm { color: var(--calm); background: var(--calm-ground); border-color: transparent; }
.notice { border-left: 4px solid var(--line); background: var(--raised); padding: .65rem .9rem; border-radius: .3rem;
  margin: 1.25rem 0 0; overflow-wrap: anywhere; }
.notice.bad { border-color: var(--bad-fill); background: var(--bad-ground); color: var(--bad); }
.notice.bad a { color: inherit; }
.notice p:last-child { margin: 0; }
svg { display: block; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--text); }
.bar { width: 100%; height: .6rem; border-radius: .3rem; background: var(--track); }
td.chart .bar { margin-top: .45rem; }
.fill-good { fill: var(--good-fill); } .fill-bad { fill: var(--bad-fill); } .fill-warn { fill: var(--warn-fill); }
.fill-calm { fill: var(--calm-fill); } .fill-idle { fill: var(--idle-fill); } .fill-extra { fill: var(--extra-fill); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.25rem; list-style: none; margin: .6rem 0 0; padding: 0;
  font-size: .88rem;
  font-variant-numeric: tabular-nums; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.legend svg { width: .75rem; height: .75rem; flex: none; }
.legend svg.stroke { width: 1.6rem; }
.bars { list-style: none; margin: 0; padding: 0; display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr));
  gap: .7rem 2rem; }
.bars li { display: grid; grid-template-columns: 1fr auto; gap: .1rem 1rem; font-size: .9rem; align-items: end;
  align-content: start; }
.bars .label { overflow-wrap: anywhere; min-width: 0; }
.bars .value { font-variant-numeric: tabular-nums; white-space: nowrap; }
.bars .bar { grid-column: 1 / -1; }
.bars .note { grid-column: 1 / -1; color: var(--quiet); font-size: .82rem; }
.bars .legend { margin: .1rem 0 0; font-size: 1em; gap: .1rem .9rem; }
.bars .legend li { display: flex; gap: .35rem; align-items: center; font-size: inherit; }
.bars .legend svg { width: .6rem; height: .6rem; }
.key { font-size: .84em; color: var(--quiet); }
details > summary { cursor: pointer; }
details.fold { border-top: 1px solid var(--line); padding: .55rem 0; }
details.fold > summary { font-weight: 500; overflow-wrap: anywhere; }
details.fold[open] > summary { margin-bottom: .6rem; }
.items details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; }
.items summary { padding: .4rem .7rem; display: flex; flex-wrap: wrap; gap: .15rem .7rem; align-items: baseline;
  list-style: none; }
.items summary::-webkit-details-marker { display: none; }
.items summary::before { content: "+"; font-family: var(--mono); color: var(--quiet); width: .8rem; }
.items details[open] > summary::before { content: "\\2212"; }
.items .name { font-weight: 500; overflow-wrap: anywhere; min-width: 0; }
.items summary .quiet { font-size: .85rem; }
.items .badge { min-width: 4.2rem; text-align: center; }
.items .body { padding: .2rem .7rem .7rem; border-top: 1px solid var(--line); }
.items .body > * { margin: .5rem 0 0; }
.items .bad-item { border-color: var(--bad-fill); border-left-width: 4px; }
.items .scroll { margin: .5rem -.7rem 0; padding: 0 .7rem; }
table.narrow { max-width: 36rem; }
.values th:first-child { width: 11rem; min-width: 8rem; }
.values td { min-width: 10rem; }
.values tbody th { font-family: var(--mono); font-size: .84rem; }
ins, del { text-decoration: none; display: block; }
ins { background: var(--good-ground); color: var(--good); }
del { background: var(--bad-ground); color: var(--bad); }
.filter { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: end; margin: 0 0 .8rem; }
.filter label { display: grid; gap: .1rem; font-size: .82rem; color: var(--quiet); }
.filter input, .filter select { font: inherit; color: var(--text); background: var(--surface);
  border: 1px solid var(--quiet);
  border-radius: .35rem; padding: .3rem .6rem; min-height: 2.2rem; }
.filter .search { flex: 1 1 14rem; }
.filter output { font-size: .88rem; color: var(--quiet); font-variant-numeric: tabular-nums; padding-bottom: .4rem; }
.chart-figure { margin: 0; }
.chart-figure figcaption { font-size: .9rem; color: var(--quiet); margin-bottom: .4rem; }
.line-chart { width: 100%; min-width: 30rem; max-width: 60rem; }
.line-chart .axis { stroke: var(--line); stroke-width: 1; }
.line-chart .tick { fill: var(--quiet); }
.line-chart path, .stroke path { fill: none; stroke-width: 2.25; }
.stroke-0 { stroke: var(--calm-fill); } .stroke-1 { stroke: var(--good-fill); stroke-dasharray: 7 3; }
.stroke-2 { stroke: var(--bad-fill); stroke-dasharray: 2 3; } .stroke-3 { stroke: var(--warn-fill);
  stroke-dasharray: 9 3 2 3; }
.flow-chart .node rect { fill: var(--surface); stroke: var(--quiet); stroke-width: 1; }
.flow-chart .node .kind { font-size: 10.5px; fill: var(--quiet); }
.flow-chart .node.good rect { stroke: var(--good-fill); stroke-width: 1.5; }
.flow-chart .node.warn rect { stroke: var(--warn-fill); stroke-width: 1.5; }
.flow-chart .node.bad rect { stroke: var(--bad-fill); stroke-width: 1.5; stroke-dasharray: 4 3; }
.flow-chart .head { font-weight: 600; fill: var(--quiet); }
.flow-chart .edge { fill: none; stroke: var(--idle-fill); stroke-width: 1.4; }
.flow-chart .edge.other { stroke-dasharray: 4 3; }
.flow-chart .arrow { fill: var(--idle-fill); }
footer { padding-top: 1.25rem; padding-bottom: 2rem; color: var(--quiet); font-size: .85rem; }
@media (max-width: 44rem) {
  header, main, footer { padding-left: .85rem; padding-right: .85rem; }
  header { padding-top: 1.1rem; }
  h1 { font-size: 1.35rem; }
  section { padding: .9rem .85rem 1rem; }
  .scroll { margin: 0 -.85rem; padding: 0 .85rem; }
  .figures { grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: .5rem; }
  .figures dd { font-size: 1.3rem; }
  .values { font-size: .82rem; }
  .values th:first-child { width: 6.2rem; min-width: 6.2rem; font-size: .8rem; }
  .values td { min-width: 6.5rem; }
  .values th, .values td { padding-right: .5rem; }
}
@media print {
  body { background: #fff; }
  section { break-inside: avoid-page; border-color: #ccc; }
  .filter, nav, .skip { display: none; }
}
"""
