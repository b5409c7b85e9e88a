'use strict';

// What the page's Check makes of lines: node page_alarms.js ENGINE_JS reads {weights, before, lines, learns, alone} as JSON from stdin, and prints for
// each line its alarm, by which the page ranks, its bits, its characters and its folding key. `alone`: each line by itself.

const { readFileSync } = require('node:fs');

const { Adaptive, decodeWeights, foldingKey, scoring, weightedSurprise } = require(process.argv[2]);

const { weights, before, lines, learns, alone } = JSON.parse(readFileSync(0, 'utf8'));
const base64 = /"(.*)"/.exec(readFileSync(weights, 'latin1'))?.[1] ?? '';
const { model } = decodeWeights(base64);

/** @param {string[]} some @param {string[]} context */
function scoresOf(some, context) {
  const adaptive = learns ? new Adaptive(model.vocabulary) : undefined;
  return [...scoring(model, some, context, adaptive)].filter((score) => score !== undefined);
}

const scores = alone
  ? lines.flatMap((/** @type {string} */ line) => scoresOf([line], []))
  : scoresOf(lines, before);
const answer = scores.map(({ bits, characters, byCharacter }, i) => ({
  alarm: weightedSurprise(lines[i], byCharacter),
  bits,
  characters,
  key: foldingKey(lines[i]),
}));
console.log(JSON.stringify(answer));
