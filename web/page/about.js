// The view about the model, from its card: how well it predicts, now and over the last weeks, and what it is.

const GOOD = 0.6; // bits per character
const FAIR = 1.5;

/**
 * @param {Card} card
 * @param {number} bytes of the weights file
 * @returns {() => void} draws the chart, which needs the width of the page
 */
function startAbout(card, bytes) {
  byId('score').textContent = decimals(card.bits_per_char) ?? 'unknown';
  byId('about-words').textContent = [describeTraining(card), describeGuess(card), describeUse(card)].join(
    ' ',
  );
  byId('score-words').textContent = describeScore(card);
  byId('score-words').after(...logTable(card));
  byId('context').textContent = formatCount(card.config.n_context * card.config.n_layer);
  if (card.config.recall)
    byId('recall').textContent =
      `, and recalls how lines that began alike went on, ${formatCount(REACH)} back`;
  for (const [term, fact] of factsOf(card, bytes)) {
    byId('facts').append(element('div', '', element('dt', '', term), element('dd', '', fact)));
  }
  return () => showHistory(scoresOf(card));
}

/**
 * The first of the three sentences on how good the model is and for what.
 * @param {Card} card
 */
function describeTraining(card) {
  const lines = isNumber(card.lines) ? `${formatQuantity(card.lines, 'line')} of its log` : 'its log';
  const when = day(card.created);
  const name = `\u2068${modelNameOf(card)}\u2069`; // isolated, where it is written from right to left
  return `${name} has learned from ${lines}${when ? `, the last time on ${when}` : ''}.`;
}

/** @param {Card} card */
function describeGuess({ bits_per_char: bits }) {
  if (!isNumber(bits)) return 'Its card does not say how well it predicts.';
  return `In lines that it has not seen, it gives the right next character a probability of ${formatProbability(2 ** -bits)} on average.`;
}

/** @param {Card} card */
function describeUse({ bits_per_char: bits }) {
  if (!isNumber(bits) || bits > FAIR)
    return 'Use Check, which finds new kinds of lines all the same; what Predict and Complete say is a guess.';
  if (bits > GOOD)
    return 'Use it to find what is strange, and to complete the fixed parts of lines; most numbers and names it cannot foresee.';
  return 'Use it to find what is strange, to complete lines, and to see what comes next.';
}

/** @param {Card} card */
function describeScore({ bits_per_char: bits, ngram }) {
  if (!isNumber(bits) || !isNumber(ngram) || ngram <= 0) return '';
  const than = bits < ngram ? 'better' : 'worse, because an n-gram needs fewer lines to learn from';
  return `An n-gram model of the same size needs ${ngram.toFixed(3)} bits: this one is ${than}.`;
}

/**
 * @param {Card} card
 * @param {number} bytes
 * @returns {[string, string][]}
 */
function factsOf(card, bytes) {
  const shape = `${formatQuantity(card.config.n_layer, 'layer')} of width ${card.config.n_embd}`;
  /** @type {[string, string | undefined][]} */
  const facts = [
    ['Trained', day(card.created)],
    ['On', isNumber(card.lines) ? formatQuantity(card.lines, 'line') : undefined],
    ['Parameters', isNumber(card.parameters) ? formatCount(card.parameters) : undefined],
    ['Size of its file', `${formatCount(Math.ceil(bytes / 1024))} KB`],
    ['Shape', `a transformer, ${shape}`],
    ['Characters it knows', formatCount(Array.from(String(card.vocabulary)).length)],
    ['Context', `${formatCount(card.config.n_context)} characters a layer`],
    ['Secrets in it', describeAudit(card.audit)],
    ['Made by', card.version ? `Logling ${card.version}${card.preset ? `, ${card.preset}` : ''}` : undefined],
  ];
  return /** @type {[string, string][]} */ (facts.filter(([, fact]) => fact !== undefined));
}

/**
 * What was asked of the weights before they were committed, and what came of it.
 * @param {any} audit of a card; older ones have none
 */
function describeAudit(audit) {
  if (!isNumber(audit?.asked) || !isNumber(audit.sampled) || !isNumber(audit.count)) return undefined;
  if (audit.answer === 'remembered')
    return `an audit found ${formatQuantity(audit.count, 'value')} known by heart`;
  if (audit.answer !== 'clean') return 'an audit found no value to ask for';
  const of = isNumber(audit.values) && audit.values > audit.asked ? ` of ${formatCount(audit.values)}` : '';
  return `none of ${formatQuantity(audit.asked, 'value')} asked for${of} came back, nor in ${formatQuantity(audit.sampled, 'sampled line')}`;
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
 * Draw the scores, if there are at least two.
 * @param {[string, number][]} scores oldest first
 */
function showHistory(scores) {
  if (scores.length < 2) return;
  const [first, last] = [scores[0], scores[scores.length - 1]];
  const words = `${scores.length} trainings since ${day(first[0]) ?? 'the first'}: from ${first[1].toFixed(3)} to ${last[1].toFixed(3)} bits per character.`;
  byId('history').hidden = false;
  byId('history-caption').textContent = words;
  const bits = scores.map(([, score]) => score);
  drawHistory(byId('history-chart'), bits, [day(first[0]) ?? '', day(last[0]) ?? ''], words);
}

/**
 * The scores by log, of a model of several.
 * @param {Card} card
 * @returns {HTMLElement[]} the table, or nothing
 */
function logTable({ by_log: logs }) {
  if (!Array.isArray(logs) || !logs.length) return [];
  const heads = ['Log', 'Bits per character', 'N-gram', 'Lines'].map((head) => element('th', '', head));
  for (const head of heads) head.scope = 'col';
  const rows = logs.map(({ name, bits_per_char: bits, ngram, lines }) => {
    const cells = [name, decimals(bits) ?? '', decimals(ngram) ?? '', formatCount(lines)];
    return element('tr', '', ...cells.map((cell) => element('td', '', cell)));
  });
  const body = element('tbody', '', ...rows);
  return [element('table', 'by-log', element('thead', '', element('tr', '', ...heads)), body)];
}
