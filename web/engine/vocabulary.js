// Characters and their ids, as in model/vocabulary.py. A token is one Unicode code point, not a UTF-16 unit. Id 0 is
// the escape: it stands for every character without an id. Id 1 is the newline: it ends a line and begins the next.

const ESCAPE = 0;
const NEWLINE = 1;
const RESERVED = 2;
const REPLACEMENT = '\ufffd';

/** The code point number i of `characters` has id i + 2. */
class Vocabulary {
  /** @param {string} characters neither the newline nor a surrogate is among them */
  constructor(characters) {
    this.alphabet = [REPLACEMENT, '\n', ...characters];
    /** @type {Map<number, number>} */
    this.ids = new Map();
    // U+FFFD is an unknown character like any other, unless it is among the characters: id 0 is the escape.
    this.alphabet.forEach((character, id) => this.ids.set(Number(character.codePointAt(0)), id));
  }

  /** How many ids there are, the escape and the newline among them. */
  get size() {
    return this.alphabet.length;
  }

  /**
   * The id of a code point; an unknown one becomes the escape.
   * @param {number} code
   */
  id(code) {
    return this.ids.get(code) ?? ESCAPE;
  }

  /**
   * The ids of a text's code points.
   * @param {string} text
   */
  encode(text) {
    return codePoints(text).map((code) => this.id(code));
  }

  /**
   * The text of some ids; an escape is shown as U+FFFD.
   * @param {Iterable<number>} tokens
   */
  decode(tokens) {
    return Array.from(tokens, (token) => this.alphabet[token]).join('');
  }
}

/**
 * The code points of a text. A lone surrogate counts as one.
 * @param {string} text
 * @returns {Int32Array}
 */
function codePoints(text) {
  const codes = new Int32Array(text.length);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = Number(text.codePointAt(i));
    codes[count++] = code;
    if (code > 0xffff) i++;
  }
  return codes.subarray(0, count);
}

const ESCAPE_COSTS = [
  1 + 7,
  2 + Math.log2(0x800 - 0x80),
  3 + Math.log2(0x10000 - 0x800),
  3 + Math.log2(0x100000),
];

/**
 * The bits that name a character after an escape. The code is a complete prefix code over all of Unicode: first the
 * length of the character in UTF-8, then its number among the characters of that length.
 * @param {number} code
 */
function escapeBits(code) {
  return ESCAPE_COSTS[code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3];
}
