# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Chromium without a window, for the tests of pages: the dashboard of the emulator, and the pages of fleets.

The fixtures are registered in ``conftest.py``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from .conformance.programs import stop_without_program

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIMEOUT = 30_000  # milliseconds
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

#: Text that has an effect if it is interpreted as HTML.
HOSTILE = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>\"'&"

#: Returns the texts with less contrast than WCAG 2.2 AA requires (4.5:1), and the number of checked texts.
CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (value) => (value <= 10 ? value / 3295 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = rgb(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const hasText = (node) => [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
  const texts = [...document.querySelectorAll("body *")].filter(
    (node) => !node.disabled && node.checkVisibility() && hasText(node),
  );
  const weak = texts.filter((node) => {
    const levels = [luminance(rgb(getComputedStyle(node).color)), luminance(ground(node))].sort((a, b) => b - a);
    return (levels[0] + 0.05) / (levels[1] + 0.05) < 4.5;
  });
  return { count: texts.length, weak: weak.map((node) => node.textContent) };
}"""


@pytest.fixture(scope="module")
def browser():
    """Run Chromium; the test is skipped if it is not installed, and fails in CI."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        stop_without_program("Chromium is not installed (Debian package chromium)")
    # Imported here, because most tests do not need it.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path)
        yield running
        running.close()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    """Open a page that collects the errors of the script, of which there must be none at the end of the test."""
    from playwright.sync_api import expect

    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        expect.set_options(timeout=TIMEOUT)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []
