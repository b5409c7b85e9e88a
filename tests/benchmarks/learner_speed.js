'use strict';

// How fast the page's learner reads: node learner_speed.js ENGINE_JS, with {characters, text} as JSON on stdin.
// Prints characters in a second of the processor, without a transformer, and the bits of the whole text.

const { readFileSync } = require('node:fs');

const { Adaptive, Vocabulary, codePoints } = require(process.argv[2]);
const { characters, text } = JSON.parse(readFileSync(0, 'utf8'));
const codes = codePoints(text);
const vocabulary = new Vocabulary(characters);
const logits = new Float64Array(vocabulary.size);
new Adaptive(vocabulary).charge(logits, codes[0]); // fills the tables

const begun = process.cpuUsage();
const adaptive = new Adaptive(vocabulary);
let bits = 0;
for (const code of codes) bits += adaptive.charge(logits, code);
const { user, system } = process.cpuUsage(begun);
console.log(JSON.stringify({ speed: codes.length / ((user + system) / 1e6), bits }));
