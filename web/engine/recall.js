// What followed when a line last began like this one, as in model/recall.py: three guesses at the next token.

const REACH = 4096; // tokens
const N_RECALLED = 3; // the same digit, the next number's digit, other text
const MULTIPLIER = 0x9e3779b1; // of the hash of a line's beginning
const ANY_NUMBER = 1; // how any number counts in the hash
const MOST_DIGITS = 15; // of a number that can go on by a step
const MOST_RECALLED = 32; // digits of a number
const MOST_BEGINNINGS = 2 * REACH; // beginnings, before those out of reach are forgotten
const SHARED_FROM = 64; // beginnings; a copy of a text copies fewer, and shares more

/**
 * What followed a beginning: a token, or a number's digits.
 * @typedef {object} Followed
 * @property {number} at the last token of the beginning
 * @property {number} token
 * @property {number[]} digits of a number; empty for a token
 * @property {number} before where the number before it stood, if that followed the same beginning
 * @property {number[]} digitsBefore
 */

/** @type {number[]} */
const NO_DIGITS = [];

/** What one text has read. */
class Recall {
  /** @param {Vocabulary} vocabulary */
  constructor(vocabulary) {
    this.ids = vocabulary.encode('0123456789');
    this.values = new Int8Array(vocabulary.size).fill(-1);
    this.ids.forEach((token, value) => (this.values[token] = value));
    this.values[ESCAPE] = -1;
    /** @type {Map<number, Followed>} */
    this.own = new Map();
    /** @type {Map<number, Followed>} */
    this.shared = new Map(); // older; copies share it, and none writes to it
    this.at = -1; // the newest token
    this.key = 0; // the hash of the line's beginning
    this.begun = 0; // the hash of what stands before the number that is being read
    this.digits = NO_DIGITS; // of that number, MOST_RECALLED at most
    this.typed = 0; // how many digits it has so far
    this.same = NO_DIGITS; // the number that is recalled, as long as what is written agrees
    this.next = NO_DIGITS;
    this.guesses = new Int32Array(N_RECALLED); // the ids that are recalled for the next token; 0: nothing
  }

  /** Another text that has read the same. This is cheap: both share most of what was read from now on. */
  copy() {
    if (this.own.size > SHARED_FROM) {
      this.shared = new Map([...this.shared, ...this.own]);
      this.own = new Map();
    }
    /** @type {Recall} */
    const copy = Object.assign(Object.create(Recall.prototype), this);
    copy.own = new Map(this.own);
    copy.digits = this.digits.slice();
    copy.guesses = this.guesses.slice();
    return copy;
  }

  /**
   * Read one more token, and find `guesses` for the one after it.
   * @param {number} token
   */
  read(token) {
    const { guesses } = this;
    this.at++;
    const value = this.values[token];
    if (value < 0) this.readOther(token);
    else this.readDigit(value);
    const n = this.typed;
    guesses[0] = n < this.same.length ? this.ids[this.same[n]] : 0;
    guesses[1] = n < this.next.length ? this.ids[this.next[n]] : 0;
    guesses[2] = 0;
    if (guesses[0] || guesses[1]) return;
    const known = this.known();
    if (known && !known.digits.length) guesses[2] = known.token;
  }

  /** @param {number} value */
  readDigit(value) {
    const n = this.typed++;
    if (!n) {
      this.begun = this.key;
      this.key = hashed(this.key, ANY_NUMBER);
      this.digits = [];
    }
    if (n < MOST_RECALLED) this.digits.push(value);
    if (this.same[n] !== value) this.same = NO_DIGITS;
    if (this.next[n] !== value) this.next = NO_DIGITS;
  }

  /** @param {number} token */
  readOther(token) {
    if (this.digits.length) this.noteNumber();
    if (this.at) {
      const [at, digits] = [this.at - 1, NO_DIGITS];
      this.own.set(this.key, { at, token, digits, before: 0, digitsBefore: digits });
      if (this.own.size > MOST_BEGINNINGS) this.forget();
    }
    this.key = hashed(token === NEWLINE ? 0 : this.key, token + 2);
    const known = this.known();
    this.same = known ? known.digits : NO_DIGITS;
    this.next = known ? this.following(known) : NO_DIGITS;
  }

  noteNumber() {
    const before = this.own.get(this.begun) ?? this.shared.get(this.begun);
    this.own.set(this.begun, {
      at: this.at - 1 - this.typed,
      token: ESCAPE,
      digits: this.digits,
      before: before ? before.at : 0,
      digitsBefore: before ? before.digits : NO_DIGITS,
    });
    this.digits = NO_DIGITS;
    this.typed = 0;
  }

  forget() {
    const near = [...this.shared, ...this.own].filter(([, { at }]) => this.at - at <= REACH);
    this.shared = new Map();
    this.own = new Map(near);
  }

  /** What is known to have followed the line's beginning. */
  known() {
    const known = this.own.get(this.key) ?? this.shared.get(this.key);
    return known && this.at - known.at <= REACH ? known : undefined;
  }

  /**
   * The digits of the number that comes after the last two.
   * @param {Followed} known
   */
  following({ digits, before, digitsBefore }) {
    if (!digits.length || digits.length > MOST_DIGITS) return NO_DIGITS;
    const value = valueOfDigits(digits);
    const hasStep = digitsBefore.length && digitsBefore.length <= MOST_DIGITS && this.at - before <= REACH;
    const number = value + (hasStep ? value - valueOfDigits(digitsBefore) : 1);
    if (number < 0) return NO_DIGITS;
    return Array.from(String(number).padStart(digits.length, '0'), Number);
  }
}

/**
 * The hash of a beginning that is one symbol longer.
 * @param {number} key
 * @param {number} symbol
 */
function hashed(key, symbol) {
  return (Math.imul(key, MULTIPLIER) + symbol) | 0;
}

/**
 * The value of some digits.
 * @param {number[]} digits
 */
function valueOfDigits(digits) {
  let value = 0;
  for (const digit of digits) value = 10 * value + digit;
  return value;
}
