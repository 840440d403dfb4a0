# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the JavaScript syntax check."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.expressions.javascript import ScriptError, called_functions


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("", set()),
        ("// only a comment", set()),
        ("f(g(1), h)", {"f", "g"}),
        ("var f = 1; a.f(2); a?.g(3)", set()),
        ("function f(a) { return g(a) }", {"g"}),
        ("`a${f(`${g(1)}`)}b${ {c: h()}.c }`", {"f", "g", "h"}),
        ("'f(1)' + \"g(1)\" + /h(1)/ + `i(1)` /* j(1) */", set()),
        ("中文(1); $_(2)", {"中文", "$_"}),
    ],
)
def test_called_functions_are_found(script, names):
    words = {"if", "for", "while", "switch", "catch"}
    assert called_functions(script) - words == names


@pytest.mark.parametrize(
    "script",
    [
        'var data = payload("json"); writeTsd(1000,timestamp(),"humidity", data.a , {"deviceName":deviceName()});',
        "for (var i = 0; i < 10; i++) { if (!a[i]) continue; else b.delete(a) }",
        'a = {delete: 1, new: 2, "x": [1,2,], get y() { return 1 }, *gen() {}, in: 3}',
        "const f = async (x) => { await g(x) }; function* q() { yield* r }",
        "switch (x) { case 1: break; default: y = -x }",
        "a\nb\n'c'",
        "a = b\n++c",
        "var a = /x[/'\"]/g.test(b) ? 1 : -1; let c = a / 2 / 3",
        "if (a) {} /'/.test(b)",
        "x = a ? /r/ : /s/",
        "a?.b?.[c]?.(d)?.`e`",
        "x = a ?.5 : 1..toString()",
        'var s = "a\\\nb\\"c"',
        "a = `\n` + 'q'",
        "do { x() } while (y)\nz()",
        "var {a, b = 2, ...c} = d, [e, , f] = g, h = void 0, i",
        "(function () { new.target })()",
        "a = b ** -c + +d - -e * !f",
        "a >>>= b.default.in",
        "x = 0xFF + 1e-5 + .5 + 5. + 1_000 + 7n",
        "class A extends B { #p = 1; static m() { return #p in this } }",
        "try { a() } catch (e) { throw e } finally { }",
        "loop: for (;;) { continue loop }",
        "import a, {b as c} from 'd'",
    ],
)
def test_valid_script_is_accepted(script):
    called_functions(script)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("f(", "line 1: ( is not closed"),
        ("a = {\nb: [", "line 2: [ is not closed"),
        ("f)", "line 1: ) has no opening bracket"),
        ("(]", "line 1: ] has no opening bracket"),
        ("`${ ( }`", "line 1: } has no opening bracket"),
        ("`a${b", "line 1: ${ is not closed"),
        ('a = "abc', "line 1: a string is not terminated"),
        ("a\n'b\nc'", "line 2: a string is not terminated"),
        ("`abc", "line 1: a template string is not terminated"),
        ("a = /* b", "line 1: a comment is not terminated"),
        ("a = 3 @ b", "line 1: unexpected @"),
        ("a = \\b", "line 1: unexpected \\"),
        ("var a = ;", "line 1: unexpected ;"),
        ("var = 3", "line 1: unexpected ="),
        ("= 3", "line 1: unexpected ="),
        ("a b", "line 1: unexpected b"),
        ("f(1 2)", "line 1: unexpected 2"),
        ('"a" "b"', 'line 1: unexpected "b"'),
        ("`\n` c", "line 2: unexpected c"),
        ("a = 3px", "line 1: unexpected px"),
        ("a.;", "line 1: unexpected ;"),
        ("a..b", "line 1: unexpected ."),
        ("a.", "line 1: unexpected end of the script"),
        ("a\n= b +", "line 2: unexpected end of the script"),
        ("a & & b", "line 1: unexpected &"),
        ("a = (1 + ) * 2", "line 1: unexpected )"),
        ("f(/ 2)", "line 1: unexpected /"),
        ("a ? : b", "line 1: unexpected :"),
        ("throw;", "line 1: unexpected ;"),
        ("[!]", "line 1: unexpected ]"),
    ],
)
def test_script_with_syntax_error_is_rejected(script, message):
    with pytest.raises(ScriptError) as caught:
        called_functions(script)
    assert str(caught.value) == message


@pytest.mark.parametrize("script", ["(" * 50_000, "/" + "[a" * 50_000, "`" + "$" * 50_000, '"' + "\\" * 50_001])
def test_long_invalid_script_is_rejected_quickly(script):
    with pytest.raises(ScriptError):
        called_functions(script)
