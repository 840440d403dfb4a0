# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The script of pages with filters. Without it, pages show everything and hide the controls of the filters."""

from __future__ import annotations

#: Filters the elements with ``data-item`` in the element that ``data-filter`` of a form names, by the words in a search
#: field and the value of a selection (``data-item``). Groups (``data-group``) without a visible element are hidden.
FILTER_SCRIPT = """
"use strict";
for (const form of document.querySelectorAll("form[data-filter]")) {
  const root = document.getElementById(form.dataset.filter);
  const items = [...root.querySelectorAll("[data-item]")].map((node) => ({ node, text: null }));
  const groups = [...root.querySelectorAll("[data-group]")];
  const search = form.querySelector("input");
  const choice = form.querySelector("select");
  const output = form.querySelector("output");
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = choice ? choice.value : "";
    let shown = 0;
    for (const item of items) {
      if (words.length && item.text === null) item.text = item.node.textContent.toLowerCase();
      const visible = (!wanted || item.node.dataset.item === wanted) && words.every((word) => item.text.includes(word));
      item.node.hidden = !visible;
      shown += visible;
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-item]:not([hidden])");
    output.textContent = `${shown} of ${items.length} shown`;
  };
  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 120);
  });
  if (choice) choice.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}
// A link to a folded element shows its content.
const unfold = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
"""
