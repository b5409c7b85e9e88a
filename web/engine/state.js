// What a text has read, as in model/state.py.

const SLACK = 128; // tokens by which a full cache can grow before it is moved to its front
const LEAST_SHARED = 64; // tokens; a copy of a text copies fewer, and shares more

/** What a text has read so far, and the prediction of its next token. */
class State {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.forwardPass = forwardPassOf(model);
    this.own = new KeyValueCache(model.config, 2 * LEAST_SHARED);
    this.shared = new KeyValueCache(model.config, 0); // of older tokens; copies share it, and none writes to it
    this.column = 0;
    this.line = 0;
    this.before = new Float64Array(model.config.n_smear * model.config.n_embd); // embeddings, newest first
    this.recall = new Recall(model.vocabulary);
    this.length = 0; // tokens read by the transformer
    this.logits = new Float64Array(model.vocabulary.size); // the prediction of the next token
  }

  /** Another text that has read the same. This is cheap: both share most of what was read from now on. */
  copy() {
    const { config } = this.model;
    if (this.own.end > LEAST_SHARED) {
      const n_shared = Math.min(this.shared.end, Math.max(0, config.n_context - this.own.end));
      const all = n_shared ? new KeyValueCache(config, n_shared + this.own.end) : this.own;
      if (n_shared) {
        all.append(this.shared, n_shared);
        all.append(this.own, this.own.end);
      }
      this.shared = all;
      this.own = new KeyValueCache(config, 2 * LEAST_SHARED);
    }
    const copy = new State(this.model);
    copy.shared = this.shared;
    copy.own.append(this.own, this.own.end);
    copy.before.set(this.before);
    copy.recall = this.recall.copy();
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
    this.forwardPass.add(this, token);
    this.forwardPass.run(0);
    this.takeLogits(0);
    return this.logits;
  }

  /**
   * Read tokens one after the other, ROWS at most. Predictions of all rows but the last are left in `forwardPass`.
   * @param {Int32Array} tokens
   * @param {number} from the first whose prediction is wanted
   */
  readBlock(tokens, from) {
    this.addBlock(tokens);
    this.forwardPass.run(from);
    this.takeLogits(tokens.length - 1);
  }

  /** @param {Int32Array} tokens */
  addBlock(tokens) {
    this.makeRoom(tokens.length);
    for (let i = 0; i < tokens.length; i++) this.forwardPass.add(this, tokens[i]);
  }

  /**
   * Read a text in blocks when only the last prediction is wanted; yields where the caller may pause. Layer l of the last
   * token sees n_context tokens of layer l - 1, so tokens further back are computed in fewer layers.
   * @param {Int32Array} tokens
   * @returns {Generator<undefined, void, void>}
   */
  *reading(tokens) {
    const { n_layer, n_context } = this.model.config;
    const far = this.length ? 0 : Math.max(0, tokens.length - sight(this.model.config) - 1);
    this.skim(tokens.subarray(0, far));
    yield undefined;
    for (let i = far; i < tokens.length; i += ROWS, yield undefined) {
      const block = tokens.subarray(i, i + ROWS);
      const left = tokens.length - i - block.length;
      if (!left) return this.readBlock(block, block.length - 1);
      const reaches = Math.floor((left - 1) / Math.max(1, n_context - 1));
      this.addBlock(block);
      this.forwardPass.run(block.length, Math.max(0, n_layer - reaches));
    }
  }

  /**
   * Note what a beginning that is out of the transformer's sight may recall.
   * @param {Int32Array} tokens
   */
  skim(tokens) {
    for (const token of tokens) {
      this.column = token === NEWLINE ? 0 : this.column + 1;
      if (token === NEWLINE) this.line++;
      this.recall.read(token);
    }
  }

  /**
   * Copy the prediction of a row.
   * @param {number} row
   */
  takeLogits(row) {
    const { logits, head } = this.forwardPass;
    const { length } = this.logits;
    for (let i = 0; i < length; i++) this.logits[i] = logits[row * head.n_out + i];
  }

  /**
   * Make room for n more tokens: in a larger cache, or when that is full, by forgetting what is out of sight.
   * @param {number} n at most ROWS
   */
  makeRoom(n) {
    const { config } = this.model;
    const full = config.n_context + SLACK;
    if (this.own.end + n <= this.own.room) return;
    if (this.own.room < full) {
      const larger = new KeyValueCache(config, Math.min(2 * this.own.room, full));
      larger.append(this.own, this.own.end);
      this.own = larger;
    } else {
      this.own.keep(config.n_context);
    }
  }

  /**
   * Move to the place of the next token, and note it in the cache.
   * @param {number} token
   */
  stepTo(token) {
    const { own } = this;
    const newline = token === NEWLINE;
    this.column = newline ? 0 : this.column + 1;
    if (newline) this.line++;
    own.columns[own.end] = this.column;
    own.lines[own.end++] = this.line;
    this.length++;
    this.recall.read(token);
  }

  /**
   * Note the embedding of the newest token for the tokens that follow.
   * @param {number} token
   */
  rememberEmbedding(token) {
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
    const { forwardPass } = states[first];
    const last = Math.min(first + ROWS, states.length);
    for (let i = first; i < last; i++) {
      states[i].makeRoom(1);
      forwardPass.add(states[i], tokens[i]);
    }
    forwardPass.run(0);
    for (let i = first; i < last; i++) states[i].takeLogits(i - first);
  }
}
