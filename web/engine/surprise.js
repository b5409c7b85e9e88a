// How strange a line looks. `surprise` is the one of model/scoring.py: the mean of the worst tenth of a line's characters.
// Check ranks lines by `weightedSurprise`, in which numbers and identifiers count a quarter, because a new number in its
// usual place surprises the model but not a person.

const WORST_SHARE = 0.1;
const IDENTIFIER_WEIGHT = 0.25;

const RUN = /[\p{L}\p{N}_.:-]+/gu;
const WORD = /(?:[\p{L}\p{N}_]|(?<=_)-)+/gu;
const ADDRESS = /^(?:[\da-f]{0,4}:){2,}[\da-f]{0,4}$/i; // IPv6 and hardware addresses

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
 * The surprise of a line whose numbers and identifiers count less.
 * @param {string} text
 * @param {Float64Array} byCharacter bits of each code point of the text, and of its newline
 */
function weightedSurprise(text, byCharacter) {
  const weighted = byCharacter.slice();
  let read = 0; // UTF-16 units, and their characters
  let i = 0;
  for (const [begin, end] of identifiers(text)) {
    i += codePoints(text.slice(read, begin)).length;
    const behind = i + codePoints(text.slice(begin, end)).length;
    for (; i < behind; i++) weighted[i] *= IDENTIFIER_WEIGHT;
    read = end;
  }
  return surprise(weighted);
}

/**
 * The line with # in place of each number and identifier: near-duplicates have the same key.
 * @param {string} text
 */
function foldingKey(text) {
  let key = '';
  let read = 0;
  for (const [begin, end] of identifiers(text)) {
    key += text.slice(read, begin) + '#';
    read = end;
  }
  return key + text.slice(read);
}

/**
 * Where the numbers and identifiers of a text begin and end, in UTF-16 units.
 * @param {string} text
 * @returns {Generator<[number, number], void, void>}
 */
function* identifiers(text) {
  for (const run of text.matchAll(RUN)) {
    let end = run[0].length;
    while (end > 0 && '.:-'.includes(run[0][end - 1])) end--;
    const name = run[0].slice(0, end);
    const parts = ADDRESS.test(name) && /\d/.test(name) ? [[0, end]] : wordsWithDigits(name);
    for (const [from, to] of parts) yield [run.index + from, run.index + to];
  }
}

/**
 * Where words with a digit begin and end: dates, versions, hashes, UUIDs. Words joined by one of .:- are one.
 * @param {string} name
 */
function wordsWithDigits(name) {
  /** @type {[number, number][]} */
  const found = [];
  for (const word of name.matchAll(WORD)) {
    if (!/\p{N}/u.test(word[0])) continue;
    const last = found[found.length - 1];
    const end = word.index + word[0].length;
    if (last?.[1] === word.index - 1) last[1] = end;
    else found.push([word.index, end]);
  }
  return found;
}
