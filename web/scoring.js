'use strict';

// Bits per character: exact, one token after the other. The same definition as in model/scoring.py: −log2 p of each
// character given all that the model can see before it, the newline of each line counted, and characters without an
// id charged what the escape and the character itself cost.

if (typeof module !== 'undefined') Object.assign(globalThis, module.require('./transformer.js'));

const WORST_SHARE = 0.1;
const CHARACTERS_A_STEP = 16; // read between two places where the caller may pause

/**
 * What one line cost.
 * @typedef {object} LineScore
 * @property {number} number from 1
 * @property {number} bits
 * @property {number} characters its newline included
 * @property {Float64Array} byCharacter
 */

/**
 * Score lines one after the other, those of `context` and all earlier ones being seen but not scored. Yields the
 * score of each line, and undefined wherever the caller may pause.
 * @param {Model} model
 * @param {Iterable<string>} lines
 * @param {Iterable<string>} [context]
 * @returns {Generator<LineScore | undefined, void, void>}
 */
function* scoring(model, lines, context = []) {
  const { vocabulary } = model;
  const state = new State(model);
  state.read(NEWLINE);
  let read = 0;
  for (const line of context) {
    for (const token of vocabulary.encode(line + '\n')) {
      state.read(token);
      if (++read % CHARACTERS_A_STEP === 0) yield undefined;
    }
  }
  let number = 0;
  for (const line of lines) {
    const codes = codePoints(line + '\n');
    const byCharacter = new Float64Array(codes.length);
    let bits = 0;
    for (let i = 0; i < codes.length; i++) {
      const token = vocabulary.id(codes[i]);
      byCharacter[i] = tokenBits(state.logits, token) + (token === ESCAPE ? escapeBits(codes[i]) : 0);
      bits += byCharacter[i];
      state.read(token);
      if (++read % CHARACTERS_A_STEP === 0) yield undefined;
    }
    yield { number: ++number, bits, characters: codes.length, byCharacter };
  }
}

/**
 * The same without pauses.
 * @param {Model} model
 * @param {Iterable<string>} lines
 * @param {Iterable<string>} [context]
 */
function scoreLines(model, lines, context) {
  return Array.from(scoring(model, lines, context)).filter((score) => score !== undefined);
}

/**
 * −log2 of the probability that the logits give a token.
 * @param {Float64Array} logits [V]
 * @param {number} token
 */
function tokenBits(logits, token) {
  let top = logits[0];
  for (let i = 1; i < logits.length; i++) if (logits[i] > top) top = logits[i];
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += exp(logits[i] - top);
  return (top + Math.log(total) - logits[token]) / Math.LN2;
}

/**
 * How strange a line looks: the mean of its largest tenth of bits, at least one of them.
 * @param {Float64Array} byCharacter
 */
function surprise(byCharacter) {
  const count = Math.max(1, Math.ceil(byCharacter.length * WORST_SHARE));
  const worst = byCharacter
    .slice()
    .sort()
    .subarray(byCharacter.length - count);
  return worst.reduce((sum, bits) => sum + bits, 0) / count;
}

/**
 * The one score of many lines.
 * @param {Iterable<LineScore>} scores
 */
function bitsPerCharacter(scores) {
  let bits = 0;
  let characters = 0;
  for (const score of scores) {
    bits += score.bits;
    characters += score.characters;
  }
  return characters ? bits / characters : 0;
}

if (typeof module !== 'undefined') {
  Object.assign(module.exports, { bitsPerCharacter, scoreLines, scoring, surprise, tokenBits });
}
