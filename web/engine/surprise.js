// How strange a line looks to the model. `surprise` is the one of model/scoring.py: the mean of the worst tenth of a line's
// characters. In `weightedSurprise` numbers, identifiers and times count a quarter, because a new number in its usual place
// surprises the model but not a person: see service/checking/surprise.py.

const WORST_SHARE = 0.1;
const MASKED_WEIGHT = 0.25;

/**
 * The mean of the largest tenth of some bits; of at least one.
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
 * The surprise of a line whose numbers and times count less.
 * @param {string} text
 * @param {Float64Array} byCharacter bits of each code point of the text, and of its newline
 * @param {Word[]} [words] of the text
 */
function weightedSurprise(text, byCharacter, words = wordsOf(text)) {
  const weighted = byCharacter.slice();
  let read = 0; // UTF-16 units, and their characters
  let i = 0;
  for (const { text: word, begin, end } of words) {
    if (word !== IDENTIFIER && word !== TIME_WORD) continue;
    i += characterCount(text.slice(read, begin));
    const behind = i + characterCount(text.slice(begin, end));
    for (; i < behind; i++) weighted[i] *= MASKED_WEIGHT;
    read = end;
  }
  return surprise(weighted);
}
