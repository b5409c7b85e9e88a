'use strict';

// What page_speed.py asks of the page: one round of one task by one engine: how many tokens in how many seconds.

/** @type {Record<string, any>} */
const engines = {};
let lines = [];

async function bytes(url) {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

async function prepare(shape, block) {
  const { model } = decodeWeights(LOGLING_WEIGHTS);
  engines.ours = new Ours(model);
  const [graph, blockGraph] = await Promise.all([bytes(`${shape}-1.onnx`), bytes(`${shape}-${block}.onnx`)]);
  engines['onnxruntime-web'] = await OnnxRuntime.create({ model, graph, blockGraph, block });
  engines['TensorFlow.js'] = await TensorFlow.create({ model, block, wasm: 'tfjs/' });
  makeLines(model);
}

/** Lines of random characters: what they say does not change the time that a token takes. */
function makeLines(model) {
  const random = new Mulberry32(1);
  const alphabet = Array.from(model.vocabulary.alphabet).slice(2);
  const character = () => alphabet[Math.floor(random.uniform() * alphabet.length)];
  lines = Array.from({ length: 64 }, () => Array.from({ length: 47 }, character).join(''));
}

/** How far each peer's logits and scores are from ours on a text longer than the context. */
async function disagreement() {
  const text = lines.slice(0, 12).join('\n');
  const tokens = engines.ours.model.vocabulary.encode('\n' + text);
  const ours = await engines.ours.predict(tokens);
  const cost = await engines.ours.score(text);
  const all = {};
  for (const [name, engine] of Object.entries(engines)) {
    const theirs = await engine.predict(tokens);
    const logits = Math.max(
      ...ours.flatMap((row, t) => row.map((logit, id) => Math.abs(logit - theirs[t][id]))),
    );
    all[name] = { logits, bitsPerCharacter: Math.abs((await engine.score(text)) - cost) / tokens.length };
  }
  return all;
}

const tasks = {
  /** One token after the other, each drawn from the prediction before, with a full context. */
  async generate(engine, milliseconds) {
    const step = await engine.begin();
    const random = new Mulberry32(2);
    let logits;
    for (const token of engine.model.vocabulary.encode('\n' + lines.slice(0, 10).join('\n')))
      logits = await step(token);
    let tokens = 0;
    const began = performance.now();
    for (; performance.now() - began < milliseconds; tokens++)
      logits = await step(pick(logits, 1, 0, random.uniform()));
    return tokens;
  },

  /** What each character of a log costs. */
  async score(engine, milliseconds) {
    let tokens = 0;
    const began = performance.now();
    while (performance.now() - began < milliseconds) {
      await engine.score(lines.join('\n'));
      tokens += 64 * 48;
    }
    return tokens;
  },

  /** Many samples of the same log side by side, as the page draws its futures: ours only. */
  async futures(engine, milliseconds) {
    let tokens = 0;
    const began = performance.now();
    for (let seed = 0; performance.now() - began < milliseconds; seed += 32) {
      const samples = continueLog(engine.model, lines.slice(0, 10), { samples: 32, steps: 3, seed });
      for (const sample of samples) tokens += codePoints(sample.lines.join('\n')).length + 1;
    }
    return tokens;
  },

  /** The score of a log by a worker for each core, as the page checks a file: ours only. */
  async workers(engine, milliseconds) {
    workers ??= Array.from({ length: navigator.hardwareConcurrency }, startWorker);
    const counts = workers.map((worker) => {
      worker.postMessage({ text: lines.join('\n'), milliseconds });
      return new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
    });
    return (await Promise.all(counts)).reduce((sum, tokens) => sum + tokens, 0);
  },
};

let workers;

function startWorker() {
  const source = `'use strict';\nlet model;\n(${loglingEngine})();\nself.onmessage = ${answerInWorker};`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  worker.postMessage({ base64: LOGLING_WEIGHTS });
  return worker;
}

function answerInWorker({ data: { base64, text, milliseconds } }) {
  if (base64) {
    model = decodeWeights(base64).model;
    return;
  }
  let tokens = 0;
  const began = performance.now();
  for (; performance.now() - began < milliseconds; tokens += text.length) scoreLines(model, text.split('\n'));
  self.postMessage(tokens);
}

async function round(engine, task, milliseconds) {
  const began = performance.now();
  const tokens = await tasks[task](engines[engine], milliseconds);
  return { tokens, seconds: (performance.now() - began) / 1000 };
}
