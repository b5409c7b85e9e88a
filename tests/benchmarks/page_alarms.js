'use strict';

// By what the page's Check ranks lines: node page_alarms.js ENGINE_JS reads {weights, before, lines, alone} as JSON from stdin, and prints the alarm of
// each line. `alone`: each line by itself.

const { readFileSync } = require('node:fs');

const { decodeWeights, scoring, weightedSurprise } = require(process.argv[2]);

const { weights, before, lines, alone } = JSON.parse(readFileSync(0, 'utf8'));
const base64 = /"(.*)"/.exec(readFileSync(weights, 'latin1'))?.[1] ?? '';
const { model } = decodeWeights(base64);

/** @param {string[]} some @param {string[]} context */
function scoresOf(some, context) {
  return [...scoring(model, some, context)].filter((score) => score !== undefined);
}

const scores = alone
  ? lines.flatMap((/** @type {string} */ line) => scoresOf([line], []))
  : scoresOf(lines, before);
console.log(JSON.stringify(scores.map(({ byCharacter }, i) => weightedSurprise(lines[i], byCharacter))));
