'use strict';

// What the page says of weights files: node fuzz_weights.js ENGINE.JS reads one base64 text a line from stdin, and writes a
// line for each: read, refused, or what else came of it. See fuzz_weights.py.

const { readFileSync } = require('node:fs');

const { WeightsFileError, decodeWeights } = require(process.argv[2]);

const SLOW = 1000; // ms

/** @param {string} base64 */
function verdict(base64) {
  const begun = performance.now();
  let answer = 'read';
  try {
    decodeWeights(base64);
  } catch (error) {
    answer = error instanceof WeightsFileError ? 'refused' : `${error}`.replaceAll('\n', ' ').slice(0, 200);
  }
  return performance.now() - begun > SLOW ? `${answer}, slowly` : answer;
}

const texts = readFileSync(0, 'utf8').split('\n');
process.stdout.write(texts.map((text) => `${verdict(text)}\n`).join(''));
