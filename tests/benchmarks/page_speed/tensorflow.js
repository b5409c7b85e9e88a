'use strict';

// TensorFlow.js on its WebAssembly backend: the same computation in its operations.

class TensorFlow {
  static async create({ model, block, wasm }) {
    tf.wasm.setWasmPaths(wasm);
    tf.wasm.setThreadsCount(1);
    await tf.setBackend('wasm');
    await tf.ready();
    return new TensorFlow(model, block);
  }

  constructor(model, block) {
    this.model = model;
    this.block = block;
    const { n_layer, n_head, n_embd, n_smear } = model.config;
    const { wte, wpe, smear = [], lm_head } = model.weights;
    const size = n_embd / n_head;
    const matrix = (weights, n_in, n_out) =>
      tf.transpose(tf.tensor2d(Float32Array.from(weights), [n_out, n_in]));
    this.wte = tf.tensor2d(Float32Array.from([...wte, ...Array(n_embd).fill(0)]), [
      wte.length / n_embd + 1,
      n_embd,
    ]);
    this.wpe = tf.tensor2d(Float32Array.from(wpe), [wpe.length / n_embd, n_embd]);
    this.shares = tf.tensor2d(Float32Array.from([...Array(n_embd).fill(1), ...smear]), [1 + n_smear, n_embd]);
    this.head = matrix(lm_head, n_embd, lm_head.length / n_embd);
    this.layers = Array.from({ length: n_layer }, (_, layer) => {
      const w = (name) => model.weights[`h${layer}.${name}`];
      const bias = [];
      for (let head = 0; head < n_head; head++)
        bias.push(...w('bias').subarray(head * 16, head * 16 + 16), -1e9);
      const queries = Array.from(w('wq'), (weight) => weight / Math.sqrt(size));
      return {
        qkv: matrix([...queries, ...w('wk'), ...w('wv')], n_embd, 3 * n_embd),
        bias: tf.tensor2d(bias, [n_head, 17]),
        wo: matrix(w('wo'), n_embd, n_embd),
        fc1: matrix(w('fc1'), n_embd, 4 * n_embd),
        fc2: matrix(w('fc2'), 4 * n_embd, n_embd),
      };
    });
  }

  empty() {
    const { n_layer, n_head, n_embd, n_context } = this.model.config;
    const zeros = () => tf.zeros([n_head, n_context - 1, n_embd / n_head]);
    return Array.from({ length: n_layer }, () => ({ keys: zeros(), values: zeros() }));
  }

  /** Logits [n, V] of some more tokens; the cache goes on. */
  forward({ ids, rows, buckets }, n, cache) {
    const { n_head, n_embd, n_context, final_norm } = this.model.config;
    const size = n_embd / n_head;
    const norm = (x) => tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5)));
    const characters = tf.gather(this.wte, tf.tensor2d(ids, [n, ids.length / n], 'int32'));
    const places = tf.tensor2d(buckets, [n, buckets.length / n], 'int32');
    let x = tf.add(
      tf.sum(tf.mul(characters, this.shares), 1),
      tf.gather(this.wpe, tf.tensor1d(rows, 'int32')),
    );
    x = norm(x);
    this.layers.forEach(({ qkv, bias, wo, fc1, fc2 }, layer) => {
      const all = tf.transpose(tf.reshape(tf.matMul(norm(x), qkv), [n, 3 * n_head, size]), [1, 0, 2]);
      const [q, k, v] = tf.split(all, 3, 0);
      const keys = tf.concat([cache[layer].keys, k], 1);
      const values = tf.concat([cache[layer].values, v], 1);
      tf.dispose(cache[layer]);
      for (const [name, tensor] of Object.entries({ keys, values })) {
        cache[layer][name] = tf.keep(tf.slice(tensor, [0, n, 0], [n_head, n_context - 1, size]));
      }
      const scores = tf.add(tf.matMul(q, keys, false, true), tf.gather(bias, places, 1));
      const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), values), [1, 0, 2]), [n, n_embd]);
      x = tf.add(x, tf.matMul(mixed, wo));
      const hidden = tf.fused.matMul({ a: norm(x), b: fc1, activation: 'relu' });
      x = tf.add(x, tf.matMul(hidden, fc2));
    });
    return tf.matMul(final_norm ? norm(x) : x, this.head);
  }

  async predict(tokens) {
    const step = await this.begin();
    return Array.from(tokens, (token) => Array.from(step(token)));
  }

  async begin() {
    const places = new Places(this.model);
    const cache = this.empty();
    return (token) => tf.tidy(() => this.forward(places.next([token]), 1, cache).dataSync());
  }

  async score(text) {
    const places = new Places(this.model);
    const cache = this.empty();
    const tokens = this.model.vocabulary.encode('\n' + text + '\n');
    let nats = 0;
    for (let i = 0; i + 1 < tokens.length; i += this.block) {
      const targets = padded(tokens.subarray(i + 1, i + 1 + this.block), this.block);
      const costs = tf.tidy(() => {
        const given = places.next(padded(tokens.subarray(i, i + this.block), this.block));
        const log = tf.logSoftmax(this.forward(given, this.block, cache));
        const picked = tf.oneHot(tf.tensor1d(targets, 'int32'), this.model.vocabulary.size);
        return tf.sum(tf.mul(log, picked), 1).dataSync();
      });
      const n = Math.min(this.block, tokens.length - 1 - i);
      for (let t = 0; t < n; t++) nats -= costs[t];
    }
    tf.dispose(cache);
    return nats / Math.LN2;
  }
}
