'use strict';

// What the page's scripts compute, for the tests: reads one JSON request from stdin, writes one JSON answer.
// Numbers travel as JSON, which keeps every bit of a float64 in both languages.

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const web = (/** @type {string} */ name) => require(join(__dirname, '../../web', name));
const { State, WeightsFileError, bitsPerCharacter, continueLog, decodeWeights, scoreLines } =
  web('transformer.js');
const { surprise } = web('surprise.js');
const { LineReader } = web('log_reader.js');

/** @type {Record<string, (request: any) => unknown>} */
const answers = {
  refusal: ({ base64 }) => {
    try {
      decodeWeights(base64);
    } catch (error) {
      if (error instanceof WeightsFileError) return { fault: error.fault, message: error.message };
      throw error;
    }
    return null;
  },
  lines: ({ base64, cuts }) => {
    const data = Buffer.from(base64, 'base64');
    const reader = new LineReader();
    const ends = [...cuts, data.length];
    const lines = ends.flatMap((end, i) => reader.feed(data.subarray(ends[i - 1] ?? 0, end)));
    return [...lines, ...reader.finish()];
  },
  card: ({ base64 }) => decodeWeights(base64).card,
  weights: ({ base64 }) => {
    const { weights } = decodeWeights(base64).model;
    return Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, Array.from(tensor)]));
  },
  tokens: ({ base64, text }) => {
    const { vocabulary } = decodeWeights(base64).model;
    const tokens = vocabulary.encode(text);
    return { tokens: Array.from(tokens), text: vocabulary.decode(tokens), size: vocabulary.size };
  },
  logits: ({ base64, text }) => {
    const { model } = decodeWeights(base64);
    const state = new State(model);
    return Array.from(model.vocabulary.encode(text), (token) => Array.from(state.read(token)));
  },
  samples: ({ base64, context, options }) => continueLog(decodeWeights(base64).model, context, options),
  scores: ({ base64, lines, context }) => {
    const scores = scoreLines(decodeWeights(base64).model, lines, context);
    return {
      bitsPerCharacter: bitsPerCharacter(scores),
      lines: scores.map((score) => ({
        ...score,
        byCharacter: Array.from(score.byCharacter),
        surprise: surprise(score.byCharacter),
      })),
    };
  },
};

const request = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(answers[request.question](request)));
