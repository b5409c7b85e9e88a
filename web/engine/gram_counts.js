// How often each gram of normal lines comes: in all, in each fold, in windows of lines. A part of learning.js.

/**
 * Lines of equal words.
 * @typedef {object} KindOfLine
 * @property {number[]} grams indexes of the grams that end at its words, three for each
 * @property {number[]} contexts of the same
 * @property {Set<number>} pairs indexes of its grams of two words
 * @property {Map<number, number>} folds how many such lines each fold has
 */

class GramCounts {
  /**
   * @param {string[]} keys the words of each line
   * @param {Int32Array} folds of the lines
   * @param {number} count of the folds
   */
  constructor(keys, folds, count) {
    this.keys = keys;
    this.count = count;
    /** @type {Map<number, number>} */
    this.grams = new Map(); // their indexes
    /** @type {Map<number, number>} */
    this.contexts = new Map();
    /** @type {number[]} */
    this.contextOf = []; // hash of each gram's context; where several grams have one hash, the least
    /** @type {Map<string, KindOfLine>} */
    this.kinds = new Map();
    keys.forEach((key, i) => {
      const { folds: found } = entryOf(this.kinds, key, () => this.kindOf(key ? key.split(' ') : []));
      found.set(folds[i], (found.get(folds[i]) ?? 0) + 1);
    });
    this.byFold = new Int32Array(this.grams.size * count);
    this.contextByFold = new Int32Array(this.contexts.size * count);
    for (const kind of this.kinds.values()) {
      for (const [fold, lines] of kind.folds) {
        for (const gram of kind.grams) this.byFold[gram * count + fold] += lines;
        for (const context of kind.contexts) this.contextByFold[context * count + fold] += lines;
      }
    }
    this.all = sumsOfRows(this.byFold, count);
    this.contextAll = sumsOfRows(this.contextByFold, count);
    this.types = new Int32Array(this.contexts.size); // different words that came next
    this.lone = new Int32Array(this.contexts.size * count); // of these, those that came in this fold alone
    for (const gram of this.grams.values()) {
      const context = /** @type {number} */ (this.contexts.get(this.contextOf[gram]));
      this.types[context]++;
      const folds = Array.from(this.byFold.subarray(gram * count, (gram + 1) * count).entries()).filter(
        ([, n]) => n,
      );
      if (folds.length === 1) this.lone[context * count + folds[0][0]]++;
    }
  }

  /**
   * @param {string[]} words
   * @returns {KindOfLine}
   */
  kindOf(words) {
    const keys = contextsOf(words).flat();
    const contexts = keys.map((key) => entryOf(this.contexts, key, () => this.contexts.size));
    const grams = gramsOf(words)
      .flat()
      .map((key) => entryOf(this.grams, key, () => this.grams.size));
    grams.forEach((gram, i) => (this.contextOf[gram] = Math.min(this.contextOf[gram] ?? Infinity, keys[i])));
    const pairs = new Set(grams.filter((_, i) => i % 3 === 1));
    return { grams, contexts, pairs, folds: new Map() };
  }

  /** All words. @returns {Gram} */
  get root() {
    const root = /** @type {number} */ (this.contexts.get(ROOT));
    return { count: this.contextAll[root], types: this.types[root] };
  }

  /** All grams by their hashes. */
  entries() {
    /** @type {Map<number, Gram>} */
    const entries = new Map();
    for (const [key, gram] of this.grams) entries.set(key, { count: this.all[gram], types: 0 });
    const begin = wordHash(BEGIN);
    const begun = [hash(1, begin), hash(hash(2, begin), begin)];
    for (const [key, context] of this.contexts) {
      if (key !== ROOT && (entries.has(key) || begun.includes(key)))
        entries.set(key, { count: this.contextAll[context], types: this.types[context] });
    }
    return entries;
  }

  /**
   * The tail of the lines' scores, each line by what the other folds know; where `known`, by what all know.
   * @param {number} lines
   * @param {boolean} known
   */
  tail(lines, known) {
    const scores = [];
    for (const kind of this.kinds.values()) {
      for (const fold of kind.folds.keys()) {
        scores.push(lineScore(this.bits(kind, fold, known ? 0 : 1)));
      }
    }
    return tailOf(scores, lines, SCALE_OF_BITS);
  }

  /**
   * The bits of the words of a line.
   * @param {KindOfLine} kind
   * @param {number} fold
   * @param {number} leftOut 1 where what this fold knows does not count, else 0
   */
  bits({ grams, contexts }, fold, leftOut) {
    const { count, all, byFold, contextAll, contextByFold, types, lone } = this;
    const bits = [];
    for (let i = 0, p = ANYTHING; i < grams.length; i++) {
      const [gram, context] = [grams[i], contexts[i]];
      const times = all[gram] - leftOut * byFold[gram * count + fold];
      const above = contextAll[context] - leftOut * contextByFold[context * count + fold];
      const different = types[context] - leftOut * lone[context * count + fold];
      if (different > 0) p = (times + different * p) / (above + different);
      if (i % 3 < 2) continue;
      bits.push(-Math.log2(p));
      p = ANYTHING;
    }
    return bits;
  }

  /** The lines of each gram of two words, by rising hashes of the grams. */
  linesOfPairs() {
    /** @type {Map<number, number[]>} */
    const lines = new Map();
    this.keys.forEach((key, line) => {
      for (const pair of this.kinds.get(key)?.pairs ?? []) entryOf(lines, pair, () => []).push(line);
    });
    const pairs = Array.from(this.grams).filter(([, gram]) => lines.has(gram));
    pairs.sort(([one], [other]) => one - other);
    return pairs.map(([key, gram]) => ({ key, lines: lines.get(gram) ?? [] }));
  }
}

/**
 * Learn how often each pair of words comes in windows of lines, and how long it stays away in ticks.
 * @param {Profile} profile
 * @param {GramCounts} grams
 * @param {Int32Array} folds of the lines
 * @param {Float64Array} ticks of the lines
 */
function addRates(profile, grams, folds, ticks) {
  const duration = ticks[ticks.length - 1] + 1;
  const starts = Array.from({ length: grams.count }, (_, fold) => ticks[folds.indexOf(fold)]);
  /** @type {number[]} */
  const more = [];
  /** @type {number[]} */
  const fewer = [];
  for (const { key, lines } of grams.linesOfPairs()) {
    const most = profile.windows.map((width) => {
      const [all, byFold] = mostInWindow(lines, folds, grams.count, width);
      const [highest, second] = highestTwo(byFold);
      if (second > 0 && highest > second) more.push(moreScore(highest, second, width, folds.length));
      return all;
    });
    const at = lines.map((line) => ticks[line]);
    const gap = longestGap(at, -1, duration);
    profile.rates.set(key, { count: lines.length, most, gap });
    const share = lines.length / duration;
    if (lines.length < FEWEST_TO_MISS || gap * share > 4 * REGULAR) continue;
    const gaps = starts.map((start, fold) => {
      const inFold = at.filter((_, i) => folds[lines[i]] === fold);
      return longestGap(inFold, start - 1, starts[fold + 1] ?? duration);
    });
    const [longest, second] = highestTwo(gaps);
    if (second * share <= REGULAR) fewer.push(fewerScore(longest, second, share));
  }
  profile.tails.more = tailOf(more, folds.length, 1);
  profile.tails.fewer = tailOf(fewer, folds.length, 1);
}

/**
 * How many of some rising lines lie in one window at most: of all, and of each fold by itself.
 * @param {number[]} lines
 * @param {Int32Array} folds
 * @param {number} count of the folds
 * @param {number} width
 * @returns {[all: number, byFold: number[]]}
 */
function mostInWindow(lines, folds, count, width) {
  const byFold = new Array(count).fill(0);
  let [all, begin, foldBegin] = [0, 0, 0];
  for (let i = 0; i < lines.length; i++) {
    const fold = folds[lines[i]];
    while (lines[begin] <= lines[i] - width) begin++;
    while (folds[lines[foldBegin]] < fold) foldBegin++;
    all = Math.max(all, i - begin + 1);
    byFold[fold] = Math.max(byFold[fold], i - Math.max(begin, foldBegin) + 1);
  }
  return [all, byFold];
}

/**
 * The longest time between some rising ticks, a tick before all of them and one behind.
 * @param {number[]} ticks
 * @param {number} before
 * @param {number} behind
 */
function longestGap(ticks, before, behind) {
  let longest = 0;
  for (const tick of ticks) {
    longest = Math.max(longest, tick - before);
    before = tick;
  }
  return Math.max(longest, behind - before);
}

/**
 * The sums of the rows of a table.
 * @param {Int32Array} table [n, columns]
 * @param {number} columns
 */
function sumsOfRows(table, columns) {
  const sums = new Int32Array(table.length / columns);
  for (let i = 0; i < table.length; i++) sums[Math.floor(i / columns)] += table[i];
  return sums;
}
