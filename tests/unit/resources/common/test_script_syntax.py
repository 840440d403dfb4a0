# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The syntax check of scripts: it accepts all valid scripts."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.script_syntax import (
    calls,
    find_javascript_problem,
    find_python_problem,
)

VALID_JAVASCRIPT = (
    "var data = payload('json');\nwriteAmqp(1001, data);",
    "writeAmqp(1001, payload('json'))",
    "var x = 1 / 2, y = a / b / c;",
    "var r = /[(]\\/'/g; writeAmqp(1, r)",
    "if (x) /re(/.test(y)\nwriteAmqp(1)",
    "var s = `a ${b + `c ${d}`} e`;",
    "// it's (\n/* \" ( */ f()",
    "function f(a, b) { return a + b; }",
    "var o = {a: 1, 'b': [1,,2], get c() { return 1 }};",
    "x++\ny--",
    "for (var i = 0; i < 10; i++) { }",
    "a = b ? c : d;",
    "let f = async (x) => { await g(x) };",
    "x = -1 + +2; y = !a && !b;",
    "var s = 'it\\'s'",
    "label: for(;;) break label",
    "class A extends B { static x = 1; #y = 2; *gen() { yield 1 } }",
    "x = a\n/b/g",
    "`a`",
    "export default function () {}",
    "var a = b\nvar c",
    "try { } catch (e) { } finally { }",
    "if (a) return; else b()",
    "x = y => y * 2",
    "const {a, ...b} = c;",
    "a?.b?.[c]",
    "x = a ?? b",
    "s = 'a\\\nb'",
    "var m = 5 % 3;",
    "x>>>=1; y=a>>>b;",
    "[1,,].length",
    "f(a,)",
    "function* g() { yield* h(); }",
    "new Foo",
    "var re = /=/; x = a /= 2;",
    "a=b//c\n+d",
    "x = {a:/re/}",
    "switch(x){case /a/.test(x): break; default: y()}",
    "var x = function(){}\n/re('/.test(x)",
    "throw new Error('x')",
    'if (a) { } /re"/.test(b)',
    "var 中文 = 1",
    "x = a/* c */+b",
    "console.log('a', \"b\")",
    "var a = typeof b",
    "do x(); while (y) z()",
    "let of = 1",
    "enum X { }",
    'var data = payload("json"); var topic = topic(); writeIotTopic(1, topic, data)',
    "i = j--; k = -l; m = n - -o",
    "x",
    "a = b\n++c",
    "if(a<b&&c>d){}",
    "var a=1;;",
    "return",
    "x = y ? /a/ : /b/",
    "'use strict';\nvar a",
    "var x = a ? b : c ? d : e",
    "while(i--);",
    "f(...a)",
    "a = !b",
    "for (const x of y) z(x)",
    "for (k in o) z",
    "a=b?-1:+1",
    "#!/usr/bin/env node\nf()",
)

INVALID_JAVASCRIPT = (
    "writeAmqp(1001, payload('json'",
    "f(a))",
    "f(a]",
    "var s = 'abc",
    'var s = "a\nb"',
    "/* abc",
    "`abc",
    "`abc ${d",
    "{",
    "}",
    "var a = ;",
    "f(1,,2)",
    "a b",
    "1 2",
    "'a' 'b'",
    "f(a b)",
    "x = a +",
    "x = (a *)",
    "x = a && ;",
    "if (a ==) b",
    "var x = 5 6;",
    "f(1 'a')",
    "a = [1, 2",
    "function f( { }",
)

VALID_PYTHON = (
    "def f(a):\n  return 'x' # it's (\n",
    "x = '''a\n'b''' + \"\"\"c\"\"\"",
    "d = {'a': [1, (2)]}",
    "print 'x'",
    "x = 'a\\\nb'",
    "s=u'x'\nt=b\"y\"",
)

INVALID_PYTHON = (
    "f(",
    "f)",
    "x = 'a",
    "x = '''a",
    "{]}",
)


@pytest.mark.parametrize("script", VALID_JAVASCRIPT)
def test_valid_javascript_is_accepted(script):
    assert find_javascript_problem(script) == ""


@pytest.mark.parametrize("script", INVALID_JAVASCRIPT)
def test_invalid_javascript_is_rejected(script):
    assert find_javascript_problem(script)


@pytest.mark.parametrize("script", VALID_PYTHON)
def test_valid_python_is_accepted(script):
    assert find_python_problem(script) == ""


@pytest.mark.parametrize("script", INVALID_PYTHON)
def test_invalid_python_is_rejected(script):
    assert find_python_problem(script)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("f(\n  [1, 2\n)", "line 3: ) does not match [ in line 2"),
        ("f(1,\n  g(2)", "line 1: ( is not closed"),
        ("a = 1\nb = 'c", "line 2: a string is not closed"),
        ("f(1,, 2)", "line 1: unexpected , after ,"),
        ("a =", "line 1: unexpected end of the script after ="),
    ],
)
def test_problem_names_line_and_error(script, problem):
    assert find_javascript_problem(script) == problem


def test_calls_finds_a_call_of_a_matching_function():
    assert calls("a = writeAmqp (1)", r"write[A-Z]\w*")
    assert not calls("rewriteAmqp(1); writer(2)", r"write[A-Z]\w*")
