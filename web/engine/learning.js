// Learn the profile of normal lines, and measure on lines left out of it how rare its scores are: the profile that
// service/checking/learning.py learns of the same logs.
//
// The lines are divided into folds: stretches of one log, or whole logs. Each fold is scored by what the others know.

const FOLDS = 10;
const LEAST_STAND_OUT = 100; // beside good logs a line stands out when it is rarer than one in so many, at least
const FEW_LINES = 10_000; // up to so many, logs of one job cannot say how much is new the next time
const FEWEST_IN_PLACE = 20; // identifiers, before a place can be literal
const MOST_LITERAL = 64; // different identifiers of a literal place
const LONG_DIGITS = /^[0-9]{4,}$/;
const LONE_SHARE = 0.005; // of the identifiers of a literal place, that stood in one fold alone
const FEWEST_NUMBERS = 50; // of a place whose values are judged
const COUNTERS = 50; // a number that changes so often in one direction for once in the other is a counter
const OUTLIERS = 50; // one in so many numbers tells how far the extreme ones lie from each other
const FEWEST_OUTLIERS = 8; // of which it is told, at least: a smaller number says little
const LEAST_STEP = 0.05;
const FEWEST_TO_MISS = 20; // times that a gram came, before it can be missed
const SCALE_OF_BITS = 1 / Math.LN2;

/** The words of normal logs, from which a profile is learned. */
class Table {
  constructor() {
    /** @type {Map<string, number>} */
    this.numbers = new Map(); // of the names
    /** @type {string[]} */
    this.names = [];
    /** @type {number[]} */
    this.words = []; // the number of the name of each word, line after line
    /** @type {number[]} */
    this.ends = []; // of the lines, in `words`
    /** @type {number[]} */
    this.values = []; // of the identifiers, in their order: the name that each is
    /** @type {number[]} */
    this.places = []; // and the name of its place
    /** @type {(Moment | undefined)[]} */
    this.moments = [];
    /** @type {number[]} */
    this.logs = []; // lines of each log that has some
    this.identifier = this.number(IDENTIFIER);
  }

  get lines() {
    return this.ends.length;
  }

  /**
   * More lines of a log.
   * @param {string[]} lines
   * @param {boolean} begins whether they are its first
   */
  add(lines, begins) {
    if (!lines.length) return;
    if (begins) this.logs.push(0);
    this.logs[this.logs.length - 1] += lines.length;
    for (const line of lines) {
      const words = wordsOf(line);
      for (const { text, begin, end, place } of words) {
        this.words.push(this.number(text));
        if (text !== IDENTIFIER) continue;
        this.values.push(this.number(line.slice(begin, end)));
        this.places.push(this.number(place));
      }
      this.ends.push(this.words.length);
      this.moments.push(momentAt(line, words));
    }
  }

  /** @param {string} name */
  number(name) {
    let known = this.numbers.get(name);
    if (known === undefined) {
      known = this.names.push(name) - 1;
      this.numbers.set(name, known);
    }
    return known;
  }

  /** The fold of each line, and how many folds there are. */
  folds() {
    const folds = new Int32Array(this.lines);
    const isOne = this.logs.length === 1;
    const count = isOne ? FOLDS : this.logs.length;
    let [begin, fold] = [0, 0];
    for (let i = 0; i < count; i++) {
      const end = isOne ? Math.floor((this.lines * (i + 1)) / FOLDS) : begin + this.logs[i];
      folds.fill(fold, begin, end);
      if (end > begin) fold++;
      begin = end;
    }
    return { folds, count: fold };
  }

  /**
   * The whole profile, and the words of each line as they count. `sameJob`: the logs, and the one to check, may each tell
   * of one whole job, in which hardly a line comes twice. A few such logs cannot say how much is new the next time: their
   * lines are scored as they were learned.
   * @param {boolean} sameJob
   */
  learn(sameJob) {
    const profile = new Profile();
    if (!this.lines) return { profile, keys: [] };
    const { folds, count } = this.folds();
    const lineOfIdentifier = this.linesOfIdentifiers();
    const foldOf = (/** @type {number} */ i) => folds[lineOfIdentifier[i]];
    const literal = this.literalPlaces(foldOf);
    const keys = this.keys(literal);
    const grams = new GramCounts(keys, folds, count);
    const clock = this.clock(folds, count);
    profile.lines = this.lines;
    profile.root = grams.root;
    profile.grams = grams.entries();
    profile.windows = WINDOWS.filter((width) => width * FOLDS <= this.lines);
    profile.literal = new Set(Array.from(literal, (place) => wordHash(this.names[place])));
    profile.tails.words = grams.tail(this.lines, sameJob && this.lines <= FEW_LINES);
    this.addValues(profile, literal, foldOf);
    addRates(profile, grams, folds, clock.ticks);
    if (clock.tail) {
      profile.tails.clock = clock.tail;
      profile.timed = true;
    }
    [profile.longestPause, profile.farthestBack] = [clock.pause, clock.back];
    profile.duration = clock.ticks[this.lines - 1] + 1;
    return { profile, keys };
  }

  linesOfIdentifiers() {
    const lines = new Int32Array(this.values.length);
    let [line, i] = [0, 0];
    this.words.forEach((word, at) => {
      while (at === this.ends[line]) line++;
      if (word === this.identifier) lines[i++] = line;
    });
    return lines;
  }

  /**
   * Places that hold few different identifiers, hardly one of which came in one fold alone. Those are no numbers of
   * processes, and no range of numbers; of one log, no single long number either: a port that was asked from all the time
   * may be another the next time.
   * @param {(identifier: number) => number} foldOf
   */
  literalPlaces(foldOf) {
    /** @type {Map<number, Map<number, { count: number, fold: number, isLone: boolean }>>} */
    const found = new Map();
    for (let i = 0; i < this.places.length; i++) {
      const fold = foldOf(i);
      const values = entryOf(found, this.places[i], () => new Map());
      const value = entryOf(values, this.values[i], () => ({ count: 0, fold, isLone: true }));
      value.count++;
      if (value.fold !== fold) value.isLone = false;
    }
    /** @type {Set<number>} */
    const literal = new Set();
    for (const [place, values] of found) {
      let [count, lone] = [0, 0];
      for (const value of values.values()) {
        count += value.count;
        if (value.isLone) lone += value.count;
      }
      const isFew = count >= FEWEST_IN_PLACE && values.size <= MOST_LITERAL && lone <= LONE_SHARE * count;
      if (!isFew || isProcess(this.names[place])) continue;
      const names = Array.from(values.keys(), (value) => this.names[value]);
      const isOneNumber = this.logs.length === 1 && names.length === 1 && LONG_DIGITS.test(names[0]);
      if (!isOneNumber && !areRange(names)) literal.add(place);
    }
    return literal;
  }

  /**
   * The words of each line as they count, with spaces between; equal keys are the same text.
   * @param {Set<number>} literal
   */
  keys(literal) {
    let [at, i] = [0, 0];
    return this.ends.map((end) => {
      const words = [];
      for (; at < end; at++) {
        let word = this.words[at];
        if (word === this.identifier) {
          if (literal.has(this.places[i])) word = this.values[i];
          i++;
        }
        words.push(this.names[word]);
      }
      return words.join(' ');
    });
  }

  /**
   * What the times of the lines tell: the longest pause and the farthest step back in seconds, and the ticks of the lines:
   * seconds since the first, or their numbers where few lines have a time.
   * @param {Int32Array} folds
   * @param {number} count of the folds
   */
  clock(folds, count) {
    const [pauses, backs] = [new Array(count).fill(0), new Array(count).fill(0)];
    const steps = new Float64Array(this.lines);
    const breaks = new Set();
    this.logs.slice(0, -1).reduce((end, lines) => (breaks.add(end + lines), end + lines), 0);
    let timed = 0;
    let isBroken = false;
    /** @type {Moment | undefined} */
    let last;
    this.moments.forEach((now, i) => {
      if (breaks.has(i)) isBroken = true;
      if (!now) return;
      timed++;
      if (last && !isBroken) {
        steps[i] = secondsBetween(last, now);
        pauses[folds[i]] = Math.max(pauses[folds[i]], steps[i]);
        backs[folds[i]] = Math.max(backs[folds[i]], -steps[i]);
      }
      [last, isBroken] = [now, false];
    });
    if (timed < FEWEST_NUMBERS) return { pause: 0, back: 0, tail: undefined, ticks: steps.map((_, i) => i) };
    const [pause, back] = [Math.max(...pauses), Math.max(...backs)];
    const scores = [];
    if (count > 1) for (const longest of [pauses, backs]) scores.push(pauseScore(...highestTwo(longest)));
    let tick = 0;
    const ticks = steps.map((step) => (tick += Math.min(Math.max(step, 0), pause)));
    return { pause, back, tail: tailOf(scores, this.lines, 1), ticks };
  }

  /**
   * The amounts of each place that is not literal and does not count up or down.
   * @param {Profile} profile
   * @param {Set<number>} literal
   * @param {(identifier: number) => number} foldOf
   */
  addValues(profile, literal, foldOf) {
    /** @type {Map<string, { x: number, y: number, fold: number, step: number }[]>} */
    const numbers = new Map();
    for (let i = 0; i < this.places.length; i++) {
      const place = this.names[this.places[i]];
      const amount = literal.has(this.places[i]) ? undefined : amountOf(this.names[this.values[i]]);
      if (!amount || isProcess(place)) continue;
      const { size, scale, decimals } = amount;
      const number = { x: size, y: Math.log2(1 + size), fold: foldOf(i), step: decimals ? 0 : scale };
      const name = placeOfAmount(place, amount);
      entryOf(numbers, name, () => /** @type {(typeof number)[]} */ ([])).push(number);
    }
    /** @type {number[]} */
    const scores = [];
    for (const [name, found] of numbers) {
      if (found.length < FEWEST_NUMBERS || isCounter(found.map(({ x }) => x))) continue;
      found.sort((a, b) => a.x - b.x);
      const { usual, cross } = usualNumbers(found);
      if (!usual) continue;
      profile.values.set(wordHash(name), usual);
      for (const score of cross) scores.push(score);
    }
    profile.tails.values = tailOf(scores, this.lines, 1);
  }
}

/**
 * Whether numbers only rise from line to line, or only fall: a clock, a counter.
 * @param {number[]} numbers
 */
function isCounter(numbers) {
  let [rises, falls] = [0, 0];
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i] > numbers[i - 1]) rises++;
    if (numbers[i] < numbers[i - 1]) falls++;
  }
  const often = Math.max(rises, falls);
  return 2 * often >= FEWEST_NUMBERS && Math.min(rises, falls) * COUNTERS <= often;
}

/**
 * What is usual among rising numbers, and the score of each fold by the others; nothing where they drift or are all one.
 * @param {{ x: number, y: number, fold: number, step: number }[]} numbers x: their sizes; y: log2(1 + x)
 * @returns {{ usual: Values | undefined, cross: number[] }}
 */
function usualNumbers(numbers) {
  const n = numbers.length;
  const y = numbers.map((number) => number.y);
  const few = Math.max(FEWEST_OUTLIERS, Math.floor(n / OUTLIERS));
  const step = numbers.reduce((least, number) => Math.min(least, number.step), Infinity); // from one to the next
  const sum = (/** @type {number[]} */ some) => some.reduce((total, one) => total + one, 0);
  const [least, largest] = [numbers[0].x, numbers[n - 1].x];
  if (least === largest) return { usual: undefined, cross: [] };
  const usual = {
    low: y[0],
    high: y[n - 1],
    lowScale: Math.max(stepBelow(least, step), y[few - 1] - sum(y.slice(0, few)) / few),
    highScale: Math.max(stepAbove(largest, step), sum(y.slice(n - few)) / few - y[n - few]),
  };
  const cross = [];
  let beyond = 0;
  for (const fold of new Set(numbers.map((number) => number.fold))) {
    const inside = y.filter((_, i) => numbers[i].fold === fold);
    const others = y.filter((_, i) => numbers[i].fold !== fold);
    if (!others.length) continue;
    const [lowest, highest] = [others[0], others[others.length - 1]];
    for (const one of inside) {
      if (one > highest + usual.highScale) beyond++;
      if (one < lowest - usual.lowScale) beyond++;
    }
    const over = (inside[inside.length - 1] - highest) / usual.highScale;
    cross.push(Math.max(0, over, (lowest - inside[0]) / usual.lowScale));
  }
  if (beyond > Math.max(4, Math.floor(n / 500))) return { usual: undefined, cross: [] };
  return { usual, cross };
}

/**
 * From a size to the next lower one, as log2(1 + size): less far is not strange.
 * @param {number} size
 * @param {number} step
 */
function stepBelow(size, step) {
  return Math.max(LEAST_STEP, Math.log2(1 + size) - Math.log2(Math.max(1, 1 + size - step)));
}

/**
 * From a size to the next higher one.
 * @param {number} size
 * @param {number} step
 */
function stepAbove(size, step) {
  return Math.max(LEAST_STEP, Math.log2(1 + size + step) - Math.log2(1 + size));
}

/**
 * The two highest of some numbers.
 * @param {number[]} numbers
 * @returns {[number, number]}
 */
function highestTwo(numbers) {
  const [highest, second] = Array.from(numbers).sort((a, b) => b - a);
  return [highest, second];
}

/**
 * What a map has for a key; made if need be.
 * @template K, V
 * @param {Map<K, V>} map
 * @param {K} key
 * @param {() => V} make
 */
function entryOf(map, key, make) {
  let entry = map.get(key);
  if (entry === undefined) {
    entry = make();
    map.set(key, entry);
  }
  return entry;
}

/**
 * What logs that were fine say of another one of their kind.
 * @param {Table} table
 * @param {string[]} first the lines of the first log
 * @returns {Lesson}
 */
function learnFrom(table, first) {
  const { profile, keys } = table.learn(true);
  profile.standOut = Math.max(LEAST_STAND_OUT, Math.min(STAND_OUT, profile.lines));
  return {
    profile,
    expected: keys.length ? expectedLines(first, keys, table.logs, profile.standOut) : undefined,
  };
}
