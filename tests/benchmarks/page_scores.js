'use strict';

// What the page's engine makes of a log: node page_scores.js ENGINE_JS WEIGHTS_JS TEST_LOG [CONTEXT_LOG]
// Prints bits per character, by the weights alone and with what is learned while reading, and the seconds of processor time.

const { readFileSync } = require('node:fs');

const [engine, weights, test, context] = process.argv.slice(2);
const { Adaptive, bitsPerCharacter, decodeWeights, scoring } = require(engine);
const linesOf = (/** @type {string} */ file) =>
  readFileSync(file, 'utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
const base64 = /"(.*)"/.exec(readFileSync(weights, 'latin1'))?.[1] ?? '';
const { model } = decodeWeights(base64);

const begun = process.cpuUsage();
const adaptive = new Adaptive(model.vocabulary);
const before = context ? linesOf(context) : [];
const scores = [...scoring(model, linesOf(test), before, adaptive)].filter((score) => score !== undefined);
const { user, system } = process.cpuUsage(begun);
const seconds = (user + system) / 1e6;
const characters = scores.reduce((sum, score) => sum + score.characters, 0);
const read = characters + before.reduce((sum, line) => sum + line.length + 1, 0);
const staticBits = scores.reduce((sum, score) => sum + score.staticBits, 0) / characters;
console.log(
  JSON.stringify({ adapted: bitsPerCharacter(scores), static: staticBits, characters, read, seconds }),
);
