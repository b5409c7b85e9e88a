'use strict';

// The card as facts, and the scores of the last weeks as a line.

const SPARK_WIDTH = 240;
const SPARK_HEIGHT = 48;
const SPARK_MARGIN = 4;

/**
 * @param {Card} card
 * @param {number} bytes of the weights file
 */
function showAbout(card, bytes) {
  const facts = byId('facts', HTMLDListElement);
  for (const [term, fact] of factsOf(card, bytes)) {
    facts.append(element('div', '', element('dt', '', term), element('dd', '', fact)));
  }
  showHistory(scoresOf(card));
  byId('about', HTMLElement).hidden = false;
}

/**
 * @param {Card} card
 * @param {number} bytes
 * @returns {[string, string][]}
 */
function factsOf(card, bytes) {
  /** @type {[string, string | undefined][]} */
  const facts = [
    ['Bits per character', decimals(card.bits_per_char)],
    ['An n-gram model’s', decimals(card.ngram)],
    ['Trained', day(card.created)],
    ['On', isNumber(card.lines) ? `${count(card.lines)} lines` : undefined],
    ['Parameters', isNumber(card.parameters) ? count(card.parameters) : undefined],
    ['Size', `${count(Math.ceil(bytes / 1024))} KB`],
    ['Context', `${count(card.config.n_context)} characters`],
    ['Made by', card.version ? `Logling ${card.version}${card.preset ? `, ${card.preset}` : ''}` : undefined],
  ];
  return /** @type {[string, string][]} */ (facts.filter(([, fact]) => fact !== undefined));
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

/** @param {number} value */
function count(value) {
  return value.toLocaleString('en');
}

/** @param {unknown} value */
function decimals(value) {
  return isNumber(value) ? value.toFixed(3) : undefined;
}

/** @param {unknown} value an ISO date */
function day(value) {
  const date = new Date(String(value));
  if (typeof value !== 'string' || Number.isNaN(date.getTime())) return undefined;
  return date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/**
 * @param {Card} card
 * @returns {[string, number][]}
 */
function scoresOf(card) {
  if (!Array.isArray(card.history)) return [];
  return card.history.filter((point) => Array.isArray(point) && isNumber(point[1]));
}

/**
 * Drawn when there are at least two points.
 * @param {[string, number][]} scores oldest first
 */
function showHistory(scores) {
  if (scores.length < 2) return;
  const [first, last] = [scores[0], scores[scores.length - 1]];
  byId('history-caption', HTMLElement).append(
    `${scores.length} trainings since ${day(first[0]) ?? 'the first'}: from ${first[1].toFixed(3)} to ${last[1].toFixed(3)}`,
  );
  const figure = byId('history', HTMLElement);
  figure.prepend(sparkline(scores.map(([, bits]) => bits)));
  figure.hidden = false;
}

/** @param {number[]} values */
function sparkline(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const points = values.map((value, i) => [
    SPARK_MARGIN + (i / (values.length - 1)) * (SPARK_WIDTH - 2 * SPARK_MARGIN),
    SPARK_MARGIN + ((high - value) / (high - low || 1)) * (SPARK_HEIGHT - 2 * SPARK_MARGIN),
  ]);
  const line = svg('polyline', {
    points: points.map((point) => point.map((x) => x.toFixed(1)).join()).join(' '),
  });
  const [x, y] = points[points.length - 1];
  const size = { viewBox: `0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`, 'aria-hidden': 'true' };
  return svg('svg', size, line, svg('circle', { cx: String(x), cy: String(y), r: '3' }));
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {Node[]} children
 */
function svg(name, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}
