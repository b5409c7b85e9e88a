'use strict';

// How strange a line looks, for ranking. `surprise` is that of model/scoring.py, the mean of the worst tenth of a line's
// characters; `alarm` is a second, explicit step for people who search a log: the same with numbers and identifiers
// weighted down, since a new number in its usual place is news to a model but not to a person.

if (typeof module !== 'undefined') Object.assign(globalThis, module.require('./vocabulary.js'));

/** The script as a function, whose text a worker can be given: a page from file:// cannot load a script there. */
function surpriseScript() {
  const WORST_SHARE = 0.1;
  const IDENTIFIER_WEIGHT = 0.25;

  // Numbers with what belongs to them, and runs of letters and digits that hold a digit: dates, addresses, hashes, ids.
  const IDENTIFIERS = /[\p{L}\p{N}_]*\p{N}[\p{L}\p{N}_]*(?:[.:-][\p{L}\p{N}_]*\p{N}[\p{L}\p{N}_]*)*/gu;

  /**
   * The mean of the largest tenth of some bits, at least one of them.
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
   * The surprise of a line whose numbers and identifiers count less.
   * @param {string} text
   * @param {Float64Array} byCharacter bits of each code point of the text, and of its newline
   */
  function alarm(text, byCharacter) {
    const weighted = byCharacter.slice();
    for (const match of text.matchAll(IDENTIFIERS)) {
      const begin = codePoints(text.slice(0, match.index)).length;
      const end = begin + codePoints(match[0]).length;
      for (let i = begin; i < end; i++) weighted[i] *= IDENTIFIER_WEIGHT;
    }
    return surprise(weighted);
  }

  /**
   * What lines that differ only in their numbers and identifiers have in common: the line with # for each.
   * @param {string} text
   */
  function foldingKey(text) {
    return text.replace(IDENTIFIERS, '#');
  }

  return { alarm, foldingKey, surprise };
}

const surprises = surpriseScript();
const { alarm, foldingKey, surprise } = surprises;

if (typeof module !== 'undefined') Object.assign(module.exports, surprises, { surpriseScript });
