// Copyright: the iotops.aliyun contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// The digests of the function crypto(): MD5, SHA-1 and SHA-2 of bytes, in hexadecimal. V8 alone has none.

// Returns the bytes with the padding of a digest: a bit, zeros, and the length in bits.
function _padded(bytes, blockSize, lengthSize, isLittleEndian) {
  var result = bytes.concat([128]);
  while (result.length % blockSize !== blockSize - lengthSize) { result.push(0); }
  var length = [], bits = bytes.length * 8;
  for (var at = 0; at < lengthSize; at++) {
    length.push(bits % 256);
    bits = Math.floor(bits / 256);
  }
  return result.concat(isLittleEndian ? length : length.reverse());
}

function _hex(number, digits) { return number.toString(16).padStart(digits, "0"); }
function _rotated(word, count) { return (word << count) | (word >>> (32 - count)); }

function _md5(bytes) {
  var shifts = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
  var state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  var data = _padded(bytes, 64, 8, true);
  for (var start = 0; start < data.length; start += 64) {
    var a = state[0], b = state[1], c = state[2], d = state[3];
    for (var at = 0; at < 64; at++) {
      var round = at >> 4;
      var mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      var word = start + 4 * ([at, 5 * at + 1, 3 * at + 5, 7 * at][round] % 16);
      var value = data[word] | (data[word + 1] << 8) | (data[word + 2] << 16) | (data[word + 3] << 24);
      var constant = Math.floor(Math.abs(Math.sin(at + 1)) * 4294967296);
      var sum = (mixed + a + constant + value) | 0;
      a = d; d = c; c = b;
      b = (b + _rotated(sum, shifts[round][at % 4])) | 0;
    }
    state = [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
  }
  return state.map(function (word) {
    return [0, 8, 16, 24].map(function (shift) { return _hex((word >>> shift) & 255, 2); }).join("");
  }).join("");
}

function _sha1(bytes) {
  var state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  var data = _padded(bytes, 64, 8, false);
  for (var start = 0; start < data.length; start += 64) {
    var words = [], s = state.slice();
    for (var at = 0; at < 80; at++) {
      var byte = start + 4 * at;
      words.push(at < 16
        ? (data[byte] << 24) | (data[byte + 1] << 16) | (data[byte + 2] << 8) | data[byte + 3]
        : _rotated(words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16], 1));
      var round = Math.floor(at / 20), parity = s[1] ^ s[2] ^ s[3];
      var mixed = [(s[1] & s[2]) | (~s[1] & s[3]), parity, (s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3]), parity][round];
      var constant = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][round];
      var sum = (_rotated(s[0], 5) + mixed + s[4] + constant + words[at]) | 0;
      s = [sum, s[0], _rotated(s[1], 30), s[2], s[3]];
    }
    state = state.map(function (word, index) { return (word + s[index]) | 0; });
  }
  return state.map(function (word) { return _hex(word >>> 0, 8); }).join("");
}

// The first 64 bits after the point of the root of a number, which the constants of SHA-2 are.
function _rootBits(number, degree) {
  var low = 0n, high = 1n << 72n, value = BigInt(number) << BigInt(64 * degree);
  while (high - low > 1n) {
    var middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= value) { low = middle; } else { high = middle; }
  }
  return low & 0xffffffffffffffffn;
}

function _primes(count) {
  var primes = [];
  for (var number = 2; primes.length < count; number++) {
    if (primes.every(function (prime) { return number % prime; })) { primes.push(number); }
  }
  return primes;
}

// Computed once for each script and number of rounds.
var _sha2Constants = {};
function _roundConstants(rounds) {
  if (!_sha2Constants[rounds]) {
    _sha2Constants[rounds] = _primes(rounds).map(function (prime) { return _rootBits(prime, 3); });
  }
  return _sha2Constants[rounds];
}

function _sha2(bytes, bits, initialPrimes, rounds, rotations, digestWords) {
  var width = BigInt(bits), mask = (1n << width) - 1n, size = bits / 8;
  var spare = 64n - width;
  var constants = _roundConstants(rounds).map(function (constant) { return constant >> spare; });
  var state = initialPrimes.map(function (prime) { return _rootBits(prime, 2) >> spare; });
  var rotate = function (word, count) { return ((word >> count) | (word << (width - count))) & mask; };
  var mix = function (word, counts, isShift) {
    var last = isShift ? word >> counts[2] : rotate(word, counts[2]);
    return rotate(word, counts[0]) ^ rotate(word, counts[1]) ^ last;
  };
  var data = _padded(bytes, 16 * size, 2 * size, false);
  for (var start = 0; start < data.length; start += 16 * size) {
    var words = [], s = state.slice();
    for (var at = 0; at < rounds; at++) {
      if (at < 16) {
        var word = 0n;
        for (var byte = 0; byte < size; byte++) { word = (word << 8n) | BigInt(data[start + at * size + byte]); }
        words.push(word);
      } else {
        words.push((words[at - 16] + mix(words[at - 15], rotations[0], true) + words[at - 7]
          + mix(words[at - 2], rotations[1], true)) & mask);
      }
      var choice = (s[4] & s[5]) ^ (~s[4] & mask & s[6]);
      var one = s[7] + mix(s[4], rotations[3], false) + choice + constants[at] + words[at];
      var other = mix(s[0], rotations[2], false) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      s = [(one + other) & mask, s[0], s[1], s[2], (s[3] + one) & mask, s[4], s[5], s[6]];
    }
    state = state.map(function (word, index) { return (word + s[index]) & mask; });
  }
  return state.slice(0, digestWords).map(function (word) { return _hex(word, bits / 4); }).join("");
}

var _SHA_256 = [[7n, 18n, 3n], [17n, 19n, 10n], [2n, 13n, 22n], [6n, 11n, 25n]];
var _SHA_512 = [[1n, 8n, 7n], [19n, 61n, 6n], [28n, 34n, 39n], [14n, 18n, 41n]];

var _DIGESTS = {
  "MD5": _md5,
  "SHA1": _sha1,
  "SHA-256": function (bytes) { return _sha2(bytes, 32, _primes(8), 64, _SHA_256, 8); },
  "SHA-384": function (bytes) { return _sha2(bytes, 64, _primes(16).slice(8), 80, _SHA_512, 6); },
  "SHA-512": function (bytes) { return _sha2(bytes, 64, _primes(8), 80, _SHA_512, 8); }
};
