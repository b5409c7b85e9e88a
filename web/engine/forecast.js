// How well the numbers of a line go on from those of the lines before, as in model/forecast.py: each is forecast by a
// regression that learns while it reads, and a line is the more plausible the nearer its numbers are to their forecasts.

const FORECAST_LINES = 2000; // of a log that are read
const FEWEST_LINES = 30; // of a kind, before its numbers are forecast
const MEAN_RATES = [1 / 8, 1 / 32, 1 / 128]; // of the slow means
const LEVEL_RATE = 1 / 2; // of the quick one
const MOST_NUMBERS = 32; // of a line, that are forecast
const EARLIER_NUMBERS = 8; // of the line, that a forecast can use
const FIRST_EARLIER = 2 + MEAN_RATES.length; // behind the constant, the line before and the means
const TERMS = FIRST_EARLIER + EARLIER_NUMBERS;
const LARGEST_TERM = 1e7; // a larger number in the line is an identifier or a time, and no term
const LARGEST_FORECAST = 1e15;
const MOST_DECIMALS = 15;
const FORGETTING = 0.998;
const LEAST_ERROR = 0.4; // units of the last digit
const ERROR_LINES = 100; // that the usual error is of
const CLIPPED = 4; // usual errors: a larger error teaches no more
const JUMP = 5; // usual errors: a larger error is a jump
const JUMP_LINES = 256; // that the share of jumps is of
const OFTEN = 0.005; // a share of jumps that makes a jump half as plausible as it gets
const NUMBERS_OF_LINE = /\d+(?:\.\d+)?/g;

/**
 * What a line says: its text with numbers made alike, and of each number the text before it, its value and its decimals.
 * @param {string} line
 */
function parsedLine(line) {
  /** @type {string[]} */
  const places = [];
  /** @type {number[]} */
  const values = [];
  /** @type {number[]} */
  const decimals = [];
  let kind = '';
  let read = 0;
  for (const { 0: text, index } of line.matchAll(NUMBERS_OF_LINE)) {
    const signed = line[index - 1] === '-' && (index === 1 || line[index - 2] === ' ');
    kind += line.slice(read, signed ? index - 1 : index);
    if (values.length < MOST_NUMBERS) {
      places.push(kind);
      values.push(signed ? -Number(text) : Number(text));
      decimals.push(text.includes('.') ? text.length - 1 - text.indexOf('.') : 0);
    }
    kind += '#';
    read = index + text.length;
  }
  return { kind: kind + line.slice(read), places, values, decimals };
}

/** @typedef {ReturnType<typeof parsedLine>} ParsedLine */

/** Lines that are alike but for their k numbers, and how these are forecast. */
class NumberedKind {
  /** @param {ParsedLine} first */
  constructor({ values, decimals }) {
    const k = values.length;
    this.scales = decimals.map((n) => Number(`1e${Math.min(n, MOST_DECIMALS)}`));
    this.count = 1;
    this.level = this.scaled(values); // [k] the mean of the last lines
    const n = MEAN_RATES.length;
    this.means = Float64Array.from({ length: k * n }, (_, i) => this.level[Math.floor(i / n)]); // [k, n]
    this.weights = new Float64Array(k * TERMS); // [k, TERMS]
    this.inverse = new Float64Array(0); // [k, TERMS, TERMS] of the terms' products, when the second line comes
    this.errors = new Float64Array(k); // usual ones
    this.jumps = new Float64Array(k); // share of lines with one
  }

  /** Another one to read on in, which learns no more. */
  copy() {
    /** @type {NumberedKind} */
    const copy = Object.assign(Object.create(NumberedKind.prototype), this);
    copy.level = this.level.slice();
    copy.means = this.means.slice();
    return copy;
  }

  get isKnown() {
    return this.count >= FEWEST_LINES && this.level.length > 0;
  }

  /**
   * Values in units of their last digit.
   * @param {number[]} values
   */
  scaled(values) {
    return Float64Array.from(values, (value, i) =>
      Math.max(-LARGEST_FORECAST, Math.min(LARGEST_FORECAST, value * this.scales[i])),
    );
  }

  /**
   * What the forecast of number i is made of, in `terms`, and how far the number is off.
   * @param {number} i
   * @param {Float64Array} values scaled
   * @param {number | undefined} before the number at this place in the line before, scaled
   */
  errorOf(i, values, before) {
    const level = this.level[i];
    terms.fill(0);
    terms[0] = 1;
    terms[1] = before === undefined ? 0 : before - level;
    for (let m = 0; m < MEAN_RATES.length; m++) terms[2 + m] = this.means[i * MEAN_RATES.length + m] - level;
    for (let j = 0; j < i && j < EARLIER_NUMBERS; j++)
      if (Math.abs(values[j]) < LARGEST_TERM) terms[FIRST_EARLIER + j] = values[j];
    let forecast = 0;
    for (let t = 0; t < TERMS; t++) forecast += this.weights[i * TERMS + t] * terms[t];
    return values[i] - level - forecast;
  }

  /**
   * Recursive least squares with forgetting, from what `errorOf` left in `terms`.
   * @param {number} i
   * @param {number} error
   */
  learn(i, error) {
    const { errors, jumps, weights, count } = this;
    const at = i * TERMS * TERMS;
    if (!this.inverse.length) this.inverse = new Float64Array(this.level.length * TERMS * TERMS);
    const { inverse } = this;
    if (count === 1) {
      for (let t = 0; t < TERMS; t++)
        inverse[at + t * TERMS + t] = 1 / (terms[t] * terms[t] + (t < FIRST_EARLIER ? 1 : 100));
    }
    let sum = 0;
    for (let t = 0; t < TERMS; t++) {
      let gain = 0;
      for (let u = 0; u < TERMS; u++) gain += inverse[at + t * TERMS + u] * terms[u];
      gains[t] = gain;
    }
    for (let t = 0; t < TERMS; t++) sum += gains[t] * terms[t];
    const whole = FORGETTING + sum;
    const most = count > 10 ? CLIPPED * errors[i] : Infinity;
    const clipped = Math.max(-most, Math.min(most, error));
    for (let t = 0; t < TERMS; t++) weights[i * TERMS + t] += (gains[t] / whole) * clipped;
    for (let t = 0; t < TERMS; t++)
      for (let u = 0; u < TERMS; u++)
        inverse[at + t * TERMS + u] =
          (inverse[at + t * TERMS + u] - (gains[t] * gains[u]) / whole) / FORGETTING;
    if (count > FEWEST_LINES) {
      const isJump = Math.abs(error) > JUMP * errors[i] ? 1 : 0;
      jumps[i] += (isJump - jumps[i]) * Math.max(1 / (count - FEWEST_LINES), 1 / JUMP_LINES);
    }
    const usual =
      errors[i] + (Math.abs(clipped) * 1.25 - errors[i]) * Math.max(1 / (count + 1), 1 / ERROR_LINES);
    errors[i] = Math.max(LEAST_ERROR, usual);
  }

  /**
   * Read on.
   * @param {Float64Array} values scaled
   */
  follow(values) {
    this.count++;
    const { level, means, count } = this;
    const n = MEAN_RATES.length;
    for (let i = 0; i < values.length; i++) {
      level[i] += (values[i] - level[i]) * Math.max(1 / count, LEVEL_RATE);
      for (let m = 0; m < n; m++)
        means[i * n + m] += (values[i] - means[i * n + m]) * Math.max(1 / count, MEAN_RATES[m]);
    }
  }
}

const terms = new Float64Array(TERMS);
const gains = new Float64Array(TERMS);

/** What the numbers of a log's next line should be. */
class Forecast {
  /** @param {string[]} lines of the log; the last are read */
  constructor(lines = []) {
    /** @type {Map<string, NumberedKind>} */
    this.kinds = new Map();
    /** @type {Map<string, number>} the last number at each place */
    this.last = new Map();
    this.learns = true;
    for (const line of lines.slice(-FORECAST_LINES)) this.read(line);
  }

  /** Another one to read on in, which learns no more, and no other kinds. */
  copy() {
    const copy = new Forecast();
    copy.kinds = new Map(Array.from(this.kinds).filter(([, { isKnown }]) => isKnown));
    copy.last = new Map(this.last);
    copy.learns = false;
    return copy;
  }

  /** Whether there is any kind whose numbers can be forecast. */
  get knowsSome() {
    return Array.from(this.kinds.values()).some(({ isKnown }) => isKnown);
  }

  /**
   * The kind of a line, if its numbers can be forecast.
   * @param {string} line
   */
  knownKind(line) {
    const { kind } = parsedLine(line);
    return this.kinds.get(kind)?.isKnown ? kind : undefined;
  }

  /**
   * How well the numbers of a line go on from those before, up to 1. Its kind must be known.
   * @param {string} line
   */
  plausibility(line) {
    const { kind, places, values } = parsedLine(line);
    const known = /** @type {NumberedKind} */ (this.kinds.get(kind));
    const scaled = known.scaled(values);
    let product = 1;
    for (let i = 0; i < scaled.length; i++) {
      const off = known.errorOf(i, scaled, this.before(known, places[i], i)) / known.errors[i];
      const jumps = known.jumps[i];
      product *= Math.max(1 / (1 + (off * off) / 3), (0.5 * jumps) / (jumps + OFTEN));
    }
    return product;
  }

  /** @param {string} line */
  read(line) {
    const parsed = parsedLine(line);
    const { kind, places, values } = parsed;
    let known = this.kinds.get(kind);
    if (!known && this.learns) this.kinds.set(kind, new NumberedKind(parsed));
    else if (known) {
      if (!this.learns) this.kinds.set(kind, (known = known.copy()));
      const scaled = known.scaled(values);
      if (this.learns)
        for (let i = 0; i < scaled.length; i++)
          known.learn(i, known.errorOf(i, scaled, this.before(known, places[i], i)));
      known.follow(scaled);
    }
    for (let i = 0; i < places.length; i++) this.last.set(places[i], values[i]);
  }

  /**
   * The number at a place in the line before that had one, scaled.
   * @param {NumberedKind} known
   * @param {string} place
   * @param {number} i
   */
  before(known, place, i) {
    const value = this.last.get(place);
    return value === undefined
      ? undefined
      : Math.max(-LARGEST_FORECAST, Math.min(LARGEST_FORECAST, value * known.scales[i]));
  }
}
