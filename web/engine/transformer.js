// The transformer's computation, as in model/state.py and to the last bit the same: a token's embedding, the layers, the
// logits. Up to ROWS tokens are computed side by side, of one text or of several, and nothing is allocated for a token.
//
// What a text has read is in state.js; C = n_embd, H heads, D = C / H, V = vocabulary size.

const ROWS = 16;

/**
 * What a model is, the characters it knows, and what it has learned; tensors are row-major.
 * @typedef {object} Model
 * @property {Config} config
 * @property {Vocabulary} vocabulary
 * @property {Record<string, Float64Array>} weights
 */

/**
 * The tensors of one layer as they are computed with.
 * @typedef {object} Layer
 * @property {Matrix} qkv queries, keys and values
 * @property {Float64Array} bias [H, N_BUCKETS]
 * @property {boolean} isBounded whether no score can reach SCORE_LIMIT
 * @property {Matrix} wo
 * @property {Matrix} fc1
 * @property {Matrix} fc2
 */

/** A model's weights as they are computed with, and room for the rows. All texts of a model share one. */
class ForwardPass {
  /** @param {Model} model */
  constructor({ config, vocabulary, weights }) {
    const { n_layer, n_head, n_embd, n_context } = config;
    const stride = fourfold(n_embd);
    const rows = (/** @type {number} */ n) => new Float64Array(ROWS * n);
    this.config = config;
    this.weights = weights;
    this.stride = stride; // between rows of C numbers
    this.layers = Array.from({ length: n_layer }, (_, layer) => layerOf(config, weights, `h${layer}.`));
    this.head = pack(n_embd, weights.lm_head);
    this.n_vocabulary = vocabulary.size;
    this.recallable = weights.lm_head.slice(); // what an id adds to the stream when it is recalled; id 0 nothing
    this.recallable.fill(0, 0, n_embd);

    this.n = 0; // rows that wait to be computed
    /** @type {State[]} */
    this.states = []; // the text of each row
    this.cacheRows = new Int32Array(ROWS); // where each row's key is in its text's own cache
    this.visible = new Int32Array(ROWS); // how many keys each row sees, its own included
    this.guesses = new Int32Array(ROWS * N_RECALLED); // the ids that each row recalls
    this.runs = new BucketRuns(ROWS); // each row's last one is before (row + 1) · MOST_RUNS
    this.firstRuns = new Int32Array(ROWS);
    this.firstOwnRuns = new Int32Array(ROWS); // those before are of the shared cache
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
   * Put one more token of a text into the next row.
   * @param {State} state with room for it
   * @param {number} token
   */
  add(state, token) {
    const { n } = this;
    state.stepTo(token);
    this.states[n] = state;
    this.cacheRows[n] = state.own.end - 1;
    this.visible[n] = Math.min(state.length, this.config.n_context);
    this.guesses.set(state.recall.guesses, n * N_RECALLED);
    this.findRuns(n);
    this.embed(n, token);
    state.rememberEmbedding(token);
    this.n = n + 1;
  }

  /**
   * The runs of keys that a row sees.
   * @param {number} row
   */
  findRuns(row) {
    const { runs } = this;
    const state = this.states[row];
    const { own, shared } = state;
    const n_own = Math.min(this.visible[row], own.end);
    const n_shared = this.visible[row] - n_own;
    const first = runs.prepend((row + 1) * MOST_RUNS, state, own, own.end - n_own, own.end);
    this.firstOwnRuns[row] = first;
    this.firstRuns[row] = runs.prepend(first, state, shared, shared.end - n_shared, shared.end);
  }

  /**
   * Character and column, and a part of the characters before. -> x[row] [C]
   * @param {number} row
   * @param {number} token
   */
  embed(row, token) {
    const { weights, x, stride } = this;
    const { n_embd, n_position, n_smear } = this.config;
    const { column, before } = this.states[row];
    const position = (column % n_position) * n_embd;
    for (let i = 0; i < n_embd; i++) {
      let sum = weights.wte[token * n_embd + i] + weights.wpe[position + i];
      for (let at = i; at < n_smear * n_embd; at += n_embd) sum += before[at] * weights.smear[at];
      x[row * stride + i] = sum;
    }
    rmsNorm(x, x, row * stride, n_embd);
  }

  /**
   * Compute the rows that were added. Their keys and values go to their texts, their predictions into `logits`.
   * @param {number} from the first row whose prediction is wanted; those before only leave keys and values
   * @param {number} [depth] how many layers of keys and values are wanted; a prediction needs all
   */
  run(from, depth = this.config.n_layer) {
    const { config, x, n, stride } = this;
    for (let layer = 0; layer < depth; layer++) this.block(layer, layer === depth - 1 ? from : 0);
    this.n = 0;
    if (config.final_norm) for (let row = from; row < n; row++) rmsNorm(x, x, row * stride, config.n_embd);
    linear(this.logits, x, this.head, n, from);
  }

  /**
   * One layer: attention, then the two-matrix perceptron, each added to the stream x; in the last layer what is
   * recalled between them.
   * @param {number} layer
   * @param {number} from rows before this one only leave their keys and values
   */
  block(layer, from) {
    const { x, normed, hidden, n, stride } = this;
    const { n_embd, n_head } = this.config;
    const { qkv, wo, fc1, fc2 } = this.layers[layer];
    for (let row = 0; row < n; row++) rmsNorm(normed, x, row * stride, n_embd);
    linear(this.qkv, normed, qkv, n, 0);
    for (let row = 0; row < n; row++) this.storeKeyAndValue(layer, row);
    for (let head = 0; head < n_head; head++) {
      for (let row = from; row < n; row++) this.attention(layer, row, head);
    }
    linear(this.added, this.mixed, wo, n, from);
    this.addToStream(from);
    if (this.config.recall && layer === this.config.n_layer - 1) this.addRecalled(from);
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

  /** @param {number} from the first row */
  addRecalled(from) {
    const { x, n, stride, guesses, recallable, weights } = this;
    const { n_embd } = this.config;
    for (let row = from; row < n; row++) {
      for (let kind = 0; kind < N_RECALLED; kind++) {
        const id = guesses[row * N_RECALLED + kind] * n_embd;
        const at = kind * n_embd;
        for (let i = 0; i < n_embd; i++) x[row * stride + i] += recallable[id + i] * weights.recall[at + i];
      }
    }
  }

  /**
   * Copy the key and the value of a row into its text's cache.
   * @param {number} layer
   * @param {number} row
   */
  storeKeyAndValue(layer, row) {
    const { qkv, stride, headSize, states, cacheRows } = this;
    const { own } = states[row];
    const pairs = own.pairs[layer];
    let from = (3 * row + 1) * stride;
    for (let head = 0; head < this.config.n_head; head++) {
      const at = own.at(head, cacheRows[row]);
      for (let d = 0; d < headSize; d++, from++) {
        pairs[at + d] = qkv[from];
        pairs[at + headSize + d] = qkv[from + stride];
      }
    }
  }

  /**
   * One head's mean of all values that a row sees, weighted by how well the keys match its query. The keys of the
   * shared cache come first, since they are older. -> mixed[row] [D]
   * @param {number} layer
   * @param {number} row
   * @param {number} head
   */
  attention(layer, row, head) {
    const { mixed, stride, headSize } = this;
    const { own, shared } = this.states[row];
    const first = this.firstRuns[row];
    const firstOwn = this.firstOwnRuns[row];
    const end = this.cacheRows[row] + 1;
    const n_own = Math.min(this.visible[row], end);
    const n_shared = this.visible[row] - n_own;
    const to = row * stride + head * headSize;
    for (let d = to; d < to + headSize; d++) mixed[d] = -0;
    let total = -0;
    if (n_shared)
      total = this.addValues(layer, row, head, shared, shared.end - n_shared, first, firstOwn, total);
    total = this.addValues(layer, row, head, own, end - n_own, firstOwn, (row + 1) * MOST_RUNS, total);
    const scale = 1 / total;
    for (let d = to; d < to + headSize; d++) mixed[d] *= scale;
  }

  /**
   * Add the values of some keys of one cache to one head's part of `mixed`, each times its weight. Returns the sum of
   * the weights so far.
   * @param {number} layer
   * @param {number} row
   * @param {number} head
   * @param {KeyValueCache} cache
   * @param {number} key the first
   * @param {number} run the first
   * @param {number} runEnd
   * @param {number} total the sum of the weights before
   */
  addValues(layer, row, head, cache, key, run, runEnd, total) {
    const { qkv, mixed, scores, runs, stride, headSize } = this;
    const { bias, isBounded } = this.layers[layer];
    const to = row * stride + head * headSize;
    const query = to + 2 * row * stride;
    const pairs = cache.pairs[layer];
    const at = cache.at(head, key);
    const biases = head * N_BUCKETS;
    if (isBounded && headSize === 4) {
      return attendByFour(mixed, to, qkv, query, pairs, at, key, bias, biases, runs, run, runEnd, total);
    }
    const n_key = runs.ends[runEnd - 1] - key;
    scoreKeys(scores, qkv, query, pairs, at, n_key, headSize);
    const sum = weighKeys(scores, key, bias, biases, runs, run, runEnd, total);
    addWeighted(mixed, to, scores, pairs, at + headSize, n_key, headSize);
    return sum;
  }
}

/**
 * Pack the tensors of one layer. Queries and biases are scaled so that scores are counted in the steps of `power`.
 * @param {Config} config
 * @param {Model['weights']} weights
 * @param {string} h
 * @returns {Layer}
 */
function layerOf({ n_embd, n_head }, weights, h) {
  const steps = STEPS_PER_NAT / Math.sqrt(n_embd / n_head);
  const queries = weights[h + 'wq'].map((weight) => weight * steps);
  const keys = weights[h + 'wk'];
  const bias = weights[h + 'bias'].map((bias) => bias * STEPS_PER_NAT);
  return {
    qkv: pack(n_embd, queries, keys, weights[h + 'wv']),
    bias,
    isBounded: highestScore(queries, keys, bias, n_embd, n_head) < SCORE_LIMIT,
    wo: pack(n_embd, weights[h + 'wo']),
    fc1: pack(n_embd, weights[h + 'fc1']),
    fc2: pack(4 * n_embd, weights[h + 'fc2']),
  };
}

/** @type {WeakMap<Model, ForwardPass>} */
const forwardPasses = new WeakMap();

/**
 * The one forward pass of a model.
 * @param {Model} model
 */
function forwardPassOf(model) {
  const forwardPass = forwardPasses.get(model) ?? new ForwardPass(model);
  forwardPasses.set(model, forwardPass);
  return forwardPass;
}
