// Lines as the page shows them: shaded by the bits of each character, with a word marked, or with their probability.

const LONGEST_SHOWN = 1000; // characters
const SHADES = [1.5, 3, 5, 8, 12]; // bits from which a character has shade 1, 2, …

/**
 * A text in runs of equal shade. A text that is too long to show is cut.
 * @param {string} text
 * @param {ArrayLike<number>} byCharacter bits of each code point
 * @returns {Node[]}
 */
function shadeText(text, byCharacter) {
  const characters = Array.from(text);
  const shown = Math.min(characters.length, LONGEST_SHOWN);
  const shade = (/** @type {number} */ i) => SHADES.filter((bits) => byCharacter[i] >= bits).length;
  /** @type {Node[]} */
  const runs = [];
  for (let begin = 0, end = 0; begin < shown; begin = end) {
    while (end < shown && shade(end) === shade(begin)) end++;
    const run = characters.slice(begin, end).join('');
    runs.push(shade(begin) ? element('span', `bits-${shade(begin)}`, run) : document.createTextNode(run));
  }
  const left = characters.length - shown;
  if (left) runs.push(element('span', 'cut', ` … and ${formatCount(left)} more characters`));
  return runs;
}

/**
 * A text with every occurrence of a word marked, in upper or lower case.
 * @param {string} text
 * @param {string} word
 * @returns {Node[]}
 */
function markWord(text, word) {
  if (!word) return [document.createTextNode(text)];
  const pieces = text.split(new RegExp(`(${escapeRegExp(word)})`, 'iu'));
  return pieces.map((piece, i) => (i % 2 ? element('mark', '', piece) : document.createTextNode(piece)));
}

/**
 * The content of a row: a probability as a number and as a bar, and a text.
 * @param {number} probability
 * @param {(string | Node)[]} text
 */
function likelihoodRow(probability, ...text) {
  const bar = element('span', 'bar');
  bar.style.setProperty('--share', String(probability));
  return [element('span', 'figure', formatProbability(probability)), bar, element('code', 'text', ...text)];
}
