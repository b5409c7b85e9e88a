// What a card may say: the kinds and bounds of its facts, as in model/card_facts.py.

const LONGEST_NAME = 200; // characters of a version, an id, a name
const LONGEST_MODEL_NAME = 40; // characters
const LONGEST_FACT = 8000; // characters of a sample, and of all lines of an example
const MOST_CARD_EXAMPLE_LINES = 120;
const LONGEST_GOLDEN = 1000;
const MOST_HISTORY = 52; // committed weights whose date and score a card has
const MOST_CARD_LOGS = 12; // of a model of several, whose scores a card has
const MOST_CARD_RULES = 1000;
const MOST_BITS = 1000; // of a character
// What would be shown as nothing, or turns around what stands beside it.
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\0-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const CALENDAR_DAY = /^(?!0000)([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;
const MOMENT =
  /^(?!0000)([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]))?$/;

/**
 * Throws WeightsFileError that names the first fact that is not as it must be, and says what it must be.
 * @param {Card} card
 */
function checkFacts(card) {
  for (const [name, [isRight, words]] of Object.entries(CARD_FACTS)) {
    if (Object.hasOwn(card, name) && !isRight(card[name]))
      throw damaged(`in its card, '${name}' is not ${words}`);
  }
}

/** @typedef {(value: any) => boolean} IsRight */

/** @type {IsRight} */
function isWhole(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

/** @type {IsRight} */
function isShortName(value) {
  return isFact(value, LONGEST_NAME) && !INVISIBLE.test(value);
}

/** @type {IsRight} */
function isModelName(value) {
  return isFact(value, LONGEST_MODEL_NAME) && value !== '' && !INVISIBLE.test(value);
}

/**
 * @param {any} value
 * @param {number} longest characters
 */
function isFact(value, longest = LONGEST_FACT) {
  return typeof value === 'string' && codePoints(value).length <= longest;
}

/**
 * Whether a value is a day that the calendar has.
 * @param {RegExp} form
 * @param {any} value
 */
function isInCalendar(form, value) {
  const found = typeof value === 'string' ? form.exec(value) : null;
  if (!found) return false;
  const [year, month, day] = found.slice(1, 4).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}

/** @type {IsRight} */
function isBits(value) {
  return typeof value === 'number' && value >= 0 && value <= MOST_BITS;
}

/** @type {IsRight} */
function isHistory(value) {
  const isPoint = (/** @type {any} */ point) =>
    Array.isArray(point) && point.length === 2 && isInCalendar(CALENDAR_DAY, point[0]) && isBits(point[1]);
  return Array.isArray(value) && value.length <= MOST_HISTORY && value.every(isPoint);
}

/** @type {IsRight} */
function isByLog(value) {
  return Array.isArray(value) && value.length <= MOST_CARD_LOGS && value.every(isLogScore);
}

/** @type {IsRight} */
function isLogScore(value) {
  return (
    isObject(value) &&
    isModelName(value.name) &&
    isWhole(value.lines) &&
    isBits(value.bits_per_char) &&
    (!Object.hasOwn(value, 'ngram') || isBits(value.ngram))
  );
}

/** @type {IsRight} */
function isExample(value) {
  return (
    Array.isArray(value) &&
    value.length <= MOST_CARD_EXAMPLE_LINES &&
    value.every((line) => typeof line === 'string' && !INVISIBLE.test(line)) &&
    codePoints(value.join('')).length <= LONGEST_FACT
  );
}

/** @type {[IsRight, string]} */
const SHORT_NAME = [isShortName, `a text of at most ${LONGEST_NAME} characters without control characters`];
/** @type {[IsRight, string]} */
const WHOLE = [isWhole, 'a whole number'];
/** @type {[IsRight, string]} */
const BITS = [isBits, `a number from 0 to ${MOST_BITS}`];

/** @type {Record<string, [IsRight, string]>} */
const CARD_FACTS = {
  name: [isModelName, `a text of 1 to ${LONGEST_MODEL_NAME} characters without control characters`],
  run: SHORT_NAME,
  version: SHORT_NAME,
  preset: SHORT_NAME,
  corpus: SHORT_NAME,
  created: [(value) => isInCalendar(MOMENT, value), 'a date'],
  lines: WHOLE,
  characters: WHOLE,
  tokens: WHOLE,
  tokens_per_second: WHOLE,
  seed: WHOLE,
  bits_per_char: BITS,
  ngram: BITS,
  by_log: [isByLog, `a list of at most ${MOST_CARD_LOGS} logs, each with its name, lines and score`],
  history: [isHistory, `a list of at most ${MOST_HISTORY} days, each with its score`],
  sample: [isFact, `a text of at most ${LONGEST_FACT} characters`],
  normal: [
    (value) => Array.isArray(value) && value.length <= MOST_CARD_RULES && value.every((rule) => isFact(rule)),
    `a list of at most ${MOST_CARD_RULES} rules`,
  ],
  example: [
    isExample,
    `a list of at most ${MOST_CARD_EXAMPLE_LINES} lines, ${LONGEST_FACT} characters, without control characters`,
  ],
  golden: [
    (value) => isObject(value) && isFact(value.text, LONGEST_GOLDEN) && typeof value.bits === 'number',
    `a text of at most ${LONGEST_GOLDEN} characters with its bits`,
  ],
};
