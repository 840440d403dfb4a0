# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check that text in the collection uses plain, field-standard English.

``WORDS`` lists expressions that readers do not search for, and what to write in their place. Documentation is checked
as a whole; in Python the check covers comments, docstrings, messages and names. If you meet another expression of that
kind, add it here.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Expressions (regular expressions, whole words) and what to write in their place.
WORDS = {
    "told|tells|tell": "returns, reports, shows, notifies",
    "nobody|whoever|whatever has": "name the actor",
    "pass through|pass_through|doorkeeper": "runner, execute; in-process action and module",
    "doors?(?! ?locks?)": "runner; in-process action and module",
    "twins?": "info module",
    "ways? out": "remedy",
    "brought about|brings? about|comes? about|came about": "create, apply",
    "tak(?:e|es|en|ing) away|took away": "delete, remove",
    "what is there|what there is|(?:is|are) there already": "current state, existing",
    "what is desired|what is wanted|is asked for": "desired state, requested",
    "learns|learnt|learned": "outputs, returns",
    "settled": "wait_for, finished",
    "on top of": "based on",
    "also_tells|also_told|as_it_is|any_operation|look_at|whereabouts|doings?": "see the style of the neighboring code",
    "(?<!soon )as (?:it is|they are)|it is so|so already|such as it is": "unchanged",
    "lanes?": "concurrency, worker",
    "the pace|pacer": "rate limit",
    "embedded platform": "emulator",
    "licen[c]es?|licen[c]ed": "license",
    "cancelled|cancelling": "canceled, canceling",
    "behaviour|colour|neighbour|favour|honour": "US spelling",
    "made anew|makes? anew|anew": "create again, again",
    "stands? (?:beside|behind|for itself)|goes along|hang(?:s|ing)? on": "depends on",
    "said of|says? no|says? yes|is said": "describes, rejects, accepts",
    "hand(?:s|ed|ing)? (?:on|out|over)": "forward, return, pass",
    "go(?:es)? behind|behind (?:a|the|its|their|one|it|them) ?(?:gateways?)?": "attached to a gateway, sub-device",
    "no longer there|not there|gone": "does not exist, deleted",
    "odd|oddities": "irregular",
    "anybody|somebody|everybody|no one": "name the actor",
    "(?-i:FILL[ _]IN(?:_TYPE)?)": "the text that make new-resource left open",
}

#: Words of the vendor's wire format, of SQL and of third-party names, which look like the ones above.
ALLOWED = re.compile(r"CANCELLED|CANCELLING|\bCancelled\b|LicenceCode|^settled$|^SND SETTLED$")

_PATTERNS = [(re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE), better) for words, better in WORDS.items()]
_SUFFIXES = {".py", ".md", ".yml", ".yaml", ".toml", ".js", ".sh", ".txt"}
_SKIPPED = re.compile(
    r"^(tests/conformance/(snapshots|npm)/|tests/tools/(words|new_resource)\.py|constraints\.txt|changelogs/changelog|COPYING|.*/data/)"
)


def problems(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the expression and what to write in its place for each problem in a file."""
    text = path.read_text(encoding="utf-8")
    for line, part in _python_parts(text) if path.suffix == ".py" else enumerate(text.splitlines(), 1):
        cleaned = ALLOWED.sub("", part)
        for pattern, better in _PATTERNS:
            for match in pattern.finditer(cleaned):
                yield line + cleaned.count("\n", 0, match.start()), match[0], better


def _python_parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments, strings and names of a Python file with their first lines; names as words."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], token.string
        elif token.type == tokenize.NAME and "_" in token.string:
            yield token.start[0], token.string.replace("_", " ")
        elif token.type == tokenize.NAME:
            yield token.start[0], token.string


def files() -> list[Path]:
    """Return the files to check."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    paths = [ROOT / name for name in names if not _SKIPPED.search(name)]
    return [path for path in paths if path.suffix in _SUFFIXES and path.is_file() and not path.is_symlink()]


def main() -> int:
    count = 0
    for path in files():
        for line, found, better in problems(path):
            count += 1
            print(f"{path.relative_to(ROOT)}:{line}: {found!r}: better {better}")
    if count:
        print(f"{count} expressions that are not plain English; see tests/tools/words.py", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
