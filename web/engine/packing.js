// The profile of a weights file: hashes of 19 bits, sorted and written as differences, and rounded counts. Written by
// service/checking/packing.py.

const HASH_BITS = 19;
const COUNT_STEPS = 2; // levels of a count that is doubled
const RATE_STEPS = 4;
const COUNT_BITS = 5;
const GAP_BITS = 8;
const RATE_BITS = 5; // of the level in the first window
const RISE_BITS = 4; // of its rise from window to window
const MOST_TYPES_LEVEL = 31;
const VALUE_BITS = 11;
const VALUE_STEPS = 32; // of one doubling of a number
const MOST_ENTRIES = 20_000;
const MOST_COUNT = 2 ** 40;
const NEVER = 2 ** 40; // a gap that is not known

/**
 * The profile of a card's `profile` and its bytes. Throws WeightsFileError, saying what is wrong.
 * @param {any} card
 * @param {DataView} data
 */
function unpackProfile(card, data) {
  if (!isObject(card)) throw damaged('the profile is no object');
  const { windows, timed, words, tails } = card;
  if (!Array.isArray(windows) || windows.some((width, i) => width !== WINDOWS[i]))
    throw damaged(`the profile's windows are ${shown(windows)}, not the first of [${WINDOWS.join(', ')}]`);
  if (typeof timed !== 'boolean')
    throw damaged(`the profile's 'timed' is ${shown(timed)}, not true or false`);
  if (!Array.isArray(words) || words.length !== 2)
    throw damaged('the profile does not say how many words there were');
  if (!isObject(tails) || !Object.keys(tails).every((name) => DETECTORS.includes(name)))
    throw damaged("the profile's tails are not those of known detectors");
  const bits = new BitReader(data);
  const profile = new Profile();
  profile.shift = 32 - HASH_BITS;
  profile.literal = new Set(bits.sortedNumbers());
  for (const key of bits.sortedNumbers()) {
    const count = ofLevel(bits.number(COUNT_BITS), COUNT_STEPS);
    const level = bits.gamma() - 2;
    if (level > MOST_TYPES_LEVEL) throw damaged('the profile holds a context with too many words');
    profile.grams.set(key, { count, types: level < 0 ? 0 : ofLevel(level, COUNT_STEPS) });
    if (bits.number(1)) profile.rates.set(key, unpackRate(bits, count, windows));
  }
  for (const place of bits.sortedNumbers()) {
    const [low, high, lowScale, highScale] = [0, 0, 1, 1].map(
      (least) => Math.max(least, bits.number(VALUE_BITS)) / VALUE_STEPS,
    );
    profile.values.set(place, { low, high, lowScale, highScale });
  }
  profile.lines = wholeOf(card, 'lines');
  profile.logs = wholeOf(card, 'logs');
  profile.duration = Math.max(1, wholeOf(card, 'duration'));
  profile.root = { count: wholeOf(words, 0), types: wholeOf(words, 1) };
  profile.windows = windows;
  profile.longestPause = wholeOf(card, 'pause');
  profile.farthestBack = wholeOf(card, 'back');
  profile.timed = timed;
  for (const name of Object.keys(tails)) profile.tails[name] = tailOfCard(tails[name]);
  return profile;
}

/**
 * @param {BitReader} bits
 * @param {number} count
 * @param {number[]} windows
 * @returns {Rate}
 */
function unpackRate(bits, count, windows) {
  if (count < FEWEST_TO_MISS) return { count, most: windows.map(() => count), gap: NEVER };
  let level = 0;
  const most = windows.map((_, i) => ofLevel((level += bits.number(i ? RISE_BITS : RATE_BITS)), RATE_STEPS));
  return { count, most, gap: bits.number(1) ? ofLevel(bits.number(GAP_BITS), RATE_STEPS) : NEVER };
}

/**
 * @param {number} level
 * @param {number} steps
 */
function ofLevel(level, steps) {
  return Math.floor(2 ** (level / steps) + 0.5);
}

/**
 * @param {any} holder
 * @param {string | number} key
 * @returns {number}
 */
function wholeOf(holder, key) {
  const value = holder[key];
  if (!Number.isInteger(value) || value < 0 || value >= MOST_COUNT)
    throw damaged(
      `the profile's ${quoted(key)} is ${shown(value)}, not a whole number below ${formatCount(MOST_COUNT)}`,
    );
  return value;
}

/**
 * A wrong value, as much of it as a message has room for, nearly as Python writes it.
 * @param {unknown} value
 */
function shown(value) {
  const names = new Map([
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    [false, 'False'],
  ]);
  const text =
    names.get(/** @type {any} */ (value)) ?? JSON.stringify(value).replaceAll('"', "'").replaceAll(',', ', ');
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Reads numbers of which the highest bit comes first. */
class BitReader {
  /** @param {DataView} data */
  constructor(data) {
    this.data = data;
    this.at = 0; // bits
  }

  /** @param {number} width */
  number(width) {
    if (this.at + width > 8 * this.data.byteLength) throw damaged("the profile's bytes end too early");
    let value = 0;
    for (const end = this.at + width; this.at < end; this.at++)
      value = 2 * value + ((this.data.getUint8(this.at >> 3) >> (7 - (this.at & 7))) & 1);
    return value;
  }

  unary() {
    let value = 0;
    while (this.number(1)) value++;
    return value;
  }

  /** A number from 1 on (Elias's code). */
  gamma() {
    const low = Math.min(this.unary(), HASH_BITS);
    return 2 ** low + this.number(low);
  }

  /** Rising numbers of HASH_BITS, written as their differences (Rice's code). */
  sortedNumbers() {
    const size = this.number(16);
    if (size > MOST_ENTRIES)
      throw damaged(
        `the profile has ${formatCount(size)} entries, at most ${formatCount(MOST_ENTRIES)} are read`,
      );
    const low = Math.max(0, HASH_BITS - Math.max(1, size).toString(2).length);
    let before = 0;
    const found = Array.from({ length: size }, () => (before += this.unary() * 2 ** low + this.number(low)));
    if (before >= 2 ** HASH_BITS) throw damaged('the profile holds hashes that are too large');
    return found;
  }
}
