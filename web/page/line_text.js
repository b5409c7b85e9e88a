// Lines as the page shows them: with strange words shaded, with a word marked, or with their probability.

const LONGEST_SHOWN = 1000; // UTF-16 units

/**
 * The text of a finding, its strange words shaded. A text that is too long to show is cut.
 * @param {Finding} finding
 * @returns {Node[]}
 */
function shadeWords({ text, words }) {
  /** @type {Node[]} */
  const runs = [];
  let at = 0;
  const plain = (/** @type {number} */ end) => {
    if (end > at) runs.push(document.createTextNode(text.slice(at, end)));
  };
  for (const { begin, end, weight } of words) {
    if (begin < at || begin >= LONGEST_SHOWN) continue;
    plain(begin);
    runs.push(element('span', `shade-${shadeOf(weight)}`, text.slice(begin, end)));
    at = end;
  }
  plain(Math.max(at, LONGEST_SHOWN));
  const left = text.length - Math.max(at, LONGEST_SHOWN);
  if (left > 0) runs.push(element('span', 'cut', ` … and ${formatCount(left)} more characters`));
  return runs;
}

/**
 * A sentence in which what stands between backticks is code.
 * @param {string} sentence
 */
function sentenceWithCode(sentence) {
  const pieces = sentence.split(/`([^`]*)`/);
  return pieces.map((piece, i) => (i % 2 ? element('code', '', piece) : document.createTextNode(piece)));
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
