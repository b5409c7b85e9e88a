'use strict';

// The transformer one token at a time, in the order and with the names of model/state.py and model/exact.py:
// float64, sums in index order and our own exp, so that the logits have the same bits as Python's. What is fast here
// changes none of them: four sums side by side, no allocation per token, and each key written twice into its ring,
// so that what a token can see always lies in one piece.

/**
 * The shape of a model, as in model/config.py.
 * @typedef {object} Config
 * @property {number} n_layer
 * @property {number} n_head
 * @property {number} n_embd
 * @property {number} n_context tokens that a prediction can see, itself included
 * @property {number} n_position rows of wpe
 * @property {number} n_smear characters before that are mixed into a token's embedding
 * @property {'columns' | 'absolute'} positions
 * @property {boolean} final_norm
 */

/**
 * What a model is, the characters it knows, and what it has learned; tensors are row-major.
 * @typedef {object} Model
 * @property {Config} config
 * @property {Vocabulary} vocabulary
 * @property {Record<string, Float64Array>} weights
 */

/**
 * What one line cost.
 * @typedef {object} LineScore
 * @property {number} number from 1
 * @property {number} bits
 * @property {number} characters its newline included
 * @property {Float64Array} byCharacter
 */

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

/** @typedef {Record<string, any>} Card */

/** @typedef {'missing' | 'newer' | 'older' | 'foreign' | 'damaged'} Fault */

/** @typedef {InstanceType<typeof State>} State */
/** @typedef {InstanceType<typeof WeightsFileError>} WeightsFileError */

if (typeof module !== 'undefined') Object.assign(globalThis, module.require('./vocabulary.js'));

/** The script as a function, whose text a worker can be given: a page from file:// cannot load a script there. */
function transformerScript() {
  const EPSILON = 1e-5;
  const N_BUCKETS = 16;

  /**
   * The tensors of a model by name, in reading order; matrices are [n_out, n_in].
   * @param {Config} config
   * @param {number} vocabularySize
   */
  function shapes(config, vocabularySize) {
    const c = config.n_embd;
    /** @type {Record<string, [number, number]>} */
    const all = { wte: [vocabularySize, c], wpe: [config.n_position, c] };
    if (config.n_smear) all.smear = [config.n_smear, c];
    for (let layer = 0; layer < config.n_layer; layer++) {
      const h = `h${layer}.`;
      if (config.positions === 'columns') all[h + 'bias'] = [config.n_head, N_BUCKETS];
      for (const name of ['wq', 'wk', 'wv', 'wo']) all[h + name] = [c, c];
      all[h + 'fc1'] = [4 * c, c];
      all[h + 'fc2'] = [c, 4 * c];
    }
    all.lm_head = [vocabularySize, c];
    return all;
  }

  // ---- arithmetic that gives the same bits as model/exact.py

  const LOG2_E = 1.4426950408889634;
  const LN2_HIGH = 0.69314718036912381649; // the leading bits of ln 2: n · LN2_HIGH is exact for |n| < 2^20
  const LN2_LOW = 1.90821492927058770002e-10; // the rest of ln 2
  const SMALLEST_POWER = -1022;
  const POWERS = powersOfTwo();

  /** 2^-1022 … 2^1023, each exact because doubling is. */
  function powersOfTwo() {
    const powers = new Float64Array(2046);
    powers[0] = 2.2250738585072014e-308; // the smallest normal number, 2^-1022
    for (let i = 1; i < powers.length; i++) powers[i] = 2 * powers[i - 1];
    return powers;
  }

  /**
   * e^x for x <= 709: x = n·ln 2 + r, a Taylor polynomial in r, times 2^n; 0 below -700.
   * @param {number} x
   */
  function exp(x) {
    if (x < -700) return 0;
    const n = Math.floor(x * LOG2_E + 0.5);
    const r = x - n * LN2_HIGH - n * LN2_LOW;
    let polynomial = r * (1 / 6227020800) + 1 / 479001600;
    polynomial = polynomial * r + 1 / 39916800;
    polynomial = polynomial * r + 1 / 3628800;
    polynomial = polynomial * r + 1 / 362880;
    polynomial = polynomial * r + 1 / 40320;
    polynomial = polynomial * r + 1 / 5040;
    polynomial = polynomial * r + 1 / 720;
    polynomial = polynomial * r + 1 / 120;
    polynomial = polynomial * r + 1 / 24;
    polynomial = polynomial * r + 1 / 6;
    polynomial = polynomial * r + 1 / 2;
    polynomial = polynomial * r + 1;
    polynomial = polynomial * r + 1;
    return polynomial * POWERS[n - SMALLEST_POWER];
  }

  // Sums begin at -0, since -0 + x is x for every x; 0 + x is not, for x = -0.

  /**
   * w @ x into out[at …], with every sum in index order. [n_in], [n_out, n_in] -> [n_out]
   * @param {Float64Array} out
   * @param {number} at
   * @param {Float64Array} x
   * @param {Float64Array} w
   */
  function linear(out, at, x, w) {
    const n_in = x.length;
    const n_out = w.length / n_in;
    let o = 0;
    for (; o + 4 <= n_out; o += 4) {
      const row0 = o * n_in;
      const row1 = row0 + n_in;
      const row2 = row1 + n_in;
      const row3 = row2 + n_in;
      let sum0 = -0;
      let sum1 = -0;
      let sum2 = -0;
      let sum3 = -0;
      for (let i = 0; i < n_in; i++) {
        const xi = x[i];
        sum0 += xi * w[row0 + i];
        sum1 += xi * w[row1 + i];
        sum2 += xi * w[row2 + i];
        sum3 += xi * w[row3 + i];
      }
      out[at + o] = sum0;
      out[at + o + 1] = sum1;
      out[at + o + 2] = sum2;
      out[at + o + 3] = sum3;
    }
    for (; o < n_out; o++) {
      let sum = -0;
      for (let i = 0; i < n_in; i++) sum += x[i] * w[o * n_in + i];
      out[at + o] = sum;
    }
  }

  /**
   * Probabilities of the first n numbers, in place.
   * @param {Float64Array} x
   * @param {number} n
   */
  function softmax(x, n) {
    let largest = x[0];
    for (let i = 1; i < n; i++) if (x[i] > largest) largest = x[i];
    let total = -0;
    for (let i = 0; i < n; i++) {
      x[i] = exp(x[i] - largest);
      total += x[i];
    }
    for (let i = 0; i < n; i++) x[i] /= total;
  }

  /**
   * x over its root mean square. [C] -> [C]
   * @param {Float64Array} out
   * @param {Float64Array} x
   */
  function rmsNorm(out, x) {
    let total = -0;
    for (let i = 0; i < x.length; i++) total += x[i] * x[i];
    const scale = 1 / Math.sqrt(total / x.length + EPSILON);
    for (let i = 0; i < x.length; i++) out[i] = x[i] * scale;
  }

  // ---- where a key lies to a query, as in model/positions.py

  const FURTHEST_LEFT = -8;
  const FURTHEST_RIGHT = 3;
  const FURTHEST_BACK = 3;
  const BUCKET_COLUMNS = FURTHEST_RIGHT - FURTHEST_LEFT + 1;
  // prettier-ignore
  const BUCKETS = Uint8Array.of(
  5, 4, 4, 4, 4, 3, 2, 1, 0, 0, 0, 0,
  6, 6, 6, 6, 6, 6, 7, 8, 9, 10, 11, 12,
  14, 14, 14, 14, 14, 14, 14, 14, 13, 13, 13, 14,
  15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
);

  /**
   * The bias bucket of each key that one query can see, into out[0 … n_key).
   * @param {Uint8Array} out
   * @param {number} column of the query
   * @param {number} line of the query
   * @param {Int32Array} columns of the keys, the first of which is number `begin`
   * @param {Int32Array} lines
   * @param {number} begin
   * @param {number} n_key
   */
  function buckets(out, column, line, columns, lines, begin, n_key) {
    for (let s = 0; s < n_key; s++) {
      const back = Math.min(line - lines[begin + s], FURTHEST_BACK);
      const across = Math.max(FURTHEST_LEFT, Math.min(FURTHEST_RIGHT, columns[begin + s] - column));
      out[s] = BUCKETS[back * BUCKET_COLUMNS + across - FURTHEST_LEFT];
    }
  }

  /**
   * The tensors of one layer by their short names; bias is missing with absolute positions.
   * @param {Model['weights']} weights
   * @param {string} h
   */
  function layerWeights(weights, h) {
    const [wq, wk, wv, wo] = ['wq', 'wk', 'wv', 'wo'].map((name) => weights[h + name]);
    return { bias: weights[h + 'bias'], wq, wk, wv, wo, fc1: weights[h + 'fc1'], fc2: weights[h + 'fc2'] };
  }

  /** What a text has read so far: keys and values of each layer in a ring, and where each token stood. */
  class State {
    /** @param {Model} model */
    constructor(model) {
      const { n_layer, n_context, n_embd, n_head, n_smear } = model.config;
      const ring = () => new Float64Array(2 * n_context * n_embd);
      this.model = model;
      this.keys = Array.from({ length: n_layer }, ring); // per layer [2 · n_context, C]
      this.values = Array.from({ length: n_layer }, ring);
      this.columns = new Int32Array(2 * n_context);
      this.lines = new Int32Array(2 * n_context);
      this.column = 0;
      this.line = 0;
      this.before = new Float64Array(n_smear * n_embd); // embeddings of the last characters, newest first
      this.length = 0; // tokens read

      this.begin = 0; // where in the ring the newest token begins to see
      this.seen = 0; // how many tokens it sees, itself included
      this.x = new Float64Array(n_embd);
      this.normed = new Float64Array(n_embd);
      this.q = new Float64Array(n_embd);
      this.mixed = new Float64Array(n_embd);
      this.added = new Float64Array(n_embd);
      this.hidden = new Float64Array(4 * n_embd);
      this.scores = new Float64Array(n_context);
      this.bucket = new Uint8Array(n_context);
      this.headSize = n_embd / n_head;
      this.layers = Array.from({ length: n_layer }, (_, layer) => layerWeights(model.weights, `h${layer}.`));
      this.logits = new Float64Array(model.vocabulary.size);
    }

    /** Another text that has read the same. */
    copy() {
      const copy = new State(this.model);
      this.keys.forEach((ring, layer) => copy.keys[layer].set(ring));
      this.values.forEach((ring, layer) => copy.values[layer].set(ring));
      copy.columns.set(this.columns);
      copy.lines.set(this.lines);
      copy.before.set(this.before);
      copy.logits.set(this.logits);
      copy.column = this.column;
      copy.line = this.line;
      copy.length = this.length;
      return copy;
    }

    /**
     * Read one more token and predict the next. The logits [V] are overwritten by the next call.
     * @param {number} token
     */
    read(token) {
      const { config, weights } = this.model;
      const newline = token === NEWLINE;
      this.column = newline ? 0 : this.column + 1;
      this.line += newline ? 1 : 0;
      this.rememberPlace();
      this.embed(token);
      rmsNorm(this.x, this.x);
      if (config.positions === 'columns') {
        buckets(this.bucket, this.column, this.line, this.columns, this.lines, this.begin, this.seen);
      }
      for (let layer = 0; layer < config.n_layer; layer++) this.block(layer);
      this.length++;
      if (config.final_norm) rmsNorm(this.x, this.x);
      linear(this.logits, 0, this.x, weights.lm_head);
      return this.logits;
    }

    /** Note the newest token's place in the ring, and what it can see. */
    rememberPlace() {
      const { n_context, positions } = this.model.config;
      const slot = this.length % n_context;
      this.columns[slot] = this.columns[slot + n_context] = this.column;
      this.lines[slot] = this.lines[slot + n_context] = this.line;
      this.seen = positions === 'absolute' ? slot + 1 : Math.min(this.length + 1, n_context);
      this.begin = positions === 'absolute' ? 0 : (this.length + 1 - this.seen) % n_context;
    }

    /**
     * Character and position, and of the characters before what the smear lets through.
     * @param {number} token
     */
    embed(token) {
      const { config, weights } = this.model;
      const { x, before } = this;
      const { n_embd, n_smear, n_context, n_position } = config;
      const index = config.positions === 'absolute' ? this.length % n_context : this.column % n_position;
      // With absolute positions nothing is visible beyond a full context.
      if (config.positions === 'absolute' && index === 0) before.fill(0);
      for (let i = 0; i < n_embd; i++) {
        let sum = weights.wte[token * n_embd + i] + weights.wpe[index * n_embd + i];
        for (let at = i; at < n_smear * n_embd; at += n_embd) sum += before[at] * weights.smear[at];
        x[i] = sum;
      }
      if (!n_smear) return;
      before.copyWithin(n_embd, 0);
      for (let i = 0; i < n_embd; i++) before[i] = weights.wte[token * n_embd + i];
    }

    /**
     * One layer: attention, then the two-matrix perceptron, each added to the stream x.
     * @param {number} layer
     */
    block(layer) {
      const { x, normed, q, added, hidden } = this;
      const { n_embd, n_context, n_head } = this.model.config;
      const { bias, wq, wk, wv, wo, fc1, fc2 } = this.layers[layer];
      rmsNorm(normed, x);
      linear(q, 0, normed, wq);
      const root = 1 / Math.sqrt(this.headSize);
      for (let i = 0; i < n_embd; i++) q[i] *= root;
      const slot = this.length % n_context;
      remember(this.keys[layer], slot * n_embd, n_context * n_embd, normed, wk);
      remember(this.values[layer], slot * n_embd, n_context * n_embd, normed, wv);
      for (let head = 0; head < n_head; head++) this.attend(layer, head, bias);
      linear(added, 0, this.mixed, wo);
      for (let i = 0; i < n_embd; i++) x[i] += added[i];
      rmsNorm(normed, x);
      linear(hidden, 0, normed, fc1);
      for (let i = 0; i < hidden.length; i++) hidden[i] = Math.max(hidden[i], 0);
      linear(added, 0, hidden, fc2);
      for (let i = 0; i < n_embd; i++) x[i] += added[i];
    }

    /**
     * What one head makes of all it can see, into its part of `mixed`.
     * @param {number} layer
     * @param {number} head
     * @param {Float64Array | undefined} bias [H, N_BUCKETS]
     */
    attend(layer, head, bias) {
      const { scores, bucket, seen, headSize } = this;
      const { n_embd } = this.model.config;
      const from = head * headSize;
      const first = this.begin * n_embd + from;
      scoreKeys(scores, this.q, from, this.keys[layer], first, n_embd, seen, headSize);
      if (bias) for (let s = 0; s < seen; s++) scores[s] += bias[head * N_BUCKETS + bucket[s]];
      softmax(scores, seen);
      mixValues(this.mixed, from, scores, this.values[layer], first, n_embd, seen, headSize);
    }
  }

  /**
   * w @ x into the ring at `at`, and again one turn further on.
   * @param {Float64Array} ring
   * @param {number} at
   * @param {number} turn
   * @param {Float64Array} x
   * @param {Float64Array} w
   */
  function remember(ring, at, turn, x, w) {
    linear(ring, at, x, w);
    for (let i = at; i < at + x.length; i++) ring[i + turn] = ring[i];
  }

  /**
   * The dot product of one head's query with each key, four keys side by side. -> scores [S]
   * @param {Float64Array} scores
   * @param {Float64Array} q
   * @param {number} from where the head begins in q
   * @param {Float64Array} keys
   * @param {number} first where the head begins in the first key
   * @param {number} stride from key to key
   * @param {number} n_key
   * @param {number} headSize
   */
  function scoreKeys(scores, q, from, keys, first, stride, n_key, headSize) {
    let s = 0;
    let key = first;
    for (; s + 4 <= n_key; s += 4, key += 4 * stride) {
      let sum0 = -0;
      let sum1 = -0;
      let sum2 = -0;
      let sum3 = -0;
      for (let d = 0; d < headSize; d++) {
        const qd = q[from + d];
        sum0 += qd * keys[key + d];
        sum1 += qd * keys[key + stride + d];
        sum2 += qd * keys[key + 2 * stride + d];
        sum3 += qd * keys[key + 3 * stride + d];
      }
      scores[s] = sum0;
      scores[s + 1] = sum1;
      scores[s + 2] = sum2;
      scores[s + 3] = sum3;
    }
    for (; s < n_key; s++, key += stride) {
      let sum = -0;
      for (let d = 0; d < headSize; d++) sum += q[from + d] * keys[key + d];
      scores[s] = sum;
    }
  }

  /**
   * The mean of one head's values, weighted by p, four dimensions side by side. -> mixed[from …] [headSize]
   * @param {Float64Array} mixed
   * @param {number} from
   * @param {Float64Array} p [S]
   * @param {Float64Array} values
   * @param {number} first where the head begins in the first value
   * @param {number} stride from value to value
   * @param {number} n_key
   * @param {number} headSize
   */
  function mixValues(mixed, from, p, values, first, stride, n_key, headSize) {
    let d = 0;
    for (; d + 4 <= headSize; d += 4) {
      let sum0 = -0;
      let sum1 = -0;
      let sum2 = -0;
      let sum3 = -0;
      for (let s = 0, at = first + d; s < n_key; s++, at += stride) {
        const weight = p[s];
        sum0 += weight * values[at];
        sum1 += weight * values[at + 1];
        sum2 += weight * values[at + 2];
        sum3 += weight * values[at + 3];
      }
      mixed[from + d] = sum0;
      mixed[from + d + 1] = sum1;
      mixed[from + d + 2] = sum2;
      mixed[from + d + 3] = sum3;
    }
    for (; d < headSize; d++) {
      let sum = -0;
      for (let s = 0, at = first + d; s < n_key; s++, at += stride) sum += p[s] * values[at];
      mixed[from + d] = sum;
    }
  }

  // ---- scoring

  const CHARACTERS_A_STEP = 16; // read between two places where the caller may pause

  /**
   * Score lines one after the other, those of `context` and all earlier ones being seen but not scored. Yields the
   * score of each line, and undefined wherever the caller may pause.
   * @param {Model} model
   * @param {Iterable<string>} lines
   * @param {Iterable<string>} [context]
   * @returns {Generator<LineScore | undefined, void, void>}
   */
  function* scoring(model, lines, context = []) {
    const { vocabulary } = model;
    const state = new State(model);
    state.read(NEWLINE);
    let read = 0;
    for (const line of context) {
      for (const token of vocabulary.encode(line + '\n')) {
        state.read(token);
        if (++read % CHARACTERS_A_STEP === 0) yield undefined;
      }
    }
    let number = 0;
    for (const line of lines) {
      const codes = codePoints(line + '\n');
      const byCharacter = new Float64Array(codes.length);
      let bits = 0;
      for (let i = 0; i < codes.length; i++) {
        const token = vocabulary.id(codes[i]);
        byCharacter[i] = tokenBits(state.logits, token) + (token === ESCAPE ? escapeBits(codes[i]) : 0);
        bits += byCharacter[i];
        state.read(token);
        if (++read % CHARACTERS_A_STEP === 0) yield undefined;
      }
      yield { number: ++number, bits, characters: codes.length, byCharacter };
    }
  }

  /**
   * The same without pauses.
   * @param {Model} model
   * @param {Iterable<string>} lines
   * @param {Iterable<string>} [context]
   */
  function scoreLines(model, lines, context) {
    return Array.from(scoring(model, lines, context)).filter((score) => score !== undefined);
  }

  /**
   * −log2 of the probability that the logits give a token.
   * @param {Float64Array} logits [V]
   * @param {number} token
   */
  function tokenBits(logits, token) {
    let top = logits[0];
    for (let i = 1; i < logits.length; i++) if (logits[i] > top) top = logits[i];
    let total = 0;
    for (let i = 0; i < logits.length; i++) total += exp(logits[i] - top);
    return (top + Math.log(total) - logits[token]) / Math.LN2;
  }

  /**
   * The one score of many lines.
   * @param {Iterable<LineScore>} scores
   */
  function bitsPerCharacter(scores) {
    let bits = 0;
    let characters = 0;
    for (const score of scores) {
      bits += score.bits;
      characters += score.characters;
    }
    return characters ? bits / characters : 0;
  }

  // ---- sampling

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
    const before = new State(model);
    let read = 0;
    for (const token of contextTokens(model, context, begun)) {
      before.read(token);
      if (++read % TOKENS_A_STEP === 0) yield undefined;
    }
    for (let i = 0; i < samples; i++) {
      const state = samples > 1 ? before.copy() : before;
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
   * A state that has read the lines of `context`, as far as it can see them, and what was begun of the next line.
   * @param {Model} model
   * @param {string[]} context
   * @param {string} [begun]
   */
  function primed(model, context, begun = '') {
    const state = new State(model);
    for (const token of contextTokens(model, context, begun)) state.read(token);
    return state;
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

  // ---- the weights file

  const FORMAT = 1;
  const GOLDEN_TOLERANCE = 1e-6; // bits

  /** A weights file that must not be used, with the reason in words. */
  class WeightsFileError extends Error {
    /**
     * @param {Fault} fault
     * @param {string} message
     */
    constructor(fault, message) {
      super(message);
      this.name = 'WeightsFileError';
      this.fault = fault;
    }
  }

  /**
   * The model and the card of what `weights.js` assigned, after all checks. Throws WeightsFileError, naming what is
   * wrong.
   * @param {unknown} base64
   * @returns {{ model: Model, card: Card }}
   */
  function decodeWeights(base64) {
    const { model, card } = readWeights(base64);
    checkGolden(model, card);
    return { model, card };
  }

  /**
   * The same without the golden check, for who shows something first and does `checkGolden` right after.
   * @param {unknown} base64
   * @returns {{ model: Model, card: Card }}
   */
  function readWeights(base64) {
    const data = payload(base64);
    const { header, tensorBytes } = splitHeader(data);
    const metadata = header.__metadata__;
    if (typeof metadata?.card !== 'string') {
      throw new WeightsFileError(
        'foreign',
        'not a Logling weights file: it is a safetensors file without a card',
      );
    }
    const card = parseCard(metadata.card);
    const crc = crc32(tensorBytes, crc32(new TextEncoder().encode(metadata.card)));
    if (metadata.crc32 !== crc.toString(16).padStart(8, '0')) {
      throw damaged('its checksum does not match its contents');
    }
    return { model: assemble(card, header, tensorBytes), card };
  }

  /** @param {string} message */
  function unusable(message) {
    return new WeightsFileError('damaged', message);
  }

  /** @param {string} reason */
  function damaged(reason) {
    return unusable(`the weights file was altered or damaged: ${reason}`);
  }

  /**
   * @param {unknown} base64
   * @returns {Uint8Array}
   */
  function payload(base64) {
    if (typeof base64 !== 'string') {
      throw new WeightsFileError('foreign', 'not a Logling weights file: it does not assign LOGLING_WEIGHTS');
    }
    if (/[^A-Za-z0-9+/=]/.test(base64) || base64.length % 4) throw damaged('its base64 is wrong');
    try {
      return Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
    } catch {
      throw damaged('its base64 is wrong');
    }
  }

  /**
   * The JSON header of safetensors bytes, and the tensors' bytes behind it.
   * @param {Uint8Array} data
   */
  function splitHeader(data) {
    const view = new DataView(data.buffer);
    const size = data.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
    if (size > data.length - 8) {
      throw unusable('the weights file is truncated: it ends inside its header');
    }
    const header = parsed(new TextDecoder().decode(data.subarray(8, 8 + size)), 'header');
    if (!isObject(header)) throw damaged('its header is not an object');
    return { header, tensorBytes: data.subarray(8 + size) };
  }

  /**
   * @param {string} json
   * @param {string} what
   * @returns {any}
   */
  function parsed(json, what) {
    try {
      return JSON.parse(json);
    } catch {
      throw damaged(`its ${what} is not JSON`);
    }
  }

  /** @param {unknown} value */
  function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }

  /**
   * @param {string} text
   * @returns {Card}
   */
  function parseCard(text) {
    const card = parsed(text, 'card');
    if (!isObject(card) || !('format' in card)) {
      throw new WeightsFileError('foreign', 'not a Logling weights file: its card has no format number');
    }
    if (card.format !== FORMAT) {
      const newer = Number.isInteger(card.format) && card.format > FORMAT;
      const fix = newer ? 'update Logling' : 'retrain to write a new file';
      throw new WeightsFileError(
        newer ? 'newer' : 'older',
        `the weights file has format ${quoted(card.format)}, this version reads format ${FORMAT}: ${fix}`,
      );
    }
    return card;
  }

  /** @param {unknown} value */
  function quoted(value) {
    return typeof value === 'string' ? `'${value}'` : String(value);
  }

  const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
    for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
    return byte;
  });

  /**
   * CRC-32 as zlib's.
   * @param {Uint8Array} bytes
   * @param {number} [before] that of the bytes before
   */
  function crc32(bytes, before = 0) {
    let crc = ~before;
    for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255];
    return ~crc >>> 0;
  }

  /**
   * The model that the card describes, its weights the int8 steps times their rows' scales, exactly.
   * @param {Card} card
   * @param {Record<string, any>} header
   * @param {Uint8Array} tensorBytes
   * @returns {Model}
   */
  function assemble(card, header, tensorBytes) {
    const config = checkedConfig(card.config);
    if (typeof card.vocabulary !== 'string') {
      throw unusable('the card does not describe a model: it has no vocabulary');
    }
    const vocabulary = new Vocabulary(card.vocabulary);
    /** @type {Model['weights']} */
    const weights = {};
    for (const [name, shape] of Object.entries(shapes(config, vocabulary.size))) {
      const steps = tensor(header, tensorBytes, name, 'I8', 1);
      const scales = tensor(header, tensorBytes, name + '.scale', 'F16', 2);
      if (String(steps.shape) !== String(shape) || String(scales.shape) !== String(shape.slice(0, 1))) {
        const [given, said] = [steps.shape, shape].map((sides) => `[${sides.join(', ')}]`);
        throw unusable(`the tensor '${name}' has shape ${given}, the card says ${said}`);
      }
      weights[name] = dequantise(steps.bytes, scales.bytes, shape);
    }
    return { config, vocabulary, weights };
  }

  /**
   * @param {Record<string, any>} header
   * @param {Uint8Array} tensorBytes
   * @param {string} name
   * @param {string} dtype
   * @param {number} itemSize bytes
   * @returns {{ shape: number[], bytes: DataView }}
   */
  function tensor(header, tensorBytes, name, dtype, itemSize) {
    const entry = header[name];
    if (!isObject(entry) || !Array.isArray(entry.shape) || !Array.isArray(entry.data_offsets)) {
      throw unusable(`the weights file lacks the tensor '${name.replace(/\.scale$/, '')}'`);
    }
    if (entry.dtype !== dtype) throw unusable(`the tensor '${name}' has type ${entry.dtype}, not ${dtype}`);
    const [begin, end] = entry.data_offsets;
    const items = entry.shape.reduce((/** @type {number} */ n, /** @type {number} */ side) => n * side, 1);
    if (!(begin >= 0 && end <= tensorBytes.length && end - begin === items * itemSize)) {
      throw damaged(`the tensor '${name}' does not lie inside the file`);
    }
    return {
      shape: entry.shape,
      bytes: new DataView(tensorBytes.buffer, tensorBytes.byteOffset + begin, end - begin),
    };
  }

  /**
   * @param {DataView} steps int8 [n, m]
   * @param {DataView} scales float16 [n]
   * @param {[number, number]} shape
   */
  function dequantise(steps, scales, [n, m]) {
    const out = new Float64Array(n * m);
    for (let row = 0; row < n; row++) {
      const scale = float16(scales.getUint16(2 * row, true));
      for (let i = row * m; i < (row + 1) * m; i++) out[i] = steps.getInt8(i) * scale;
    }
    return out;
  }

  /**
   * The number that 16 bits of IEEE 754 stand for.
   * @param {number} bits
   */
  function float16(bits) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }

  /**
   * The shape of the model, after the same checks as in model/config.py.
   * @param {any} config
   * @returns {Config}
   */
  function checkedConfig(config) {
    const refuse = (/** @type {string} */ reason) =>
      unusable(`the card does not describe a model: ${reason}`);
    if (!isObject(config)) throw refuse('it has no config');
    for (const name of ['n_layer', 'n_head', 'n_embd', 'n_context', 'n_position', 'n_smear']) {
      const least = name === 'n_smear' ? 0 : 1;
      if (!Number.isInteger(config[name]) || config[name] < least)
        throw refuse(`${name} is at least ${least}`);
    }
    const { n_head, n_embd, n_context, n_position, n_smear, positions, final_norm } = config;
    if (n_embd % n_head) throw refuse(`n_embd (${n_embd}) must be a multiple of n_head (${n_head})`);
    if (n_smear >= n_context) throw refuse(`n_smear is from 0 to n_context - 1, not ${n_smear}`);
    if (positions !== 'columns' && positions !== 'absolute') {
      throw refuse(`positions is "columns" or "absolute", not ${quoted(positions)}`);
    }
    if (positions === 'absolute' && n_position < n_context) {
      throw refuse('absolute positions need a row for every token of the context');
    }
    if (typeof final_norm !== 'boolean') throw refuse('final_norm is true or false');
    return config;
  }

  /**
   * The exact score of the golden text: its lines, each with its newline.
   * @param {Model} model
   * @param {string} text
   */
  function goldenBits(model, text) {
    return scoreLines(model, text.split('\n')).reduce((sum, score) => sum + score.bits, 0);
  }

  /**
   * Compute the golden text's score here. Throws WeightsFileError when it is not the card's.
   * @param {Model} model
   * @param {Card} card
   */
  function checkGolden(model, card) {
    const { text, bits: expected } = card.golden ?? {};
    if (typeof text !== 'string' || typeof expected !== 'number')
      throw unusable('the card has no golden entry');
    const bits = goldenBits(model, text);
    if (!(Math.abs(bits - expected) <= GOLDEN_TOLERANCE)) {
      throw unusable(`the golden text costs ${bits} bits here, the card says ${expected}: do not trust it`);
    }
  }

  return {
    State,
    WeightsFileError,
    bitsPerCharacter,
    checkGolden,
    continueLog,
    continuing,
    decodeWeights,
    exp,
    goldenBits,
    pick,
    Mulberry32,
    primed,
    readWeights,
    scoreLines,
    scoring,
    shapes,
    softmax,
    tokenBits,
  };
}

const transformer = transformerScript();
const {
  State,
  WeightsFileError,
  bitsPerCharacter,
  checkGolden,
  continueLog,
  continuing,
  decodeWeights,
  exp,
  goldenBits,
  pick,
  Mulberry32,
  primed,
  readWeights,
  scoreLines,
  scoring,
  shapes,
  softmax,
  tokenBits,
} = transformer;

if (typeof module !== 'undefined') Object.assign(module.exports, transformer, { transformerScript });
