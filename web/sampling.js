'use strict';

// Continue a log: seeded samples, character for character those of model/sampling.py.

if (typeof module !== 'undefined') Object.assign(globalThis, module.require('./scoring.js'));

const LONGEST_LINE = 2000; // characters after which a sampled line that never ends is ended
const TOKENS_A_STEP = 16; // read between two places where the caller may pause

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

/**
 * The id that a uniform number in [0, 1) falls on. The escape is never picked. Temperature 0 takes the most likely
 * id, the lower one of two equals; topK 0 means all.
 *
 * Logits are sorted without their ids; the id is then the one of that logit, the lowest first where several share it.
 * @param {Float64Array} logits [V]
 * @param {number} temperature
 * @param {number} topK
 * @param {number} uniform
 */
function pick(logits, temperature, topK, uniform) {
  const sorted = logits
    .slice(ESCAPE + 1)
    .sort()
    .reverse();
  const last = (topK ? Math.min(topK, sorted.length) : sorted.length) - 1;
  const rank = temperature === 0 ? 0 : rankOf(sorted, last, temperature, uniform);
  let equals = rank - sorted.indexOf(sorted[rank]);
  let id = ESCAPE + 1;
  while (logits[id] !== sorted[rank] || equals-- > 0) id++;
  return id;
}

/**
 * Where a uniform number falls in the cumulative probabilities of the sorted logits 0 … last.
 * @param {Float64Array} sorted
 * @param {number} last
 * @param {number} temperature
 * @param {number} uniform
 */
function rankOf(sorted, last, temperature, uniform) {
  const p = sorted.map((logit) => logit / temperature);
  softmax(p, last + 1);
  let rank = 0;
  for (let cumulative = p[0]; rank < last && !(cumulative > uniform); cumulative += p[rank]) rank++;
  return rank;
}

/**
 * Sampled lines, and the bits the model needed for each (newline counted, at temperature 1).
 * @typedef {{ lines: string[], bits: number[] }} Sample
 */

/**
 * @typedef {object} SamplingOptions
 * @property {number} [samples] how many continuations
 * @property {number} [steps] lines of each
 * @property {number} [seed] sample i draws from mulberry32 started at seed + i
 * @property {number} [temperature]
 * @property {number} [topK]
 * @property {string} [begun] the beginning of the first line, after those of the context; a sample goes on from there
 */

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
 * The same in small steps: yields each sample, and undefined wherever the caller may pause.
 * @param {Model} model
 * @param {string[]} context
 * @param {SamplingOptions} [options]
 * @returns {Generator<Sample | undefined, void, void>}
 */
function* continuing(model, context, options = {}) {
  const { samples = 1, steps = 1, seed = 0, temperature = 1, topK = 0, begun = '' } = options;
  const primed = new State(model);
  let read = 0;
  for (const token of contextTokens(model, context, begun)) {
    primed.read(token);
    if (++read % TOKENS_A_STEP === 0) yield undefined;
  }
  for (let i = 0; i < samples; i++) {
    const state = samples > 1 ? primed.copy() : primed;
    const draw = new Mulberry32(seed + i);
    /** @type {Sample} */
    const sample = { lines: [], bits: [] };
    while (sample.lines.length < steps) {
      /** @type {number[]} */
      const line = [];
      let bits = 0;
      for (let token = -1; token !== NEWLINE; state.read(token)) {
        const full = line.length >= LONGEST_LINE;
        token = full ? NEWLINE : pick(state.logits, temperature, topK, draw.uniform());
        bits += tokenBits(state.logits, token);
        if (token !== NEWLINE) line.push(token);
        if (++read % TOKENS_A_STEP === 0) yield undefined;
      }
      sample.lines.push(model.vocabulary.decode(line));
      sample.bits.push(bits);
    }
    yield sample;
  }
}

/**
 * The newline that begins the first line, then the lines, only those that reach into the visible context; then what
 * was begun.
 * @param {Model} model
 * @param {string[]} context
 * @param {string} begun
 */
function contextTokens(model, context, begun) {
  const { n_context, n_layer, n_smear } = model.config;
  const room = n_context * n_layer + n_smear;
  let kept = 0;
  let first = context.length;
  while (first > 0 && kept < room) kept += codePoints(context[--first]).length + 1;
  const lines = context.slice(first).map((line) => line + '\n');
  return model.vocabulary.encode('\n' + lines.join('') + begun);
}

if (typeof module !== 'undefined')
  Object.assign(module.exports, { Mulberry32, continueLog, continuing, pick });
