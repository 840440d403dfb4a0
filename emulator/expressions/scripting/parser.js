// Copyright: the iotops.aliyun contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// The functions that a parser script can call. `_arguments[0]` is the message; `_sent` collects the messages to send.

var _message = _arguments[0];
var _sent = [];

// Bytes and strings

function _utf8(bytes) {
  var escaped = bytes.map(function (byte) { return "%" + ("0" + (byte & 255).toString(16)).slice(-2); });
  try {
    return decodeURIComponent(escaped.join(""));
  } catch (error) {
    throw new Error("the payload is not valid UTF-8");
  }
}

function _bytes(text) {
  var result = [];
  var encoded = encodeURIComponent(text);
  for (var at = 0; at < encoded.length; at++) {
    if (encoded[at] === "%") {
      result.push(parseInt(encoded.substr(at + 1, 2), 16));
      at += 2;
    } else {
      result.push(encoded.charCodeAt(at));
    }
  }
  return result;
}

// Marks a list as bytes, so that toString() can distinguish it from a list of numbers.
function _marked(bytes) { return Object.defineProperty(bytes, "_isBytes", { value: true }); }

function _json(text, what) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(what + " is not JSON");
  }
}

// The message

function payload(format) {
  if (format === "binary") { return _marked(_message.bytes.slice()); }
  var text = _utf8(_message.bytes);
  return format === "json" ? _json(text, "the payload") : text;
}

function topic(level) {
  if (level === undefined) { return _message.topic; }
  var levels = _message.topic.split("/");
  if (!(level >= 1 && level < levels.length)) { throw new Error("the topic has no level " + level); }
  return levels[level];
}

function deviceName() { return _message.deviceName; }
function productKey() { return _message.productKey; }
function messageId() { return _message.messageId; }
function attribute(key) { return getOrNull(_message.tags, key); }

// Only members of objects by name, and elements of lists by number: not, for example, the length of a list.
function getOrNull(data) {
  for (var at = 1; at < arguments.length; at++) {
    if (data === null || typeof data !== "object" || !Object.prototype.hasOwnProperty.call(data, arguments[at])
        || Array.isArray(data) !== (typeof arguments[at] === "number")) {
      return null;
    }
    data = data[arguments[at]];
  }
  return data === undefined ? null : data;
}

function thingPropertyFlat() { return thingPropertyFlatMap.apply(null, arguments); }

function thingPropertyFlatMap() {
  var items = getOrNull(payload("json"), "items");
  if (items === null || typeof items !== "object" || Array.isArray(items)) {
    throw new Error("the message has no properties");
  }
  var flat = {};
  var add = function (name, value) {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      Object.keys(value).forEach(function (member) { add(name + "_" + member, value[member]); });
    } else {
      flat[name] = value;
    }
  };
  (arguments.length ? Array.prototype.slice.call(arguments) : Object.keys(items)).forEach(function (name) {
    var item = getOrNull(items, name);
    if (item !== null && typeof item === "object" && "value" in item) { add(name, item.value); }
  });
  return flat;
}

// Times, formatted with the patterns of Java's SimpleDateFormat

function format_date(moment, pattern, zone) {
  var hours = zone === undefined || zone === "Asia/Shanghai" ? 8 : zone === "UTC" || zone === "GMT" ? 0 : NaN;
  if (isNaN(hours)) { throw new Error("the emulator does not support the time zone " + zone); }
  var at = new Date(Number(moment) + hours * 3600000);
  var fields = {
    y: at.getUTCFullYear(), M: at.getUTCMonth() + 1, d: at.getUTCDate(), H: at.getUTCHours(),
    h: at.getUTCHours() % 12 || 12, m: at.getUTCMinutes(), s: at.getUTCSeconds(), S: at.getUTCMilliseconds()
  };
  return pattern.replace(/''|'((?:[^']|'')+)'|([A-Za-z])\2*/g, function (part, quoted, letter) {
    if (part === "''") { return "'"; }
    if (quoted !== undefined) { return quoted.replace(/''/g, "'"); }
    if (letter === "a") { return at.getUTCHours() < 12 ? "AM" : "PM"; }
    if (!(letter in fields) || (letter === "M" && part.length > 2)) {
      throw new Error("the emulator does not support " + part + " in time patterns");
    }
    var value = letter === "y" && part.length === 2 ? fields.y % 100 : fields[letter];
    return String(value).padStart(part.length, "0");
  });
}

function timestamp(pattern) { return pattern === undefined ? _message.now : format_date(_message.now, pattern); }
function timestamp_utc(pattern) {
  return pattern === undefined ? _message.now : format_date(_message.now, pattern, "UTC");
}

// Values

function toBoolean(value) { return typeof value === "string" ? value === "true" : Boolean(value); }
function toNumber(value) { return value === null || value === undefined ? 0 : Number(value); }
function toString(value) {
  if (value === null || value === undefined) { return ""; }
  if (value._isBytes) { return _utf8(value); }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
function toMap(value) {
  return value === null || value === undefined ? {} : typeof value === "string" ? _json(value, "the text") : value;
}
function toArray(value) {
  return value === null || value === undefined ? [] : typeof value === "string" ? _json(value, "the text") : value;
}
function toBinary(value) {
  return value === null || value === undefined ? [] : typeof value === "string" ? _marked(_bytes(value)) : value;
}
function to_hex(value) {
  return toBinary(value === "*" || value === undefined ? _message.bytes : value).map(function (byte) {
    return ("0" + (byte & 255).toString(16)).slice(-2);
  }).join("");
}
function to_base64(value) {
  var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  var bytes = toBinary(value === "*" || value === undefined ? _message.bytes : value);
  var text = "";
  for (var at = 0; at < bytes.length; at += 3) {
    var three = ((bytes[at] & 255) << 16) | ((bytes[at + 1] & 255) << 8) | (bytes[at + 2] & 255);
    for (var place = 0; place < 4; place++) {
      text += at * 8 + place * 6 < bytes.length * 8 ? alphabet[(three >> (18 - 6 * place)) & 63] : "=";
    }
  }
  return text;
}
function concat(one, other) { return toString(one) + toString(other); }
function lower(text) { return text.toLowerCase(); }
function upper(text) { return text.toUpperCase(); }
// As in Java, an empty text is found before each character and at the end.
function replace(text, old, replacement) {
  var parts = toString(text).split(old);
  return (old === "" ? [""].concat(parts, [""]) : parts).join(replacement);
}
function substring(text, start, end) { return String(text).substring(start, end); }
function endswith(text, suffix) { return toString(text).endsWith(suffix); }
function endsWith(text, suffix) { return endswith(text, suffix); }
function nanvl(value, other) { return value === null || value === undefined ? other : value; }
function mod(value, divisor) { return value % divisor; }
function power(value, exponent) { return Math.pow(value, exponent); }
function log(value, base) { return base === undefined ? Math.log(value) : Math.log(value) / Math.log(base); }
function rand() { return Math.random(); }
function newuuid() {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, function () {
    return Math.floor(Math.random() * 16).toString(16);
  });
}
function crypto(value, algorithm) {
  if (!Object.prototype.hasOwnProperty.call(_DIGESTS, algorithm)) {
    throw new Error("the emulator does not support the digest " + algorithm);
  }
  var isBytes = value !== null && value !== undefined && value._isBytes;
  return _DIGESTS[algorithm](isBytes ? value.map(function (byte) { return byte & 255; }) : _bytes(toString(value)));
}
var abs = Math.abs, asin = Math.asin, cos = Math.cos, cosh = Math.cosh, exp = Math.exp, floor = Math.floor;
var sin = Math.sin, sinh = Math.sinh, tan = Math.tan, tanh = Math.tanh;

// Sending

function _write(name) {
  return function () {
    _sent.push({ "function": name, "arguments": Array.prototype.slice.call(arguments) });
  };
}
var writeAmqp = _write("writeAmqp"), writeIotTopic = _write("writeIotTopic"), writeMns = _write("writeMns");
var writeMq = _write("writeMq"), writeDatahub = _write("writeDatahub"), writeFc = _write("writeFc");
var writeTableStore = _write("writeTableStore"), writeTableStoreTs = _write("writeTableStoreTs");
var writeTsd = _write("writeTsd"), writeTsdb = _write("writeTsdb");
var writeRds = _write("writeRds"), writeKafka = _write("writeKafka");
var writeLindorm = _write("writeLindorm"), writePolarDB = _write("writePolarDB"), writeInfluxdb = _write("writeInfluxdb");
