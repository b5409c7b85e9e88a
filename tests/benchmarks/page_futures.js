'use strict';

// Futures as the page samples them: node page_futures.js ENGINE_JS reads {weights, contexts, samples, steps, seed, temperature} as JSON from stdin, and
// prints for each context its samples, each a list of lines.

const { readFileSync } = require('node:fs');

const { continueLog, decodeWeights } = require(process.argv[2]);

const { weights, contexts, ...options } = JSON.parse(readFileSync(0, 'utf8'));
const base64 = /"(.*)"/.exec(readFileSync(weights, 'latin1'))?.[1] ?? '';
const { model } = decodeWeights(base64);

const futures = contexts.map((/** @type {string[]} */ context) =>
  continueLog(model, context, options).map(({ lines }) => lines),
);
console.log(JSON.stringify(futures));
