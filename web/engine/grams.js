// Hashes of words that follow one another, as in service/checking/grams.py. A gram is one, two or three words in a row. Its
// context is the same without its last word. `hash` is the one of memory.js.

const ROOT = 0; // the context of single words
const BEGIN = '^^';
const END = '$$'; // stand before and behind the words of a line; no word is like these

/** @typedef {[one: number, two: number, three: number]} Grams */

/**
 * For each word of a line, and for its end, the gram of one, two and three words that ends there.
 * @param {string[]} words
 * @returns {Grams[]}
 */
function gramsOf(words) {
  let last = wordHash(BEGIN);
  let before = last;
  return [...words, END].map((word) => {
    const now = wordHash(word);
    /** @type {Grams} */
    const grams = [hash(1, now), hash(hash(2, last), now), hash(hash(hash(3, before), last), now)];
    [before, last] = [last, now];
    return grams;
  });
}

/**
 * The contexts of the same grams.
 * @param {string[]} words
 * @returns {Grams[]}
 */
function contextsOf(words) {
  let last = wordHash(BEGIN);
  let before = last;
  return [...words, END].map((word) => {
    /** @type {Grams} */
    const contexts = [ROOT, hash(1, last), hash(hash(2, before), last)];
    [before, last] = [last, wordHash(word)];
    return contexts;
  });
}
