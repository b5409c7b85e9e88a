'use strict';

// onnxruntime-web: graphs made by onnx_graph.py, one for a token at a time and one for blocks.

class OnnxRuntime {
  /** @param {{ model, graph: Uint8Array, blockGraph?: Uint8Array, block: number }} given */
  static async create({ model, graph, blockGraph, block }) {
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
    const peer = new OnnxRuntime();
    const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all' };
    peer.model = model;
    peer.block = block;
    peer.single = await ort.InferenceSession.create(graph, options);
    peer.blocks = blockGraph && (await ort.InferenceSession.create(blockGraph, options));
    return peer;
  }

  empty() {
    const { n_layer, n_head, n_embd, n_context } = this.model.config;
    const shape = [n_head, n_context - 1, n_embd / n_head];
    const names = Array.from({ length: n_layer }, (_, layer) => [`keys${layer}`, `values${layer}`]).flat();
    const size = shape.reduce((n, side) => n * side);
    return Object.fromEntries(
      names.map((name) => [name, new ort.Tensor('float32', new Float32Array(size), shape)]),
    );
  }

  async run(session, places, cache, tokens, targets) {
    const { ids, rows, buckets } = places.next(tokens);
    const n = tokens.length;
    const whole = (data, shape) => new ort.Tensor('int32', Int32Array.from(data), shape);
    const inputs = {
      ids: whole(ids, [n, ids.length / n]),
      rows: whole(rows, [n]),
      buckets: whole(buckets, [n, buckets.length / n]),
      ...cache,
    };
    if (targets) inputs.targets = whole(targets, [n, 1]);
    const outputs = await session.run(inputs);
    for (const name of Object.keys(cache)) cache[name] = outputs[`next_${name}`];
    return (outputs.logits ?? outputs.nats).data;
  }

  async predict(tokens) {
    const step = await this.begin();
    const all = [];
    for (const token of tokens) all.push(Array.from(await step(token)));
    return all;
  }

  async begin() {
    const places = new Places(this.model);
    const cache = this.empty();
    return (token) => this.run(this.single, places, cache, [token]);
  }

  async score(text) {
    const places = new Places(this.model);
    const cache = this.empty();
    const tokens = this.model.vocabulary.encode('\n' + text + '\n');
    let nats = 0;
    for (let i = 0; i + 1 < tokens.length; i += this.block) {
      const targets = padded(tokens.subarray(i + 1, i + 1 + this.block), this.block);
      const costs = await this.run(
        this.blocks,
        places,
        cache,
        padded(tokens.subarray(i, i + this.block), this.block),
        targets,
      );
      const n = Math.min(this.block, tokens.length - 1 - i);
      for (let t = 0; t < n; t++) nats += costs[t];
    }
    return nats / Math.LN2;
  }
}

/** A block whose last tokens do not count. */
function padded(tokens, block) {
  const all = new Int32Array(block);
  all.set(tokens);
  return all;
}
