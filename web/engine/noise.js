// Lines that a log would never write: where a small model loses the thread, it makes up words and never finds back.

const STRANGE_PAIRS = 3; // of words that never stood next to each other; one new word alone makes two
const REPEATS = 6; // of one line in a row; in a log that does not repeat its lines, the model goes in circles

/** Tells noise from lines of a log. Of a log of which nothing is known, no line is noise. */
class Noise {
  /**
   * @param {Profile} profile
   * @param {string[]} context lines of the log
   */
  constructor(profile, context) {
    this.profile = profile;
    this.repeats = context.some((line, i) => line === context[i - 1]);
  }

  /**
   * @param {string} line
   * @param {string[]} before lines of the same future
   */
  isNoise(line, before) {
    const { bits } = bitsOfWords(this.profile, line, wordsOf(line));
    if (bits.filter(({ seen }) => !seen).length >= STRANGE_PAIRS) return true;
    const score = lineScore(bits.map((cost) => cost.bits));
    if (this.profile.oneIn('words', score) >= STAND_OUT) return true;
    if (this.repeats || before.length < REPEATS) return false;
    return before.slice(-REPEATS).every((other) => other === line);
  }
}

/**
 * The words of a line as they count, and the bits of each and of the end. A value costs nothing that the log did not have in
 * a place where it has few: it is new, and no noise.
 * @param {Profile} profile
 * @param {string} line
 * @param {Word[]} words
 */
function bitsOfWords(profile, line, words) {
  const sequence = profile.sequence(words, line);
  const isValue = words.map(({ text }, i) => text === IDENTIFIER && sequence[i] !== text);
  const bits = profile
    .bits(sequence)
    .map((cost, i) => (cost.seen || !(isValue[i] || isValue[i - 1]) ? cost : { bits: 0, seen: true }));
  return { sequence, bits };
}
