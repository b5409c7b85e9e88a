// Many predictors answer one yes-or-no question. Here their answers become one probability, and each learns from the true
// answer. The numbers are those of model/mixing.py, to the last bit.

const STAGES = 3; // first, second and any later question about a character learn apart

// ---- arithmetic

const STRETCH_STEPS = 65536;
const SQUASH_STEPS = 128; // of a unit
const STEEPEST = 12; // stretched probabilities go from -12 to 12
const SURE = 1 - 1e-6;

const double = new Float64Array(1);
const high = new Uint8Array(Uint32Array.of(1).buffer)[0]; // index of the upper half: 1 where numbers begin with the low byte
const halves = new Uint32Array(double.buffer);

/**
 * ln x of a normal number, by its exponent and a series in its mantissa.
 * @param {number} x
 */
function ln(x) {
  double[0] = x;
  let exponent = (halves[high] >>> 20) - 1022;
  halves[high] = (halves[high] & 0xfffff) | 0x3fe00000;
  let mantissa = double[0];
  if (mantissa < 0.7071067811865476) {
    mantissa *= 2;
    exponent -= 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  let series = z * (1 / 17) + 1 / 15;
  series = series * z + 1 / 13;
  series = series * z + 1 / 11;
  series = series * z + 1 / 9;
  series = series * z + 1 / 7;
  series = series * z + 1 / 5;
  series = series * z + 1 / 3;
  return exponent * 0.6931471805599453 + (2 * s + 2 * s * z * series);
}

/** @param {number} p ln(p / (1 - p)) */
function stretch(p) {
  const inside = Math.min(Math.max(p, 1 - SURE), SURE);
  return ln(inside / (1 - inside));
}

const STRETCHED = new Float64Array(STRETCH_STEPS); // `stretch` in the middle of each of the steps from 0 to 1
const SQUASHED = new Float64Array(2 * STEEPEST * SQUASH_STEPS + 2); // 1 / (1 + e^-x) from -12 to 12

/** Fill the tables when the first learner is made, so that the page opens sooner. */
function fillTables() {
  if (SQUASHED[0]) return;
  for (let i = 0; i < STRETCHED.length; i++) {
    const p = (i + 0.5) / STRETCH_STEPS;
    STRETCHED[i] = ln(p / (1 - p));
  }
  for (let i = 0; i < SQUASHED.length; i++) SQUASHED[i] = 1 / (1 + exp(STEEPEST - i / SQUASH_STEPS));
}

/** @param {number} x 1 / (1 + e^-x), between the points of the table */
function squash(x) {
  const at = (x + STEEPEST) * SQUASH_STEPS;
  const i = Math.floor(at);
  return SQUASHED[i] + (SQUASHED[i + 1] - SQUASHED[i]) * (at - i);
}

/** @param {number} x */
function bounded(x) {
  return Math.min(Math.max(x, -STEEPEST), STEEPEST);
}

// ---- counts

const LEVELS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 24, 40, 80, 160]; // counts are rounded down to one of these
const N_LEVEL = LEVELS.length;
const MOST = 255;
const LEVEL = Uint8Array.from(
  { length: MOST + 1 },
  (_, n) => LEVELS.filter((least) => least <= n).length - 1,
);

/** For each state of a question, the learned probability that its answer is yes. */
class Rates {
  /**
   * @param {number} states
   * @param {(state: number) => number} prior
   */
  constructor(states, prior) {
    this.p = Float64Array.from({ length: states }, (_, state) => prior(state));
    this.n = new Uint16Array(states).fill(2);
  }

  /**
   * @param {number} state
   * @param {number} answer 1 or 0
   */
  learn(state, answer) {
    const { p, n } = this;
    const moved = p[state] + (answer - p[state]) / (n[state] + 1.5);
    p[state] = Math.min(Math.max(moved, 1e-5), 1 - 1e-5);
    if (n[state] < MOST) n[state]++;
  }
}

const POINTS = 33;
const POINT_DISTANCE = 0.75;
const CURVE_RATE = 0.03;

/** Rows of learned curves from a stretched probability to a better one. */
class Curves {
  /** @param {number} rows */
  constructor(rows) {
    this.p = Float64Array.from({ length: rows * POINTS }, (_, i) =>
      squash(((i % POINTS) - (POINTS - 1) / 2) * POINT_DISTANCE),
    );
    this.at = 0;
    this.above = 0; // share of the upper point
  }

  /**
   * @param {number} row
   * @param {number} x
   */
  refine(row, x) {
    const place = Math.min(Math.max(x, -11.99), 11.99) / POINT_DISTANCE + (POINTS - 1) / 2;
    const point = Math.floor(place);
    this.at = row * POINTS + point;
    this.above = place - point;
    return this.p[this.at] * (1 - this.above) + this.p[this.at + 1] * this.above;
  }

  /** @param {number} answer to the question that was refined last */
  learn(answer) {
    const { p, at, above } = this;
    p[at] += (answer - p[at]) * CURVE_RATE * (1 - above);
    p[at + 1] += (answer - p[at + 1]) * CURVE_RATE * above;
  }
}

const RATE = 0.03; // of a set of weights that is new; then it falls with the square root of its use
const RATE_DECAY = 0.02;
const FINAL_RATE = 0.002;
const FIRST_SHARE = 0.1; // of the first input in the final answer, at first

/**
 * Sets of weights in several kinds. For each question one set of each kind is used. Final weights then mix the answers of
 * these sets, and the first input once more.
 */
class Mixer {
  /**
   * @param {[number, number][]} kinds how many sets of each kind there are, and the least rate at which they learn
   * @param {Float64Array} start weights at first
   */
  constructor(kinds, start) {
    this.width = start.length;
    this.first = kinds.map((_, kind) => kinds.slice(0, kind).reduce((sum, [n]) => sum + n, 0));
    this.leastRates = kinds.map(([, rate]) => rate);
    const sets = kinds.reduce((sum, [n]) => sum + n, 0);
    this.weights = new Float64Array(sets * this.width);
    for (let set = 0; set < sets; set++) this.weights.set(start, set * this.width);
    this.used = new Uint32Array(sets);
    this.chosen = new Int32Array(kinds.length);
    this.dots = new Float64Array(kinds.length + 1);
    this.final = new Float64Array(STAGES * this.dots.length).fill((1 - FIRST_SHARE) / kinds.length);
    for (let stage = 1; stage <= STAGES; stage++) this.final[stage * this.dots.length - 1] = FIRST_SHARE;
    this.stage = 0;
    this.dot = 0;
  }

  /**
   * The stretched probability of a yes. `chosen` says which set of each kind is used.
   * @param {Float64Array} inputs
   * @param {number} stage
   */
  mix(inputs, stage) {
    const { weights, width, chosen, dots, final } = this;
    const kinds = chosen.length;
    for (let kind = 0; kind < kinds; kind++) {
      const begin = (this.first[kind] + chosen[kind]) * width;
      let sum = 0;
      for (let i = 0; i < width; i++) sum += weights[begin + i] * inputs[i];
      dots[kind] = bounded(sum);
    }
    dots[kinds] = bounded(inputs[0]);
    let dot = 0;
    for (let i = 0; i <= kinds; i++) dot += final[stage * (kinds + 1) + i] * dots[i];
    this.stage = stage;
    this.dot = bounded(dot);
    return this.dot;
  }

  /**
   * @param {Float64Array} inputs
   * @param {number} answer to the question that was mixed last
   */
  learn(inputs, answer) {
    const { weights, width, chosen, dots, final, used } = this;
    const kinds = chosen.length;
    const finalStep = (answer - squash(this.dot)) * FINAL_RATE;
    for (let i = 0; i <= kinds; i++) final[this.stage * (kinds + 1) + i] += finalStep * dots[i];
    for (let kind = 0; kind < kinds; kind++) {
      const set = this.first[kind] + chosen[kind];
      const rate = Math.max(this.leastRates[kind], RATE / Math.sqrt(1 + used[set]++ * RATE_DECAY));
      const step = (answer - squash(dots[kind])) * rate;
      const begin = set * width;
      for (let i = 0; i < width; i++) weights[begin + i] += step * inputs[i];
    }
  }
}
