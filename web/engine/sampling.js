// How a log may go on: sampled lines, as in model/sampling.py. Where the numbers of a line can be forecast, a few lines are
// drawn, and the first or one of its kind is taken, by how well its numbers go on. Given a Noise, a line that is noise is
// drawn again, and a sample that comes to nothing else ends before its last line.

/**
 * Sampled lines, and the bits the model needed for each (newline counted, at temperature 1). Fewer lines than were asked
 * for: what came next was noise.
 * @typedef {{ lines: string[], bits: number[] }} Sample
 */

/**
 * @typedef {object} SamplingOptions
 * @property {number} [samples] how many continuations
 * @property {number} [steps] lines of each
 * @property {number} [seed] sample i draws from mulberry32 started at seed + i
 * @property {number} [temperature]
 * @property {number} [topK]
 * @property {number} [longest] characters after which a line is ended
 * @property {string} [begun] the beginning of the first line; a sample goes on from there
 * @property {number} [candidates] lines that are drawn for one whose numbers can be forecast
 * @property {Noise} [noise]
 */

/**
 * A line that was drawn, the bits of each token, and the state before its newline.
 * @typedef {{ text: string, bits: number, state: State }} Candidate
 */

const SIDE_BY_SIDE = 4; // samples that are drawn together; more would not fit into a processor's cache
const LONGEST_SAMPLED_LINE = 2000; // characters after which a sampled line that never ends is ended
const CANDIDATE_LINES = 4;
const DRAWS = 6; // of a line, at most: until one is no noise, and a second is of its kind

/** The 32-bit generator mulberry32 (Tommy Ettinger, public domain): the same stream in any language. */
class Mulberry32 {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** The next number in [0, 1), a multiple of 2^-32. */
  uniform() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
}

let cumulative = new Float64Array(256);

/**
 * The id that a uniform number in [0, 1) falls on: the ids share [0, 1) in their order, by their probabilities. The escape
 * is never picked. Temperature 0 takes the most likely id, of two equal ones the lower. topK 0 means all.
 * @param {Float64Array} logits [V]
 * @param {number} temperature
 * @param {number} topK
 * @param {number} uniform
 */
function pick(logits, temperature, topK, uniform) {
  let likeliest = ESCAPE + 1;
  for (let id = likeliest + 1; id < logits.length; id++) if (logits[id] > logits[likeliest]) likeliest = id;
  if (temperature === 0) return likeliest;
  if (topK) logits = onlyTop(logits, topK);
  if (cumulative.length < logits.length) cumulative = new Float64Array(logits.length);
  const largest = logits[likeliest];
  let total = 0;
  for (let id = ESCAPE + 1; id < logits.length; id++) {
    cumulative[id] = total += exp((logits[id] - largest) / temperature);
  }
  const share = uniform * total;
  let id = ESCAPE + 1;
  while (cumulative[id] <= share && cumulative[id] < total) id++;
  return id;
}

/**
 * The topK largest logits, of equal ones those with lower ids; the others become -Infinity.
 * @param {Float64Array} logits [V]
 * @param {number} topK
 */
function onlyTop(logits, topK) {
  const ids = Array.from(logits.keys()).slice(ESCAPE + 1);
  ids.sort((a, b) => logits[b] - logits[a] || a - b);
  const top = new Float64Array(logits.length).fill(-Infinity);
  for (const id of ids.slice(0, topK)) top[id] = logits[id];
  return top;
}

/**
 * Sample what may follow the lines of `context`.
 * @param {Model} model
 * @param {string[]} context
 * @param {SamplingOptions} [options]
 * @returns {Sample[]}
 */
function continueLog(model, context, options) {
  return Array.from(continuing(model, context, options)).filter((sample) => sample !== undefined);
}

/**
 * The same in small steps. Yields each sample, and undefined wherever the caller may pause.
 * @param {Model} model
 * @param {string[]} context
 * @param {SamplingOptions} [options]
 * @returns {Generator<Sample | undefined, void, void>}
 */
function* continuing(model, context, options = {}) {
  const { samples = 1, seed = 0, begun = '' } = options;
  const state = new State(model);
  yield* state.reading(contextTokens(model, context, begun));
  const forecast = forecastOf(context, options);
  yield undefined;
  /** @type {Draw[]} */
  const draws = []; // that were not yielded yet; no more are kept, since each holds a copy of the state
  /** @type {Draw[]} */
  let open = [];
  for (let made = 0; made < samples || draws.length;) {
    while (open.length < SIDE_BY_SIDE && made < samples) {
      const draw = new Draw(samples > 1 ? state.copy() : state, seed + made++, options, forecast);
      draws.push(draw);
      open.push(draw);
    }
    const tokens = open.map((draw) => draw.next());
    readSideBySide(
      open.map((draw) => draw.state),
      tokens,
    );
    open = open.filter((draw) => !draw.ended);
    yield undefined;
    while (draws[0]?.ended) yield draws.shift()?.sample;
  }
}

/**
 * What the numbers of the next line should be, where that can change what is drawn.
 * @param {string[]} context
 * @param {SamplingOptions} options
 */
function forecastOf(context, { temperature = 1, candidates = CANDIDATE_LINES }) {
  if (temperature === 0 || candidates < 2) return undefined;
  const forecast = new Forecast(context);
  return forecast.knowsSome ? forecast : undefined;
}

/** One sample that is being drawn. */
class Draw {
  /**
   * @param {State} state
   * @param {number} seed
   * @param {SamplingOptions} options
   * @param {Forecast | undefined} forecast
   */
  constructor(state, seed, options, forecast) {
    const { steps = 1, temperature = 1, topK = 0, longest = LONGEST_SAMPLED_LINE } = options;
    const { begun = '', candidates = CANDIDATE_LINES, noise } = options;
    this.state = state;
    this.random = new Mulberry32(seed);
    this.steps = steps;
    this.temperature = temperature;
    this.topK = topK;
    this.longest = longest;
    this.noise = noise;
    this.most = candidates;
    this.forecast = forecast?.copy();
    /** @type {Sample} */
    this.sample = { lines: [], bits: [] };
    this.begun = begun; // how the line began that is being drawn
    /** @type {number[]} */
    this.line = [];
    this.bits = 0; // of the line so far
    this.start = state; // at the beginning of the line
    this.draws = 0; // of the line, begun
    /** @type {Candidate[]} */
    this.candidates = []; // for the line, all of the first one's kind
    this.ended = steps < 1;
  }

  /**
   * Draw the next token, which the caller then reads.
   * @returns {number}
   */
  next() {
    if (!this.draws && (this.noise || this.forecast)) this.start = this.state.copy();
    this.draws ||= 1;
    const { logits } = this.state;
    const full = this.line.length >= this.longest;
    const token = full ? NEWLINE : pick(logits, this.temperature, this.topK, this.random.uniform());
    this.bits += tokenBits(logits, token);
    if (token !== NEWLINE) {
      this.line.push(token);
      return token;
    }
    this.consider(full);
    this.line = [];
    this.bits = 0;
    if (this.wantsAnother()) {
      this.draws++;
      this.state = this.start.copy();
      return this.next();
    }
    this.take();
    return token;
  }

  /**
   * Make the line a candidate, unless it is noise or of another kind than the first.
   * @param {boolean} full
   */
  consider(full) {
    const { noise, forecast, candidates, bits, state, sample } = this;
    const text = state.model.vocabulary.decode(this.line);
    if (noise && (full || noise.isNoise(text, sample.lines))) return;
    if (candidates.length) {
      const kind = forecast?.knownKind(this.begun + text);
      if (!kind || kind !== forecast?.knownKind(this.begun + candidates[0].text)) return;
    }
    candidates.push({ text, bits, state });
  }

  wantsAnother() {
    const { forecast, candidates, draws } = this;
    if (!candidates.length) return draws < DRAWS && this.noise !== undefined;
    if (forecast?.knownKind(this.begun + candidates[0].text) === undefined) return false;
    return draws < this.most || (draws < DRAWS && candidates.length < 2);
  }

  /** End the line with one of the candidates; without any, end the sample. */
  take() {
    const { forecast, candidates, sample } = this;
    if (candidates.length) {
      const { text, bits, state } = candidates[this.chosen()];
      sample.lines.push(text);
      sample.bits.push(bits);
      this.state = state;
      forecast?.read(this.begun + text);
    }
    this.ended = sample.lines.length >= this.steps || !candidates.length;
    this.begun = '';
    this.candidates = [];
    this.draws = 0;
  }

  /** The candidate that a uniform number falls on: each has a share by how well its numbers go on. */
  chosen() {
    const { forecast, candidates } = this;
    if (!forecast || candidates.length < 2) return 0;
    let total = 0;
    const sums = candidates.map(({ text }) => (total += forecast.plausibility(this.begun + text)));
    const share = this.random.uniform() * total;
    return Math.max(
      0,
      sums.findIndex((sum) => sum > share),
    );
  }
}

/**
 * A state that has read the lines of `context`, as far back as the model can see, and the beginning of the next line.
 * @param {Model} model
 * @param {string[]} context
 * @param {string} [begun]
 */
function primed(model, context, begun = '') {
  const state = new State(model);
  Array.from(state.reading(contextTokens(model, context, begun)));
  return state;
}

/**
 * The newline that begins the first line, then the visible lines, then the beginning of the next line.
 * @param {Model} model
 * @param {string[]} context
 * @param {string} begun
 */
function contextTokens(model, context, begun) {
  const lines = visibleTail(model.config, context).map((line) => line + '\n');
  return model.vocabulary.encode('\n' + lines.join('') + begun);
}

/**
 * How many tokens back the transformer sees.
 * @param {Config} config
 */
function sight({ n_context, n_layer, n_smear }) {
  return n_context * n_layer + n_smear;
}

/**
 * The last of some lines: all that can change the prediction of the next line.
 * @param {Config} config
 * @param {string[]} lines
 */
function visibleTail(config, lines) {
  return lastLinesOf(lines, sight(config) + (config.recall ? REACH : 0));
}

/**
 * The fewest last lines that have at least so many characters, newlines included.
 * @param {string[]} lines
 * @param {number} characters
 */
function lastLinesOf(lines, characters) {
  let first = lines.length;
  for (let kept = 0; first > 0 && kept < characters;) kept += codePoints(lines[--first]).length + 1;
  return lines.slice(first);
}
