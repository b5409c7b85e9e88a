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
    this.judge = new Judge(profile);
    this.repeats = context.some((line, i) => line === context[i - 1]);
  }

  /**
   * @param {string} line
   * @param {string[]} before lines of the same future
   */
  isNoise(line, before) {
    const { score, unseen } = this.judge.facts(this.judge.judge(line).key);
    if (unseen && unseen.split('\n').length >= STRANGE_PAIRS) return true;
    if (this.profile.oneIn('words', score) >= this.profile.standOut) return true;
    if (this.repeats || before.length < REPEATS) return false;
    return before.slice(-REPEATS).every((other) => other === line);
  }
}
