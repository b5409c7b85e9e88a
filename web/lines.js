'use strict';

// Lines as the page shows them: number, text shaded by what each character cost, and one figure. Text goes into the
// document as text nodes only, whatever it looks like.

const LONGEST_SHOWN = 1000; // characters
const SHADES = [1.5, 3, 5, 8, 12]; // bits from which a character has shade 1, 2, …

/**
 * The element of an id, which must be in index.html.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 */
function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return found;
}

/**
 * @param {string} name
 * @param {string} className
 * @param {(string | Node)[]} content strings become text
 */
function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/**
 * One line of a list.
 * @param {string} number shown before it
 * @param {Node[]} text
 * @param {number} figure bits
 * @param {string} meaning of the figure, for those who cannot see the column
 */
function lineElement(number, text, figure, meaning) {
  const unit = element('span', 'visually-hidden', ` ${meaning}`);
  return element(
    'li',
    '',
    element('span', 'number', number),
    element('code', 'text', ...text),
    element('span', 'figure', figure.toFixed(1), unit),
  );
}

/**
 * A text in runs of equal shade, cut where it is too long to show.
 * @param {string} text
 * @param {Float64Array} byCharacter bits of each code point
 * @returns {Node[]}
 */
function shaded(text, byCharacter) {
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
  if (left) runs.push(element('span', 'cut', ` … and ${left.toLocaleString('en')} more characters`));
  return runs;
}

/**
 * The lines of a text as the service reads them: an ending newline ends the last line, it does not begin another.
 * @param {string} text
 */
function splitLines(text) {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
