# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The JavaScript functions that converted scripts contain: what SQL does differently from JavaScript.

In SQL, a comparison or a calculation with null is null, and values of wrong types are an error. A rule does not forward
a message for which its SQL fails. A script contains only the functions that it needs. They use no newer syntax than
ECMAScript 5, because parsers support a part of JavaScript only.
"""

from __future__ import annotations

import re

_NAME = re.compile(r"\bsql[A-Z]\w*")

_SOURCES = {
    "sqlFail": """
function sqlFail(reason) {
  throw new Error(reason);
}
""",
    # The payload is parsed once, and only if the SQL uses it: a rule can also forward what is no JSON.
    "sqlMessage": """
var sqlContent;
function sqlMessage() {
  if (sqlContent === undefined) {
    sqlContent = payload("json");
  }
  if (sqlContent === null || typeof sqlContent !== "object") {
    sqlFail("the payload is neither a JSON object nor a JSON array");
  }
  return sqlContent;
}
""",
    "sqlHas": """
function sqlHas(content, name) {
  return !Array.isArray(content) && Object.prototype.hasOwnProperty.call(content, name);
}
""",
    "sqlList": """
function sqlList(value) {
  return value === null ? null : [value];
}
""",
    "sqlAdd": """
function sqlAdd(row, members) {
  if (members === null || Array.isArray(members)) {
    sqlFail("only the members of an object can be columns");
  }
  var names = Object.keys(members);
  for (var at = 0; at < names.length; at++) {
    row[names[at]] = members[names[at]];
  }
}
""",
    "sqlText": """
function sqlText(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
""",
    "sqlString": """
function sqlString(value) {
  if (typeof value !== "string") {
    sqlFail(sqlText(value) + " is not a string");
  }
  return value;
}
""",
    "sqlNumber": """
function sqlNumber(value) {
  if (typeof value !== "number" || !isFinite(value)) {
    sqlFail(sqlText(value) + " is not a number");
  }
  return value;
}
""",
    "sqlWhole": """
function sqlWhole(value) {
  return sqlNumber(value) < 0 ? Math.ceil(value) : Math.floor(value);
}
""",
    "sqlShort": """
function sqlShort(text) {
  if (text.length > 262144) {
    sqlFail("the text is longer than a message");
  }
  return text;
}
""",
    "sqlCondition": """
function sqlCondition(value) {
  if (value !== null && typeof value !== "boolean") {
    sqlFail(sqlText(value) + " is not a condition");
  }
  return value;
}
""",
    "sqlIsTrue": """
function sqlIsTrue(value) {
  return sqlCondition(value) === true;
}
""",
    "sqlNot": """
function sqlNot(value) {
  return sqlCondition(value) === null ? null : !value;
}
""",
    # A term that could fail is a function, which is called only if SQL evaluates the term.
    "sqlValue": """
function sqlValue(term) {
  return typeof term === "function" ? term() : term;
}
""",
    "sqlJoin": """
function sqlJoin(decisive, terms) {
  var unknown = false;
  for (var at = 0; at < terms.length; at++) {
    var met = sqlCondition(sqlValue(terms[at]));
    if (met === decisive) {
      return decisive;
    }
    unknown = unknown || met === null;
  }
  return unknown ? null : !decisive;
}
""",
    "sqlAnd": """
function sqlAnd() {
  return sqlJoin(false, arguments);
}
""",
    "sqlOr": """
function sqlOr() {
  return sqlJoin(true, arguments);
}
""",
    "sqlType": """
function sqlType(value) {
  return Array.isArray(value) ? "array" : typeof value;
}
""",
    "sqlEqual": """
function sqlEqual(one, other) {
  if (one === null || other === null || typeof one !== "object" || sqlType(one) !== sqlType(other)) {
    return one === other;
  }
  var names = Object.keys(one);
  if (names.length !== Object.keys(other).length) {
    return false;
  }
  for (var at = 0; at < names.length; at++) {
    var name = names[at];
    if (!Object.prototype.hasOwnProperty.call(other, name) || !sqlEqual(one[name], other[name])) {
      return false;
    }
  }
  return true;
}
""",
    "sqlCompare": """
function sqlCompare(left, sign, right) {
  if (left === null || right === null) {
    return null;
  }
  if (sign === "=" || sign === "<>") {
    return sqlEqual(left, right) === (sign === "=");
  }
  var type = sqlType(left);
  if (type !== sqlType(right) || (type !== "number" && type !== "string")) {
    sqlFail(sqlText(left) + " and " + sqlText(right) + " cannot be compared");
  }
  if (sign === "<") {
    return left < right;
  }
  if (sign === "<=") {
    return left <= right;
  }
  return sign === ">" ? left > right : left >= right;
}
""",
    "sqlIn": """
function sqlIn(value) {
  var unknown = false;
  for (var at = 1; at < arguments.length; at++) {
    var met = sqlCompare(value, "=", sqlValue(arguments[at]));
    if (met) {
      return true;
    }
    unknown = unknown || met === null;
  }
  return unknown ? null : false;
}
""",
    # The parts of the pattern between the signs %.
    "sqlLike": """
function sqlLike(value, parts) {
  if (value === null) {
    return null;
  }
  var text = sqlText(value), first = parts[0], last = parts[parts.length - 1];
  if (parts.length === 1) {
    return text === first;
  }
  var end = text.length - last.length, position = first.length;
  if (end < position || text.slice(0, position) !== first || text.slice(end) !== last) {
    return false;
  }
  for (var at = 1; at < parts.length - 1; at++) {
    var found = text.indexOf(parts[at], position);
    if (found < 0 || found + parts[at].length > end) {
      return false;
    }
    position = found + parts[at].length;
  }
  return true;
}
""",
    "sqlCalculate": """
function sqlCalculate(first) {
  var result = first;
  for (var at = 1; at < arguments.length; at += 2) {
    var sign = arguments[at], operand = sqlValue(arguments[at + 1]);
    if (result === null || operand === null) {
      return null;
    }
    sqlNumber(result);
    sqlNumber(operand);
    if (sign === "+") {
      result = result + operand;
    } else if (sign === "-") {
      result = result - operand;
    } else if (sign === "*") {
      result = result * operand;
    } else if (sign === "/") {
      result = result / operand;
    } else {
      result = result % operand;
    }
    sqlNumber(result);
  }
  return result;
}
""",
    # An array could be taken for bytes.
    "sqlPayload": """
function sqlPayload(row) {
  return Array.isArray(row) ? JSON.stringify(row) : row;
}
""",
    "sqlBytes": """
function sqlBytes() {
  var bytes = payload("binary");
  return bytes.length ? bytes : "";
}
""",
    # A rule fails if it does not select a column in its topic. No message can be published on an empty topic, so that
    # the failover destination receives it.
    "sqlTopic": """
function sqlTopic(row, parts) {
  var topic = sqlFill(row, parts);
  return topic === null ? "" : topic;
}
""",
    "sqlColumn": """
function sqlColumn(row, name) {
  var exists = typeof row === "object" && !Array.isArray(row) && Object.prototype.hasOwnProperty.call(row, name);
  return exists ? row[name] : null;
}
""",
    # Every second part is the name of a column. The text is null if the row does not have one of them.
    "sqlFill": """
function sqlFill(row, parts) {
  var text = "";
  for (var at = 0; at < parts.length; at++) {
    var part = at % 2 ? sqlColumn(row, parts[at]) : parts[at];
    if (part === null) {
      return null;
    }
    text += sqlText(part);
  }
  return text;
}
""",
    # A device receives a command of the thing model: the columns are its parameters. Its ID has at most 32 bits.
    "sqlCommand": """
function sqlCommand(topic, row) {
  if (!Array.isArray(row) && Object.prototype.hasOwnProperty.call(row, "method")) {
    return row;
  }
  var id = String(Number(String(messageId()).slice(-9)));
  return { method: topic.split("/").slice(4).join("."), id: id, params: row, version: "1.0.0" };
}
""",
    # A row of Table Store: the columns that the rule selects, and the primary key.
    "sqlRecord": """
function sqlRecord(row, keys) {
  var record = {};
  sqlAdd(record, row);
  sqlAdd(record, keys);
  return record;
}
""",
    "sqlNumeric": """
function sqlNumeric(value) {
  return value === null || value === "" || isNaN(Number(value)) ? null : Number(value);
}
""",
    "sqlBoolean": """
function sqlBoolean(value) {
  return value === null ? null : toBoolean(value);
}
""",
    "sqlColumnText": """
function sqlColumnText(value) {
  return value === null ? null : sqlText(value);
}
""",
    # SQL counts the levels of the topic on which the device has sent the message, with /sys.
    "sqlTopicLevel": """
function sqlTopicLevel(level) {
  if (level === null) {
    return null;
  }
  var levels = topic().split("/");
  if (levels[1] !== "sys" && levels[3] === "thing") {
    levels.splice(1, 0, "sys");
  }
  if (typeof level !== "number" || level % 1 !== 0 || level < 1 || level >= levels.length) {
    sqlFail("the topic has no level " + sqlText(level));
  }
  return levels[level];
}
""",
}


def with_functions(script: str, functions: dict[str, str]) -> str:
    """Return a script with all functions that it calls, after it.

    Args:
        script: The script.
        functions: The sources of the SQL functions, by name.
    """
    sources = {**_SOURCES, **functions}
    needed: dict[str, str] = {}
    waiting = [script]
    while waiting:
        for name in _NAME.findall(waiting.pop()):
            if name not in needed and name in sources:
                needed[name] = sources[name].strip()
                waiting.append(needed[name])
    return "\n".join([script.rstrip("\n"), *(needed[name] for name in sorted(needed))]) + "\n"
