// What stands elsewhere in the place of a strange word: words of the log itself, weighed by the profile. See
// service/checking/followers.py.

const MOST_FOLLOWED = 20_000; // contexts, and lines
const MOST_FOLLOWING = 8; // words of a context
const LEAST_SHARE = 0.5; // of the lines; a word that stands there more rarely is not what was expected

/** Which words came after two others in this log. */
class Followers {
  /** @param {Profile} profile */
  constructor(profile) {
    this.profile = profile;
    /** @type {Map<string, Set<string>>} */
    this.words = new Map();
    /** @type {Set<string>} */
    this.seen = new Set();
  }

  /**
   * Remember the words of a line.
   * @param {string} key
   * @param {string[]} sequence
   */
  add(key, sequence) {
    if (this.seen.size >= MOST_FOLLOWED || this.seen.has(key)) return;
    this.seen.add(key);
    const padded = [BEGIN, BEGIN, ...sequence];
    for (let i = 2; i < padded.length; i++) {
      const context = `${padded[i - 2]} ${padded[i - 1]}`;
      let known = this.words.get(context);
      if (!known) {
        if (this.words.size >= MOST_FOLLOWED) continue;
        this.words.set(context, (known = new Set()));
      }
      if (known.size < MOST_FOLLOWING) known.add(padded[i]);
    }
  }

  /**
   * The word that stands most often where the word `at` does, if it stands there mostly; else ''.
   * @param {string[]} sequence
   * @param {number} at
   */
  likeliest(sequence, at) {
    const padded = [BEGIN, BEGIN, ...sequence, END];
    const near = sequence.slice(Math.max(0, at - 2), at);
    let [best, most] = ['', 0];
    for (const word of this.words.get(`${padded[at]} ${padded[at + 1]}`) ?? []) {
      if (word === padded[at + 2] || word === IDENTIFIER || word === TIME_WORD) continue;
      const share = 2 ** -this.profile.bits([...near, word])[near.length].bits;
      if (share >= LEAST_SHARE && share > most) [best, most] = [word, share];
    }
    return best;
  }
}
