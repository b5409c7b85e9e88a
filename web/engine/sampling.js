// How a log may go on: sampled lines, as in model/sampling.py. Given a Noise, a line that is noise is drawn again, and a
// sample that comes to nothing else ends before its last line.

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
 * @property {Noise} [noise]
 */

const SIDE_BY_SIDE = 4; // samples that are drawn together; more would not fit into a processor's cache
const LONGEST_SAMPLED_LINE = 2000; // characters after which a sampled line that never ends is ended
const DRAWS = 6; // of a line that becomes noise

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
  /** @type {Draw[]} */
  const draws = [];
  /** @type {Draw[]} */
  let open = [];
  for (let done = 0; done < samples;) {
    while (open.length < SIDE_BY_SIDE && draws.length < samples) {
      draws.push(new Draw(samples > 1 ? state.copy() : state, seed + draws.length, options));
      open.push(draws[draws.length - 1]);
    }
    const tokens = open.map((draw) => draw.next());
    readSideBySide(
      open.map((draw) => draw.state),
      tokens,
    );
    open = open.filter((draw) => !draw.ended);
    yield undefined;
    while (draws[done]?.ended) yield draws[done++].sample;
  }
}

/** One sample that is being drawn. */
class Draw {
  /**
   * @param {State} state
   * @param {number} seed
   * @param {SamplingOptions} options
   */
  constructor(state, seed, { steps = 1, temperature = 1, topK = 0, longest = LONGEST_SAMPLED_LINE, noise }) {
    this.state = state;
    this.random = new Mulberry32(seed);
    this.steps = steps;
    this.temperature = temperature;
    this.topK = topK;
    this.longest = longest;
    this.noise = noise;
    /** @type {Sample} */
    this.sample = { lines: [], bits: [] };
    /** @type {number[]} */
    this.line = [];
    this.bits = 0; // of the line so far
    this.start = state; // at the beginning of the line
    this.draws = 0; // of the line
    this.ended = steps < 1;
  }

  /**
   * Draw the next token, which the caller then reads.
   * @returns {number}
   */
  next() {
    if (this.noise && !this.draws) {
      this.start = this.state.copy();
      this.draws = 1;
    }
    const { logits, model } = this.state;
    const full = this.line.length >= this.longest;
    const token = full ? NEWLINE : pick(logits, this.temperature, this.topK, this.random.uniform());
    this.bits += tokenBits(logits, token);
    if (token !== NEWLINE) {
      this.line.push(token);
      return token;
    }
    const { lines, bits } = this.sample;
    const text = model.vocabulary.decode(this.line);
    const isNoise = this.noise && (full || this.noise.isNoise(text, lines));
    if (!isNoise) {
      lines.push(text);
      bits.push(this.bits);
      this.draws = 0;
    }
    this.line = [];
    this.bits = 0;
    this.ended = lines.length >= this.steps || this.draws >= DRAWS;
    if (!isNoise || this.ended) return token;
    this.state = this.start.copy();
    this.draws++;
    return this.next();
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
