'use strict';

// How fast the page's scripts generate and score in Node: node tests/benchmarks/page_speed.js [SECONDS]
// Per second of processor time, in one thread, so that other work on the machine counts little. Random weights of
// each shape; what they predict does not change the time a token takes.

const { Mulberry32, State, pick, shapes, tokenBits } = require('../../web/transformer.js');
const { Vocabulary } = require('../../web/vocabulary.js');

const COLUMNS = { n_smear: 2, positions: 'columns', final_norm: true };
const MICROGPT = { n_layer: 1, n_head: 4, n_embd: 16, n_context: 48, n_position: 48 };
const SHAPES = {
  'microgpt, context 48': [{ ...MICROGPT, n_smear: 0, positions: 'absolute', final_norm: false }, 80],
  'seed, context 128': [
    { n_layer: 1, n_head: 4, n_embd: 16, n_context: 128, n_position: 42, ...COLUMNS },
    80,
  ],
  'seed, context 256': [
    { n_layer: 1, n_head: 4, n_embd: 16, n_context: 256, n_position: 42, ...COLUMNS },
    80,
  ],
  'full, context 384': [
    { n_layer: 2, n_head: 4, n_embd: 48, n_context: 384, n_position: 96, ...COLUMNS },
    100,
  ],
};
const seconds = Number(process.argv[2] ?? 2);

function randomModel(config, size) {
  const random = new Mulberry32(1);
  const vocabulary = new Vocabulary(
    String.fromCodePoint(...Array.from({ length: size - 2 }, (_, i) => 33 + i)),
  );
  const weights = {};
  for (const [name, [n, m]] of Object.entries(shapes(config, size))) {
    weights[name] = Float64Array.from({ length: n * m }, () => random.uniform() - 0.5);
  }
  return { config, vocabulary, weights };
}

function secondsUsed() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Tokens a second with a full context. */
function speed(model, step) {
  const state = new State(model);
  const random = new Mulberry32(2);
  const run = (count) => {
    for (let i = 0; i < count; i++) step(state, random);
  };
  run(3 * model.config.n_context);
  const began = secondsUsed();
  let tokens = 0;
  for (; secondsUsed() - began < seconds; tokens += 100) run(100);
  return tokens / (secondsUsed() - began);
}

function generate(state, random) {
  state.read(pick(state.logits, 1, 0, random.uniform()));
}

let charged = 0;
function score(state, random) {
  const token = 1 + Math.floor(random.uniform() * (state.logits.length - 1));
  charged += tokenBits(state.logits, token);
  state.read(token);
}

console.log('tokens/s              generate     score');
for (const [name, [config, size]] of Object.entries(SHAPES)) {
  const model = randomModel(config, size);
  const figures = [generate, score].map((step) => Math.round(speed(model, step)).toLocaleString('en'));
  console.log(`${name.padEnd(20)}${figures.map((figure) => figure.padStart(10)).join('')}`);
}
if (!Number.isFinite(charged)) throw new Error('the scores are not numbers');
