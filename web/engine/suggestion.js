// How a line may go on, by words: as far as the model is sure, and which words may come where it is not. A number that it
// could only guess is not suggested.

const MORE_LIKELY_THAN_NOT = 0.5; // probability
const LEAST_SUGGESTED = 0.02; // probability of a word
const LEAST_NUMBER = 0.25; // of a word with digits
const MOST_SUGGESTED = 6;
const MOST_WORDS_READ = 120; // beginnings of words that are looked at
const LONGEST_SUGGESTION = 400; // characters
const OF_WORD = /[\p{L}\p{N}\p{M}_.:/@-]/u;

/**
 * A text that begins and ends with whole words. Empty: the line ends here.
 * @typedef {object} Suggestion
 * @property {string} text
 * @property {number} probability that just this comes, and the word ends there
 * @property {boolean} isSure whether it is more likely than all else
 */

/**
 * Characters up to somewhere in a word.
 * @typedef {object} Path
 * @property {State} state that has read them, or has yet to read the last one
 * @property {number | undefined} unread
 * @property {number[]} tokens
 * @property {number} probability
 * @property {string} kind of the last character; of spaces, a word follows
 * @property {boolean} begins whether the next character is the first of a word
 * @property {boolean} hasDigit whether the word has one
 */

/**
 * A path to the end of a word, and the probability that it ends there. Where the path is at the beginning of a word, the
 * line ends.
 * @typedef {{ path: Path, probability: number }} WholeWord
 */

/**
 * What may follow a text that was read already, which ends with the characters of `begun`: what is sure, and the words that
 * may come instead of it and behind it. The state does not change.
 * @param {State} state
 * @param {string} begun
 * @returns {{ suggestions: Suggestion[], number: number }} the likeliest first, and the probability that behind what is sure
 *   comes a number that is not suggested
 */
function suggest(state, begun) {
  const kind = characterKind(Array.from(begun).at(-1) ?? ' ');
  const start = { state, unread: undefined, tokens: [], probability: 1, kind, begins: true, hasDigit: false };
  const first = wordsFrom(start);
  const [best] = first.words;
  const isSure = best?.probability >= MORE_LIKELY_THAN_NOT;
  const behind = isSure && !best.path.begins ? wordsFrom(atNextWord(best.path)) : first;
  const all = behind === first ? first.words : [...first.words, ...behind.words];
  const suggestions = all
    .filter(({ path }, i) => !i || !path.begins || behind === first)
    .map(({ path, probability }) => ({
      text: state.model.vocabulary.decode(path.tokens),
      probability,
      isSure: isSure && path === best.path,
    }))
    .sort((a, b) => b.probability - a.probability)
    .filter(({ text }, i, sorted) => sorted.findIndex((one) => one.text === text) === i)
    .slice(0, MOST_SUGGESTED);
  return { suggestions, number: behind.number };
}

/**
 * Words that may come, each with what follows it as long as all of it is more likely than not.
 * @param {Path} path at the beginning of a word
 */
function wordsFrom(path) {
  const { words, number } = wordsAfter(path, LEAST_SUGGESTED);
  const likely = words.filter(
    ({ path, probability }) => probability >= (path.hasDigit ? LEAST_NUMBER : LEAST_SUGGESTED),
  );
  const told = likely.reduce((sum, { path, probability }) => sum + (path.hasDigit ? probability : 0), 0);
  const longer = likely.slice(0, MOST_SUGGESTED).map(lengthened);
  return { words: longer.sort((a, b) => b.probability - a.probability), number: number - told };
}

/**
 * @param {WholeWord} word
 * @returns {WholeWord}
 */
function lengthened(word) {
  const isSure = word.probability >= MORE_LIKELY_THAN_NOT;
  const least = isSure ? MORE_LIKELY_THAN_NOT : MORE_LIKELY_THAN_NOT * word.path.probability;
  let end = word;
  while (!end.path.begins && end.path.tokens.length < LONGEST_SUGGESTION) {
    const [best] = wordsAfter(atNextWord(end.path), least).words;
    if (!best || best.probability < least || best.path.begins) break;
    end = best;
  }
  return end;
}

/**
 * @param {Path} path
 * @returns {Path}
 */
function atNextWord(path) {
  return { ...path, begins: true, hasDigit: false };
}

/**
 * The words that may come next, the likeliest first, and the probability that the next one has digits.
 * @param {Path} start at the beginning of a word
 * @param {number} least probability
 */
function wordsAfter(start, least) {
  /** @type {WholeWord[]} */
  const words = [];
  let open = [start];
  let number = 0;
  for (let read = 0; open.length && read < MOST_WORDS_READ; read++) {
    const path = withRead(/** @type {Path} */ (open.shift()));
    const { alphabet } = path.state.model.vocabulary;
    let ends = 0;
    for (const { token, probability } of distribution(path.state.logits)) {
      const kind = characterKind(alphabet[token]);
      const all = path.probability * probability;
      const isInWord = !path.begins && path.kind !== ' ';
      if (token === NEWLINE || (isInWord && kind !== path.kind)) {
        ends += all;
        continue;
      }
      const isDigit = /\p{N}/u.test(alphabet[token]);
      if (isDigit && !path.hasDigit) number += all;
      if (all < least || token === ESCAPE) continue;
      open.push({
        state: path.state,
        unread: token,
        tokens: [...path.tokens, token],
        probability: all,
        kind,
        begins: false,
        hasDigit: path.hasDigit || isDigit,
      });
    }
    if (ends >= least) words.push({ path, probability: ends });
    open = open.sort((a, b) => b.probability - a.probability);
  }
  return { words: words.sort((a, b) => b.probability - a.probability), number };
}

/** @param {Path} path */
function withRead(path) {
  if (path.unread === undefined) return path;
  const state = path.state.copy();
  state.read(path.unread);
  return { ...path, state, unread: undefined };
}

/**
 * Characters of one kind make up a word.
 * @param {string} character
 */
function characterKind(character) {
  if (character === '\n') return '\n';
  if (/\s/u.test(character)) return ' ';
  return OF_WORD.test(character) ? 'a' : '!';
}
