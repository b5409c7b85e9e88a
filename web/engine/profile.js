// What is known of normal lines: which words follow which, what values are usual, how often things come. See
// service/checking/profile.py.

const WINDOWS = [32, 256, 2048]; // lines in which it is counted how often something comes
const STAND_OUT = 10_000;
const ANYTHING = 1 / 20_000; // probability of a word that was never seen
const WORST_WORDS = 3; // of a line, whose mean is the line's score
const DOUBT = 8; // of the most that was seen in a window, as many times as the window's share of all lines
const REGULAR = 6; // a gram that never stayed away for more than so many times its mean distance can be missed
const DETECTORS = ['words', 'values', 'more', 'fewer', 'clock', 'surprise'];

/** @typedef {{ count: number, types: number }} Gram how often it came, and how many different words came next */
/** @typedef {{ count: number, most: number[], gap: number }} Rate of two words: in each window and from one to the next, at most */
/** @typedef {{ low: number, high: number, lowScale: number, highScale: number }} Values amounts of one place and kind, as log2(1 + size) */
/** @typedef {{ bits: number, seen: boolean }} WordBits what a word cost, and whether it was seen with the word before it */

/** What is known of some normal lines. */
class Profile {
  constructor() {
    this.lines = 0;
    this.logs = 1; // that the lines are of; of several, one that is checked need not have what the others have
    this.duration = 1; // in ticks: seconds where lines have times, lines elsewhere
    this.shift = 0; // of 32-bit hashes, whose lower bits are left out
    /** @type {Gram} */
    this.root = { count: 0, types: 0 };
    /** @type {Map<number, Gram>} */
    this.grams = new Map();
    /** @type {Map<number, Rate>} */
    this.rates = new Map(); // by rising grams
    /** @type {Set<number>} */
    this.literal = new Set(); // hashes of places whose identifiers count as words
    /** @type {Map<number, Values>} */
    this.values = new Map(); // by hash of the place, and of the kind of amount
    /** @type {number[]} */
    this.windows = []; // those of WINDOWS that fit often enough into the lines
    this.longestPause = 0; // seconds from line to line
    this.farthestBack = 0; // seconds that the clock went back
    this.timed = false;
    /** @type {Record<string, Tail>} */
    this.tails = {};
    this.standOut = STAND_OUT; // a line stands out when at most one normal line in so many looks as strange
  }

  /**
   * A profile that came from a worker.
   * @param {Partial<Profile>} fields
   */
  static of(fields) {
    return Object.assign(new Profile(), fields);
  }

  /** The same for lines that do not follow one another: of their times and of how often they come nothing is told. */
  ofSingleLines() {
    return Profile.of({ ...this, timed: false, rates: new Map() });
  }

  /** What is needed to tell the words and the numbers of a line. */
  get places() {
    const { shift, literal, values } = this;
    return { shift, literal, values };
  }

  /**
   * The words of a line as they count: identifiers of literal places as they stand.
   * @param {Word[]} words
   * @param {string} line
   */
  sequence(words, line) {
    return words.map(({ text, begin, end, place }) =>
      text === IDENTIFIER && this.isLiteral(place) ? line.slice(begin, end) : text,
    );
  }

  /**
   * Whether the identifiers of a place belong to the language of the log, as the status of a request does.
   * @param {string} place
   */
  isLiteral(place) {
    return this.literal.has(wordHash(place) >>> this.shift);
  }

  /**
   * Whether a word stood in normal lines, wherever.
   * @param {string} word
   */
  knows(word) {
    return this.grams.has(hash(1, wordHash(word)) >>> this.shift);
  }

  /**
   * The bits of each word, and of the end, each after the two before it: what a context has seen, and, with the share of
   * new words that it met, what a shorter context says. Where nothing is known, no word is strange.
   * @param {string[]} sequence
   * @returns {WordBits[]}
   */
  bits(sequence) {
    const contexts = contextsOf(sequence);
    return gramsOf(sequence).map((grams, i) => {
      if (!this.root.types) return { bits: 0, seen: true };
      let p = ANYTHING;
      let seen = false;
      for (let order = 0; order < grams.length; order++) {
        const context = contexts[i][order];
        const above = context === ROOT ? this.root : this.grams.get(context >>> this.shift);
        if (!above?.types) continue;
        const known = this.grams.get(grams[order] >>> this.shift);
        p = ((known?.count ?? 0) + above.types * p) / (above.count + above.types);
        if (order === 1 && known) seen = true;
      }
      return { bits: -Math.log2(p), seen };
    });
  }

  /**
   * How far a number lies outside what is usual in its place; 0 inside.
   * @param {string} place
   * @param {string} text
   */
  valueScore(place, text) {
    const amount = amountOf(text);
    const usual = amount && this.usual(place, amount);
    if (!usual) return 0;
    const y = Math.log2(1 + amount.size);
    return Math.max(0, (y - usual.high) / usual.highScale, (usual.low - y) / usual.lowScale);
  }

  /**
   * @param {string} place
   * @param {Amount} amount
   */
  usual(place, amount) {
    return this.values.get(wordHash(placeOfAmount(place, amount)) >>> this.shift);
  }

  /**
   * Why a number is strange of which `valueScore` says that it is.
   * @param {string} place
   * @param {string} text
   */
  describeValue(place, text) {
    const amount = /** @type {Amount} */ (amountOf(text));
    const { low, high } = /** @type {Values} */ (this.usual(place, amount));
    const { scale, unit } = amount;
    const name = place.replace(/^\^/, '').replaceAll(IDENTIFIER, '#').replaceAll(TIME_WORD, '#');
    const where = `${quotedWords(text)} ${name ? `after ${quotedWords(name)}` : 'at the beginning of the line'}`;
    if (Math.log2(1 + amount.size) > high)
      return `${where}: at most ${formatUsual((2 ** high - 1) / scale)}${unit} was usual`;
    return `${where}: at least ${formatUsual((2 ** low - 1) / scale)}${unit} was usual`;
  }

  /**
   * Of how many normal lines one looks at least this strange, as the rarest of all detectors goes.
   * @param {string} detector
   * @param {number} score
   */
  oneIn(detector, score) {
    const tail = this.tails[detector];
    return tail ? Math.max(1, tailOneIn(tail, score) / Object.keys(this.tails).length) : 1;
  }
}

/**
 * The mean of the worst words of a line.
 * @param {number[]} bits
 */
function lineScore(bits) {
  const worst = Array.from(bits)
    .sort((a, b) => b - a)
    .slice(0, WORST_WORDS);
  return worst.reduce((sum, cost) => sum + cost, 0) / worst.length;
}

/**
 * How much more often something came in a window than ever, in nats: as unlikely as for a Poisson process. Few windows fit
 * into few lines, so that the most that was seen in them says less.
 * @param {number} count
 * @param {number} most
 * @param {number} width
 * @param {number} lines
 */
function moreScore(count, most, width, lines) {
  const usual = Math.max(most, 1) * (1 + (DOUBT * width) / lines);
  return count > usual ? count * Math.log(count / usual) - (count - usual) : 0;
}

/**
 * How unlikely it is, in nats, that what comes in this share of ticks stays away for so many.
 * @param {number} gap
 * @param {number} longest
 * @param {number} share
 */
function fewerScore(gap, longest, share) {
  return Math.max(0, (gap - longest) * share);
}

/**
 * How much longer a pause is than ever, as a logarithm.
 * @param {number} seconds
 * @param {number} longest
 */
function pauseScore(seconds, longest) {
  return Math.max(0, Math.log((seconds + 1) / (longest + 1)));
}

/**
 * A number with three digits, or whole.
 * @param {number} x
 */
function formatUsual(x) {
  const nearly = x + Math.min(x * NEARLY, MOST_ADDED);
  if (nearly >= 100) return formatCount(Math.floor(nearly + 0.5));
  const rounded = Number(nearly.toPrecision(3));
  if (!rounded || rounded >= 1e-4) return String(rounded);
  return rounded.toExponential().replace(/e-(\d)$/, 'e-0$1');
}

const NEARLY = 1e-9; // what is added before rounding, so that halves are rounded alike in all languages
const MOST_ADDED = 0.1; // so that large whole numbers stay what they are
