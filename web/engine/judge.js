// What one line says by itself: its words, how strange they and its numbers are, and what is counted of it. See
// service/checking/judge.py.

const CHEAP = 8; // bits of a word from which on it is shaded
const DEAR = 24; // bits at which it is shaded most
const MOST_SHADED = 6; // words of a line
const MOST_SEQUENCES = 4000; // of words that are remembered

/**
 * What a line says.
 * @typedef {object} Judgement
 * @property {string} template
 * @property {string} key its words as they count, with spaces between
 * @property {number} value the score of its strangest number
 * @property {Moment | undefined} moment
 */

/**
 * What is equal for lines of equal words.
 * @typedef {object} SequenceFacts
 * @property {string[]} sequence the words
 * @property {WordBits[]} bits of each word and of the end
 * @property {number} score of its worst words
 * @property {number[]} pairs grams of two words whose rate is known, each once
 * @property {string} unseen the pairs of words that were never seen, one a line
 */

/** Judges lines by what is known of normal ones. */
class Judge {
  /** @param {Profile} profile */
  constructor(profile) {
    this.profile = profile;
    /** @type {Map<string, SequenceFacts>} */
    this.known = new Map();
  }

  /**
   * What a line says by itself.
   * @param {string} line
   * @returns {Judgement & { words: Word[], strangest: Word | undefined }}
   */
  judge(line) {
    const words = wordsOf(line);
    let value = 0;
    let strangest;
    for (const word of words) {
      if (word.text !== IDENTIFIER) continue;
      const score = this.profile.valueScore(word.place, line.slice(word.begin, word.end));
      if (score > value) [value, strangest] = [score, word];
    }
    const key = this.profile.sequence(words, line).join(' ');
    const moment = momentAt(line, words);
    return { words, strangest, template: templateOf(line, words), key, value, moment };
  }

  /** @param {string} key the words of a line */
  facts(key) {
    let facts = this.known.get(key);
    if (!facts) {
      facts = this.factsOf(key ? key.split(' ') : []);
      if (this.known.size === MOST_SEQUENCES) this.known.clear();
      this.known.set(key, facts);
    }
    return facts;
  }

  /**
   * @param {string[]} sequence
   * @returns {SequenceFacts}
   */
  factsOf(sequence) {
    const { rates, shift } = this.profile;
    const bits = this.profile.bits(sequence);
    const pairs = new Set(gramsOf(sequence).map(([, pair]) => pair >>> shift));
    const words = [BEGIN, ...sequence, END];
    const unseen = bits.flatMap(({ seen }, i) => (seen ? [] : [`${words[i]} ${words[i + 1]}`]));
    return {
      sequence,
      bits,
      score: lineScore(bits.map((cost) => cost.bits)),
      pairs: Array.from(pairs).filter((pair) => rates.has(pair)),
      unseen: unseen.join('\n'),
    };
  }
}

/**
 * The moment of the first time of a line that tells one.
 * @param {string} line
 * @param {Word[]} words
 */
function momentAt(line, words) {
  for (const { text, begin, end } of words) {
    const moment = text === TIME_WORD ? momentOf(line.slice(begin, end)) : undefined;
    if (moment) return moment;
  }
  return undefined;
}

/**
 * The words that make the line strange, in their order.
 * @param {Word[]} words
 * @param {WordBits[]} bits
 */
function shadedWords(words, bits) {
  const dear = words.flatMap(({ begin, end }, i) =>
    bits[i].bits >= CHEAP ? [{ begin, end, bits: bits[i].bits }] : [],
  );
  return dear
    .sort((a, b) => b.bits - a.bits)
    .slice(0, MOST_SHADED)
    .sort((a, b) => a.begin - b.begin)
    .map(({ begin, end, bits }) => ({
      begin,
      end,
      weight: Math.min(1, 0.25 + (0.75 * (bits - CHEAP)) / (DEAR - CHEAP)),
    }));
}
