'use strict';

// The model: its shape, its forward, texts that it reads, what they cost, how they may go on, and the file that its weights
// come in. Numbers are those of model/exact.py and model/state.py to the last bit: float64, sums in index order, powers
// of our own. What is fast here changes none of them: sums side by side share what they load, tokens are computed in
// blocks, copies of a text share what they have read, and nothing is allocated for a token.

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
 * @property {number} staticBits by the weights alone: other than `bits` where something was learned on the way
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

  const STEPS = 512; // of a doubling, in the table of powers
  const STEPS_PER_NAT = 738.6598609351493; // 512 / ln 2
  const LINEAR = 0.0013538030870311431; // ln 2 / 512, its square over 2 and its cube over 6
  const QUADRATIC = 9.163913992275266e-7;
  const CUBIC = 4.135378350676714e-10;
  const ROUNDING = 6755399441055744; // 1.5 · 2^52: added and taken away again, it rounds to a whole number
  const LARGEST_POWER = 1023;
  const ROOTS = rootsOfTwo();
  const POWERS = powersOfTwo();

  /** 2^(i / 512) for i = 0 … 511, as products of 2^(1/2), 2^(1/4), … */
  function rootsOfTwo() {
    let roots = Float64Array.of(1);
    for (let root = Math.sqrt(2); roots.length < STEPS; root = Math.sqrt(root)) {
      const [before, factor] = [roots, root];
      roots = Float64Array.from({ length: 2 * before.length }, (_, i) =>
        i % 2 ? before[i >> 1] * factor : before[i >> 1],
      );
    }
    return roots;
  }

  /** 2^-1024 … 2^1023, each exact because doubling and halving are. */
  function powersOfTwo() {
    const powers = new Float64Array(2 * LARGEST_POWER + 2);
    const middle = LARGEST_POWER + 1;
    powers[middle] = 1;
    for (let i = middle + 1; i < powers.length; i++) powers[i] = 2 * powers[i - 1];
    for (let i = middle - 1; i >= 0; i--) powers[i] = powers[i + 1] / 2;
    return powers;
  }

  /**
   * 2^(t / 512) for |t| < 2^19, to about 14 digits. The nearest whole step comes from a table; what is left goes into
   * a cubic polynomial.
   * @param {number} t
   */
  function power(t) {
    const whole = t + ROUNDING - ROUNDING;
    const r = t - whole;
    const step = whole | 0;
    return (
      (((CUBIC * r + QUADRATIC) * r + LINEAR) * r + 1) *
      (ROOTS[step & (STEPS - 1)] * POWERS[(step >> 9) + LARGEST_POWER + 1])
    );
  }

  /**
   * e^x for x <= 709, to about 13 digits; 0 below -700.
   * @param {number} x
   */
  function exp(x) {
    return x < -700 ? 0 : power(x * STEPS_PER_NAT);
  }

  /**
   * Probabilities of the first n numbers, in place.
   * @param {Float64Array} x
   * @param {number} n
   */
  function softmax(x, n) {
    let largest = x[0];
    for (let i = 1; i < n; i++) if (x[i] > largest) largest = x[i];
    let total = 0;
    for (let i = 0; i < n; i++) total += x[i] = exp(x[i] - largest);
    for (let i = 0; i < n; i++) x[i] /= total;
  }

  /**
   * A matrix packed for `linear`: four outputs side by side, and rows of zeros up to a multiple of four.
   * @typedef {{ packed: Float64Array, n_in: number, n_out: number }} Matrix
   */

  /**
   * @param {number} n_in
   * @param {Float64Array[]} parts each [n_out, n_in], one below the other, each beginning at a multiple of four
   * @returns {Matrix}
   */
  function pack(n_in, ...parts) {
    const n_out = parts.reduce((sum, part) => sum + fourfold(part.length / n_in), 0);
    const packed = new Float64Array(n_out * n_in);
    let begin = 0;
    for (const part of parts) {
      for (let o = 0; o < part.length / n_in; o++) {
        const at = begin + (o & ~3) * n_in + (o & 3);
        for (let i = 0; i < n_in; i++) packed[at + 4 * i] = part[o * n_in + i];
      }
      begin += fourfold(part.length / n_in) * n_in;
    }
    return { packed, n_in, n_out };
  }

  /**
   * The next multiple of four.
   * @param {number} n
   */
  function fourfold(n) {
    return (n + 3) & ~3;
  }

  // Sums begin at -0, since -0 + x is x for every x; 0 + x is not, for x = -0.

  /**
   * matrix @ x for n rows x, with every sum in index order. [n, n_in] -> [n, n_out]; rows of both begin at multiples
   * of four. Two rows at a time share the loading of the weights.
   * @param {Float64Array} out
   * @param {Float64Array} x
   * @param {Matrix} matrix
   * @param {number} n
   * @param {number} row the first one wanted
   */
  function linear(out, x, { packed, n_in, n_out }, n, row) {
    const stride = fourfold(n_in);
    for (; row + 2 <= n; row += 2) linearTwo(out, row * n_out, x, row * stride, packed, n_in, n_out);
    if (row < n) linearOne(out, row * n_out, x, row * stride, packed, n_in, n_out);
  }

  /**
   * @param {Float64Array} out
   * @param {number} to where the row begins in `out`
   * @param {Float64Array} x
   * @param {number} from where the row begins in `x`
   * @param {Float64Array} packed
   * @param {number} n_in
   * @param {number} n_out
   */
  function linearOne(out, to, x, from, packed, n_in, n_out) {
    let w = 0;
    for (const end = to + n_out; to < end; to += 4) {
      let sum0 = -0;
      let sum1 = -0;
      let sum2 = -0;
      let sum3 = -0;
      let i = 0;
      for (; i + 2 <= n_in; i += 2, w += 8) {
        const a = x[from + i];
        const b = x[from + i + 1];
        sum0 = sum0 + a * packed[w] + b * packed[w + 4];
        sum1 = sum1 + a * packed[w + 1] + b * packed[w + 5];
        sum2 = sum2 + a * packed[w + 2] + b * packed[w + 6];
        sum3 = sum3 + a * packed[w + 3] + b * packed[w + 7];
      }
      for (; i < n_in; i++, w += 4) {
        const a = x[from + i];
        sum0 += a * packed[w];
        sum1 += a * packed[w + 1];
        sum2 += a * packed[w + 2];
        sum3 += a * packed[w + 3];
      }
      out[to] = sum0;
      out[to + 1] = sum1;
      out[to + 2] = sum2;
      out[to + 3] = sum3;
    }
  }

  /**
   * The same for this row and the one after it.
   * @param {Float64Array} out
   * @param {number} to
   * @param {Float64Array} x
   * @param {number} from
   * @param {Float64Array} packed
   * @param {number} n_in
   * @param {number} n_out
   */
  function linearTwo(out, to, x, from, packed, n_in, n_out) {
    const after = fourfold(n_in);
    let w = 0;
    for (const end = to + n_out; to < end; to += 4) {
      let a0 = -0;
      let a1 = -0;
      let a2 = -0;
      let a3 = -0;
      let b0 = -0;
      let b1 = -0;
      let b2 = -0;
      let b3 = -0;
      for (let i = from; i < from + n_in; i++, w += 4) {
        const a = x[i];
        const b = x[i + after];
        const w0 = packed[w];
        const w1 = packed[w + 1];
        const w2 = packed[w + 2];
        const w3 = packed[w + 3];
        a0 += a * w0;
        a1 += a * w1;
        a2 += a * w2;
        a3 += a * w3;
        b0 += b * w0;
        b1 += b * w1;
        b2 += b * w2;
        b3 += b * w3;
      }
      out[to] = a0;
      out[to + 1] = a1;
      out[to + 2] = a2;
      out[to + 3] = a3;
      out[to + n_out] = b0;
      out[to + n_out + 1] = b1;
      out[to + n_out + 2] = b2;
      out[to + n_out + 3] = b3;
    }
  }

  /**
   * n numbers over their root mean square.
   * @param {Float64Array} out
   * @param {Float64Array} x
   * @param {number} at where they begin in both
   * @param {number} n
   */
  function rmsNorm(out, x, at, n) {
    let total = -0;
    for (let i = at; i < at + n; i++) total += x[i] * x[i];
    const scale = 1 / Math.sqrt(total / n + EPSILON);
    for (let i = at; i < at + n; i++) out[i] = x[i] * scale;
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
   * The bias buckets of some keys for one query, into out[at …].
   * @param {Uint8Array} out
   * @param {number} at
   * @param {State} query whose newest token it is
   * @param {Cache} keys
   * @param {number} begin number of the first key in its cache
   * @param {number} end
   */
  function buckets(out, at, { column, line }, { columns, lines }, begin, end) {
    for (let s = begin; s < end; s++, at++) {
      const back = Math.min(line - lines[s], FURTHEST_BACK);
      const across = Math.max(FURTHEST_LEFT, Math.min(FURTHEST_RIGHT, columns[s] - column));
      out[at] = BUCKETS[back * BUCKET_COLUMNS + across - FURTHEST_LEFT];
    }
  }

  // ---- the forward

  const ROWS = 16; // tokens that are computed side by side
  const STEEPEST = 262144; // steps: an attention score counts as at most 2^512, and at least 2^-512

  /** The weights as they are computed with, and room for what is computed; all texts of a model share one. */
  class Forward {
    /** @param {Model} model */
    constructor({ config, vocabulary, weights }) {
      const { n_layer, n_head, n_embd, n_context } = config;
      const stride = fourfold(n_embd);
      const rows = (/** @type {number} */ n) => new Float64Array(ROWS * n);
      this.config = config;
      this.weights = weights;
      this.stride = stride; // between rows of n_embd numbers
      this.layers = Array.from({ length: n_layer }, (_, layer) => layerOf(config, weights, `h${layer}.`));
      this.head = pack(n_embd, weights.lm_head);
      this.n_vocabulary = vocabulary.size;

      this.n = 0; // rows at hand
      /** @type {State[]} */
      this.states = []; // of each row
      this.places = new Int32Array(ROWS); // where each row's key lies in its text's own cache
      this.seen = new Int32Array(ROWS); // how many keys each row sees, its own the last
      this.bucket = new Uint8Array(ROWS * n_context);
      this.x = rows(stride);
      this.normed = rows(stride);
      this.qkv = rows(3 * stride);
      this.mixed = rows(stride);
      this.added = rows(stride);
      this.hidden = rows(4 * n_embd);
      this.scores = new Float64Array(n_context);
      this.headSize = n_embd / n_head;
      this.logits = rows(this.head.n_out); // rows begin at multiples of head.n_out
    }

    /**
     * Put one more token of a text into the next row: its place, its embedding, and what it sees.
     * @param {State} state with room for it
     * @param {number} token
     */
    add(state, token) {
      const { config, weights, x, stride, n } = this;
      const { n_embd, n_context, n_position, n_smear } = config;
      const index = state.step(token);
      const seen = config.positions === 'absolute' ? index + 1 : Math.min(state.length, n_context);
      this.states[n] = state;
      this.places[n] = state.own.end - 1;
      this.seen[n] = seen;
      if (config.positions === 'columns') this.noteBuckets(state, n, seen);
      // With absolute positions nothing is visible beyond a full context.
      if (config.positions === 'absolute' && index === 0) state.before.fill(0);
      const before = state.before;
      const row = config.positions === 'absolute' ? index : state.column % n_position;
      for (let i = 0; i < n_embd; i++) {
        let sum = weights.wte[token * n_embd + i] + weights.wpe[row * n_embd + i];
        for (let at = i; at < n_smear * n_embd; at += n_embd) sum += before[at] * weights.smear[at];
        x[n * stride + i] = sum;
      }
      state.remember(token);
      rmsNorm(x, x, n * stride, n_embd);
      this.n = n + 1;
    }

    /**
     * @param {State} state
     * @param {number} row
     * @param {number} seen
     */
    noteBuckets(state, row, seen) {
      const { own, shared } = state;
      const at = row * this.config.n_context;
      const n_own = Math.min(seen, own.end);
      const n_shared = seen - n_own;
      if (n_shared) buckets(this.bucket, at, state, shared, shared.end - n_shared, shared.end);
      buckets(this.bucket, at + n_shared, state, own, own.end - n_own, own.end);
    }

    /**
     * Compute the rows that were added: their keys and values go to their texts, their predictions into `logits`.
     * @param {number} from the first row whose prediction is wanted; those before only leave keys and values
     * @param {number} [depth] how many layers of keys and values are wanted, all for a prediction
     */
    run(from, depth = this.config.n_layer) {
      const { config, x, n, stride } = this;
      for (let layer = 0; layer < depth; layer++) this.block(layer, layer === depth - 1 ? from : 0);
      this.n = 0;
      if (config.final_norm) for (let row = from; row < n; row++) rmsNorm(x, x, row * stride, config.n_embd);
      linear(this.logits, x, this.head, n, from);
    }

    /**
     * One layer: attention, then the two-matrix perceptron, each added to the stream x.
     * @param {number} layer
     * @param {number} from rows before this one only leave their keys and values
     */
    block(layer, from) {
      const { x, normed, hidden, n, stride } = this;
      const { n_embd, n_head } = this.config;
      const { qkv, bias, wo, fc1, fc2 } = this.layers[layer];
      for (let row = 0; row < n; row++) rmsNorm(normed, x, row * stride, n_embd);
      linear(this.qkv, normed, qkv, n, 0);
      for (let row = 0; row < n; row++) this.keep(layer, row);
      for (let head = 0; head < n_head; head++) {
        for (let row = from; row < n; row++) this.attend(layer, row, head, bias);
      }
      linear(this.added, this.mixed, wo, n, from);
      this.addToStream(from);
      for (let row = from; row < n; row++) rmsNorm(normed, x, row * stride, n_embd);
      linear(hidden, normed, fc1, n, from);
      for (let i = from * fc1.n_out; i < n * fc1.n_out; i++) hidden[i] = Math.max(hidden[i], 0);
      linear(this.added, hidden, fc2, n, from);
      this.addToStream(from);
    }

    /** @param {number} from the first row */
    addToStream(from) {
      const { x, added, n, stride } = this;
      for (let i = from * stride; i < n * stride; i++) x[i] += added[i];
    }

    /**
     * Key and value of a row, for its text.
     * @param {number} layer
     * @param {number} row
     */
    keep(layer, row) {
      const { qkv, stride, headSize, states, places } = this;
      const { own } = states[row];
      const keys = own.keys[layer];
      const values = own.values[layer];
      let from = (3 * row + 1) * stride;
      for (let head = 0; head < this.config.n_head; head++) {
        const at = (head * own.room + places[row]) * headSize;
        for (let d = 0; d < headSize; d++, from++) {
          keys[at + d] = qkv[from];
          values[at + d] = qkv[from + stride];
        }
      }
    }

    /**
     * What one head of one row makes of all it can see, into its part of `mixed`: first of what its text shares, then of
     * its own.
     * @param {number} layer
     * @param {number} row
     * @param {number} head
     * @param {Float64Array} bias [H, N_BUCKETS]
     */
    attend(layer, row, head, bias) {
      const { mixed, stride, headSize } = this;
      const { own, shared } = this.states[row];
      const end = this.places[row] + 1;
      const n_own = Math.min(this.seen[row], end);
      const n_shared = this.seen[row] - n_own;
      const to = row * stride + head * headSize;
      for (let d = to; d < to + headSize; d++) mixed[d] = -0;
      let total = -0;
      if (n_shared) total = this.mix(layer, row, head, bias, shared, shared.end, n_shared, 0, total);
      total = this.mix(layer, row, head, bias, own, end, n_own, n_shared, total);
      const scale = 1 / total;
      for (let d = to; d < to + headSize; d++) mixed[d] *= scale;
    }

    /**
     * Add the values of some keys to one head's part of `mixed`, each times its weight; the sum of the weights.
     * @param {number} layer
     * @param {number} row
     * @param {number} head
     * @param {Float64Array} bias
     * @param {Cache} cache
     * @param {number} end of the keys in the cache
     * @param {number} n_key
     * @param {number} before how many keys were added before these
     * @param {number} total the sum of their weights
     */
    mix(layer, row, head, bias, cache, end, n_key, before, total) {
      const { qkv, mixed, scores, bucket, stride, headSize } = this;
      const keys = cache.keys[layer];
      const values = cache.values[layer];
      const to = row * stride + head * headSize;
      const query = to + 2 * row * stride;
      const at = (head * cache.room + end - n_key) * headSize;
      const place = row * this.config.n_context + before;
      const first = head * N_BUCKETS;
      if (headSize === 4) {
        return attendFour(mixed, to, qkv, query, keys, values, at, n_key, bias, first, bucket, place, total);
      }
      scoreKeys(scores, qkv, query, keys, at, n_key, headSize);
      const sum = weigh(scores, n_key, bias, first, bucket, place, total);
      mixValues(mixed, to, scores, values, at, n_key, headSize);
      return sum;
    }
  }

  /**
   * The tensors of one layer as they are computed with. Queries and biases are scaled so that scores are counted in
   * the steps of `power`.
   * @param {Config} config
   * @param {Model['weights']} weights
   * @param {string} h
   */
  function layerOf({ n_embd, n_head }, weights, h) {
    const steps = STEPS_PER_NAT / Math.sqrt(n_embd / n_head);
    const queries = weights[h + 'wq'].map((weight) => weight * steps);
    return {
      qkv: pack(n_embd, queries, weights[h + 'wk'], weights[h + 'wv']),
      bias: weights[h + 'bias']?.map((bias) => bias * STEPS_PER_NAT) ?? new Float64Array(n_head * N_BUCKETS),
      wo: pack(n_embd, weights[h + 'wo']),
      fc1: pack(n_embd, weights[h + 'fc1']),
      fc2: pack(4 * n_embd, weights[h + 'fc2']),
    };
  }

  /**
   * The dot product of one head's query with each key, four keys side by side. -> scores [S]
   * @param {Float64Array} scores
   * @param {Float64Array} q
   * @param {number} from where the query begins in q
   * @param {Float64Array} keys
   * @param {number} key where the first key begins
   * @param {number} n_key
   * @param {number} headSize
   */
  function scoreKeys(scores, q, from, keys, key, n_key, headSize) {
    let s = 0;
    for (; s + 4 <= n_key; s += 4, key += 4 * headSize) {
      const key1 = key + headSize;
      const key2 = key1 + headSize;
      const key3 = key2 + headSize;
      let sum0 = -0;
      let sum1 = -0;
      let sum2 = -0;
      let sum3 = -0;
      let d = 0;
      for (; d + 2 <= headSize; d += 2) {
        const a = q[from + d];
        const b = q[from + d + 1];
        sum0 = sum0 + a * keys[key + d] + b * keys[key + d + 1];
        sum1 = sum1 + a * keys[key1 + d] + b * keys[key1 + d + 1];
        sum2 = sum2 + a * keys[key2 + d] + b * keys[key2 + d + 1];
        sum3 = sum3 + a * keys[key3 + d] + b * keys[key3 + d + 1];
      }
      for (; d < headSize; d++) {
        const a = q[from + d];
        sum0 += a * keys[key + d];
        sum1 += a * keys[key1 + d];
        sum2 += a * keys[key2 + d];
        sum3 += a * keys[key3 + d];
      }
      scores[s] = sum0;
      scores[s + 1] = sum1;
      scores[s + 2] = sum2;
      scores[s + 3] = sum3;
    }
    for (; s < n_key; s++, key += headSize) {
      let sum = -0;
      for (let d = 0; d < headSize; d++) sum += q[from + d] * keys[key + d];
      scores[s] = sum;
    }
  }

  /**
   * The weight of each key from its score, in place; their sum, added to that of the keys before.
   * @param {Float64Array} scores [S]
   * @param {number} n_key
   * @param {Float64Array} bias
   * @param {number} first where the head begins in bias
   * @param {Uint8Array} bucket
   * @param {number} place where the first key's is
   * @param {number} total
   */
  function weigh(scores, n_key, bias, first, bucket, place, total) {
    for (let s = 0; s < n_key; s++) {
      const weight = power(clamped(scores[s] + bias[first + bucket[place + s]]));
      scores[s] = weight;
      total += weight;
    }
    return total;
  }

  /**
   * A score within what `power` takes, with room for a sum.
   * @param {number} t
   */
  function clamped(t) {
    return t > STEEPEST ? STEEPEST : t < -STEEPEST ? -STEEPEST : t;
  }

  /**
   * Add one head's values, each times its weight, four dimensions side by side. -> mixed[to …] [headSize]
   * @param {Float64Array} mixed
   * @param {number} to
   * @param {Float64Array} weights [S]
   * @param {Float64Array} values
   * @param {number} first where the first value begins
   * @param {number} n_key
   * @param {number} headSize
   */
  function mixValues(mixed, to, weights, values, first, n_key, headSize) {
    let d = 0;
    for (; d + 4 <= headSize; d += 4) {
      let sum0 = mixed[to + d];
      let sum1 = mixed[to + d + 1];
      let sum2 = mixed[to + d + 2];
      let sum3 = mixed[to + d + 3];
      let at = first + d;
      let s = 0;
      for (; s + 2 <= n_key; s += 2, at += 2 * headSize) {
        const a = weights[s];
        const b = weights[s + 1];
        const after = at + headSize;
        sum0 = sum0 + a * values[at] + b * values[after];
        sum1 = sum1 + a * values[at + 1] + b * values[after + 1];
        sum2 = sum2 + a * values[at + 2] + b * values[after + 2];
        sum3 = sum3 + a * values[at + 3] + b * values[after + 3];
      }
      if (s < n_key) {
        const a = weights[s];
        sum0 += a * values[at];
        sum1 += a * values[at + 1];
        sum2 += a * values[at + 2];
        sum3 += a * values[at + 3];
      }
      mixed[to + d] = sum0;
      mixed[to + d + 1] = sum1;
      mixed[to + d + 2] = sum2;
      mixed[to + d + 3] = sum3;
    }
    for (; d < headSize; d++) {
      let sum = mixed[to + d];
      for (let s = 0, at = first + d; s < n_key; s++, at += headSize) sum += weights[s] * values[at];
      mixed[to + d] = sum;
    }
  }

  /**
   * scoreKeys, weigh and mixValues in one go for a head of four dimensions, the shape of `seed`: nothing needs storing.
   * @param {Float64Array} mixed
   * @param {number} to
   * @param {Float64Array} q
   * @param {number} from
   * @param {Float64Array} keys
   * @param {Float64Array} values
   * @param {number} at where the first key and value begin
   * @param {number} n_key
   * @param {Float64Array} bias
   * @param {number} first
   * @param {Uint8Array} bucket
   * @param {number} place
   * @param {number} total
   */
  function attendFour(mixed, to, q, from, keys, values, at, n_key, bias, first, bucket, place, total) {
    const q0 = q[from];
    const q1 = q[from + 1];
    const q2 = q[from + 2];
    const q3 = q[from + 3];
    let sum0 = mixed[to];
    let sum1 = mixed[to + 1];
    let sum2 = mixed[to + 2];
    let sum3 = mixed[to + 3];
    const end = place + n_key;
    for (; place + 2 <= end; place += 2, at += 8) {
      const after = at + 4;
      const dotA = q0 * keys[at] + q1 * keys[at + 1] + q2 * keys[at + 2] + q3 * keys[at + 3];
      const dotB = q0 * keys[after] + q1 * keys[after + 1] + q2 * keys[after + 2] + q3 * keys[after + 3];
      const a = power(clamped(dotA + bias[first + bucket[place]]));
      const b = power(clamped(dotB + bias[first + bucket[place + 1]]));
      total = total + a + b;
      sum0 = sum0 + a * values[at] + b * values[after];
      sum1 = sum1 + a * values[at + 1] + b * values[after + 1];
      sum2 = sum2 + a * values[at + 2] + b * values[after + 2];
      sum3 = sum3 + a * values[at + 3] + b * values[after + 3];
    }
    if (place < end) {
      const dot = q0 * keys[at] + q1 * keys[at + 1] + q2 * keys[at + 2] + q3 * keys[at + 3];
      const a = power(clamped(dot + bias[first + bucket[place]]));
      total += a;
      sum0 += a * values[at];
      sum1 += a * values[at + 1];
      sum2 += a * values[at + 2];
      sum3 += a * values[at + 3];
    }
    mixed[to] = sum0;
    mixed[to + 1] = sum1;
    mixed[to + 2] = sum2;
    mixed[to + 3] = sum3;
    return total;
  }

  // ---- a text that is read

  const SLACK = 128; // tokens by which a full cache can grow before it is moved to its front
  const SHORT = 64; // tokens that are copied rather than shared

  /** @type {WeakMap<Model, Forward>} */
  const forwards = new WeakMap();

  /** @param {Model} model */
  function forwardOf(model) {
    const forward = forwards.get(model) ?? new Forward(model);
    forwards.set(model, forward);
    return forward;
  }

  /** Keys and values of consecutive tokens, and where each token stood. */
  class Cache {
    /**
     * @param {Config} config
     * @param {number} room rows
     */
    constructor({ n_layer, n_head, n_embd }, room) {
      const rows = () => new Float64Array(room * n_embd);
      this.n_head = n_head;
      this.headSize = n_embd / n_head;
      this.room = room;
      this.end = 0; // rows in use
      this.keys = Array.from({ length: n_layer }, rows); // per layer [H, room, D]
      this.values = Array.from({ length: n_layer }, rows);
      this.columns = new Int32Array(room);
      this.lines = new Int32Array(room);
    }

    /**
     * Append the last rows of another cache.
     * @param {Cache} other
     * @param {number} n
     */
    append(other, n) {
      const [from, to] = [other.end - n, other.end];
      for (let layer = 0; layer < this.keys.length; layer++) {
        for (let head = 0; head < this.n_head; head++) {
          this.keys[layer].set(other.rows(other.keys[layer], head, from, to), this.at(head, this.end));
          this.values[layer].set(other.rows(other.values[layer], head, from, to), this.at(head, this.end));
        }
      }
      this.columns.set(other.columns.subarray(from, to), this.end);
      this.lines.set(other.lines.subarray(from, to), this.end);
      this.end += n;
    }

    /**
     * Where a row begins.
     * @param {number} head
     * @param {number} row
     */
    at(head, row) {
      return (head * this.room + row) * this.headSize;
    }

    /**
     * @param {Float64Array} all keys or values
     * @param {number} head
     * @param {number} from
     * @param {number} to
     */
    rows(all, head, from, to) {
      return all.subarray(this.at(head, from), this.at(head, to));
    }

    /**
     * Forget all but the last n rows.
     * @param {number} n
     */
    keep(n) {
      const [from, to] = [this.end - n, this.end];
      for (const all of [...this.keys, ...this.values]) {
        for (let head = 0; head < this.n_head; head++) {
          all.copyWithin(this.at(head, 0), this.at(head, from), this.at(head, to));
        }
      }
      this.columns.copyWithin(0, from, to);
      this.lines.copyWithin(0, from, to);
      this.end = n;
    }
  }

  /** What a text has read so far. */
  class State {
    /** @param {Model} model */
    constructor(model) {
      this.model = model;
      this.forward = forwardOf(model);
      this.own = new Cache(model.config, 2 * SHORT);
      this.shared = new Cache(model.config, 0); // of the tokens before its own; never written to
      this.column = 0;
      this.line = 0;
      this.before = new Float64Array(model.config.n_smear * model.config.n_embd); // embeddings, newest first
      this.length = 0; // tokens read
      this.logits = new Float64Array(model.vocabulary.size); // the prediction of the next token
    }

    /** Another text that has read the same. Cheap: most of what was read is shared from now on. */
    copy() {
      const { config } = this.model;
      if (this.own.end > SHORT) {
        const n_shared = Math.min(this.shared.end, Math.max(0, config.n_context - this.own.end));
        const all = n_shared ? new Cache(config, n_shared + this.own.end) : this.own;
        if (n_shared) {
          all.append(this.shared, n_shared);
          all.append(this.own, this.own.end);
        }
        this.shared = all;
        this.own = new Cache(config, 2 * SHORT);
      }
      const copy = new State(this.model);
      copy.shared = this.shared;
      copy.own.append(this.own, this.own.end);
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
      this.makeRoom(1);
      this.forward.add(this, token);
      this.forward.run(0);
      this.notePrediction(0);
      return this.logits;
    }

    /**
     * Read tokens one after the other, ROWS at most. Predictions of all rows but the last are left in `forward`.
     * @param {Int32Array} tokens
     * @param {number} from the first whose prediction is wanted
     */
    readBlock(tokens, from) {
      this.addBlock(tokens);
      this.forward.run(from);
      this.notePrediction(tokens.length - 1);
    }

    /** @param {Int32Array} tokens */
    addBlock(tokens) {
      this.makeRoom(tokens.length);
      for (let i = 0; i < tokens.length; i++) this.forward.add(this, tokens[i]);
    }

    /**
     * Read a text of which only the last prediction is wanted, in blocks. What stands further back leaves keys and
     * values in fewer layers: all that the last tokens can see of it, and nothing else.
     * @param {Int32Array} tokens
     * @returns {Generator<undefined, void, void>}
     */
    *reading(tokens) {
      const { n_layer, n_context } = this.model.config;
      for (let i = 0; i < tokens.length; i += ROWS, yield undefined) {
        const block = tokens.subarray(i, i + ROWS);
        const left = tokens.length - i - block.length;
        if (!left) return this.readBlock(block, block.length - 1);
        const reaches = Math.floor((left - 1) / Math.max(1, n_context - 1));
        this.addBlock(block);
        this.forward.run(block.length, Math.max(0, n_layer - reaches));
      }
    }

    /**
     * Take over the prediction of a row.
     * @param {number} row
     */
    notePrediction(row) {
      const { logits, head } = this.forward;
      const { length } = this.logits;
      for (let i = 0; i < length; i++) this.logits[i] = logits[row * head.n_out + i];
    }

    /**
     * Make room for n more tokens: a larger cache of its own, or once that is full, without what is out of sight.
     * @param {number} n at most ROWS
     */
    makeRoom(n) {
      const { config } = this.model;
      const full = config.n_context + SLACK;
      if (this.own.end + n <= this.own.room) return;
      if (this.own.room < full) {
        const larger = new Cache(config, Math.min(2 * this.own.room, full));
        larger.append(this.own, this.own.end);
        this.own = larger;
      } else {
        this.own.keep(config.n_context);
      }
    }

    /**
     * Take one more place. Returns its index in its window, for absolute positions.
     * @param {number} token
     */
    step(token) {
      const { own } = this;
      const newline = token === NEWLINE;
      this.column = newline ? 0 : this.column + 1;
      if (newline) this.line++;
      own.columns[own.end] = this.column;
      own.lines[own.end++] = this.line;
      return this.length++ % this.model.config.n_context;
    }

    /**
     * Note the embedding of the newest token for those that follow.
     * @param {number} token
     */
    remember(token) {
      const { n_embd, n_smear } = this.model.config;
      if (!n_smear) return;
      const { wte } = this.model.weights;
      this.before.copyWithin(n_embd, 0);
      for (let i = 0; i < n_embd; i++) this.before[i] = wte[token * n_embd + i];
    }
  }

  /**
   * Read one more token of each of some texts side by side, faster than one by one and with the same bits.
   * @param {State[]} states of one model, all different
   * @param {ArrayLike<number>} tokens one for each
   */
  function readSideBySide(states, tokens) {
    for (let first = 0; first < states.length; first += ROWS) {
      const { forward } = states[first];
      const last = Math.min(first + ROWS, states.length);
      for (let i = first; i < last; i++) {
        states[i].makeRoom(1);
        forward.add(states[i], tokens[i]);
      }
      forward.run(0);
      for (let i = first; i < last; i++) states[i].notePrediction(i - first);
    }
  }

  // ---- scoring

  /**
   * Score lines one after the other, those of `context` and all earlier ones being seen but not scored. Yields the
   * score of each line, and undefined wherever the caller may pause.
   * @param {Model} model
   * @param {Iterable<string>} lines
   * @param {Iterable<string>} [context]
   * @param {Adaptive} [adaptive] learns from what is read, and is mixed with the model
   * @returns {Generator<LineScore | undefined, void, void>}
   */
  function* scoring(model, lines, context = [], adaptive = undefined) {
    const state = new State(model);
    state.read(NEWLINE);
    for (const line of context) {
      const codes = codePoints(line + '\n');
      const tokens = codes.map((code) => model.vocabulary.id(code));
      for (let i = 0; i < tokens.length; i += ROWS, yield undefined) {
        const block = tokens.subarray(i, i + ROWS);
        if (adaptive) charge(new Float64Array(block.length), state, block, codes.subarray(i), adaptive);
        else state.readBlock(block, block.length - 1);
      }
    }
    let number = 0;
    for (const line of lines) {
      const codes = codePoints(line + '\n');
      const tokens = codes.map((code) => model.vocabulary.id(code));
      const byCharacter = new Float64Array(codes.length);
      let staticBits = 0;
      for (let i = 0; i < tokens.length; i += ROWS, yield undefined) {
        const bits = byCharacter.subarray(i, i + ROWS);
        staticBits += charge(bits, state, tokens.subarray(i, i + ROWS), codes.subarray(i), adaptive);
      }
      yield { number: ++number, bits: total(byCharacter), characters: codes.length, byCharacter, staticBits };
    }
  }

  /**
   * Read a block of tokens, and note what each cost. Returns what they cost by the weights alone.
   * @param {Float64Array} bits [n]
   * @param {State} state
   * @param {Int32Array} tokens [n], ROWS at most
   * @param {Int32Array} codes of the tokens
   * @param {Adaptive} [adaptive]
   */
  function charge(bits, state, tokens, codes, adaptive) {
    const { logits, head } = state.forward;
    const size = state.logits.length;
    const first = state.logits.slice();
    state.readBlock(tokens, 0);
    let staticBits = 0;
    for (let i = 0; i < tokens.length; i++) {
      const predicted = i ? logits.subarray((i - 1) * head.n_out, (i - 1) * head.n_out + size) : first;
      const escaped = tokens[i] === ESCAPE ? escapeBits(codes[i]) : 0;
      const alone = tokenBits(predicted, tokens[i]) + escaped;
      bits[i] = adaptive ? adaptive.charge(predicted, codes[i]) : alone;
      staticBits += alone;
    }
    return staticBits;
  }

  /** @param {Float64Array} bits */
  function total(bits) {
    return bits.reduce((sum, more) => sum + more, 0);
  }

  /**
   * The same without pauses.
   * @param {Model} model
   * @param {Iterable<string>} lines
   * @param {Iterable<string>} [context]
   * @param {Adaptive} [adaptive]
   */
  function scoreLines(model, lines, context, adaptive) {
    return Array.from(scoring(model, lines, context, adaptive)).filter((score) => score !== undefined);
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

  const FUTURES = 4; // drawn side by side: more would not find room in a processor's cache
  const LONGEST_LINE = 2000; // characters after which a sampled line that never ends is ended

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
   * The id that a uniform number in [0, 1) falls on. Ids share [0, 1) in their order, each as its probability says; the
   * escape is never picked. Temperature 0 takes the most likely id, the lower one of two equals; topK 0 means all.
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
   * The logits without all but the topK largest, of which the lower ids go first among equals.
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
   * The same in small steps: yields each sample, and undefined wherever the caller may pause.
   * @param {Model} model
   * @param {string[]} context
   * @param {SamplingOptions} [options]
   * @returns {Generator<Sample | undefined, void, void>}
   */
  function* continuing(model, context, options = {}) {
    const { samples = 1, seed = 0, begun = '' } = options;
    const state = new State(model);
    yield* state.reading(contextTokens(model, context, begun));
    /** @type {Future[]} */
    const futures = [];
    /** @type {Future[]} */
    let open = [];
    for (let handedOn = 0; handedOn < samples;) {
      while (open.length < FUTURES && futures.length < samples) {
        futures.push(new Future(samples > 1 ? state.copy() : state, seed + futures.length, options));
        open.push(futures[futures.length - 1]);
      }
      const drawn = open.map((future) => future.draw());
      readSideBySide(
        open.map((future) => future.state),
        drawn,
      );
      open = open.filter((future) => !future.ended);
      yield undefined;
      while (futures[handedOn]?.ended) yield futures[handedOn++].sample;
    }
  }

  /** One sample while it is drawn. */
  class Future {
    /**
     * @param {State} state
     * @param {number} seed
     * @param {SamplingOptions} options
     */
    constructor(state, seed, { steps = 1, temperature = 1, topK = 0 }) {
      this.state = state;
      this.random = new Mulberry32(seed);
      this.steps = steps;
      this.temperature = temperature;
      this.topK = topK;
      /** @type {Sample} */
      this.sample = { lines: [], bits: [] };
      /** @type {number[]} */
      this.line = [];
      this.bits = 0; // of the line so far
    }

    get ended() {
      return this.sample.lines.length >= this.steps;
    }

    /** Draw the next token, which is then to be read. */
    draw() {
      const { logits, model } = this.state;
      const full = this.line.length >= LONGEST_LINE;
      const token = full ? NEWLINE : pick(logits, this.temperature, this.topK, this.random.uniform());
      this.bits += tokenBits(logits, token);
      if (token !== NEWLINE) {
        this.line.push(token);
        return token;
      }
      this.sample.lines.push(model.vocabulary.decode(this.line));
      this.sample.bits.push(this.bits);
      this.line = [];
      this.bits = 0;
      return token;
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
    Array.from(state.reading(contextTokens(model, context, begun)));
    return state;
  }

  /**
   * The newline that begins the first line, then the visible lines, then what was begun.
   * @param {Model} model
   * @param {string[]} context
   * @param {string} begun
   */
  function contextTokens(model, context, begun) {
    const lines = visibleTail(model.config, context).map((line) => line + '\n');
    return model.vocabulary.encode('\n' + lines.join('') + begun);
  }

  /**
   * The last of some lines, as many as can change what a model says of the next.
   * @param {Config} config
   * @param {string[]} lines
   */
  function visibleTail({ n_context, n_layer, n_smear }, lines) {
    const room = n_context * n_layer + n_smear;
    let first = lines.length;
    for (let kept = 0; first > 0 && kept < room;) kept += codePoints(lines[--first]).length + 1;
    return lines.slice(first);
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
      return bytesOf(atob(base64));
    } catch {
      throw damaged('its base64 is wrong');
    }
  }

  /**
   * @param {string} binary
   */
  function bytesOf(binary) {
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
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
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 255];
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
    const whole = new Int8Array(steps.buffer, steps.byteOffset, n * m);
    const out = new Float64Array(n * m);
    for (let row = 0; row < n; row++) {
      const scale = float16(scales.getUint16(2 * row, true));
      for (let i = row * m; i < (row + 1) * m; i++) out[i] = whole[i] * scale;
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
   * Compute the golden text's score here. Throws WeightsFileError when it is not the card's.
   * @param {Model} model
   * @param {Card} card
   */
  function checkGolden(model, card) {
    const { text, bits: expected } = card.golden ?? {};
    if (typeof text !== 'string' || typeof expected !== 'number')
      throw unusable('the card has no golden entry');
    const bits = scoreLines(model, text.split('\n')).reduce((sum, score) => sum + score.bits, 0);
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
    pick,
    Mulberry32,
    primed,
    readSideBySide,
    readWeights,
    scoreLines,
    scoring,
    shapes,
    softmax,
    tokenBits,
    visibleTail,
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
  pick,
  Mulberry32,
  primed,
  readSideBySide,
  readWeights,
  scoreLines,
  scoring,
  shapes,
  softmax,
  tokenBits,
  visibleTail,
} = transformer;

if (typeof module !== 'undefined') Object.assign(module.exports, transformer, { transformerScript });
