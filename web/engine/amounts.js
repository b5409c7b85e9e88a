// Amounts in a log: numbers with their units, as `71.3C`, `45ms` and `12KB`. See service/checking/amounts.py.

const AMOUNT = /^([0-9]{1,17}(?:[.][0-9]{1,17})?)([A-Za-z\u00b5\u03bc]{0,3})$/;
const LONGEST_NUMBER = 18; // characters
const LARGEST_AMOUNT = 1e18;
const [SECONDS, BYTES] = ['s', 'B'];
/** @type {Map<string, [string, number]>} */
const UNITS_OF_AMOUNTS = new Map([
  ['ns', [SECONDS, 1]],
  ['us', [SECONDS, 1e3]],
  ['\u00b5s', [SECONDS, 1e3]],
  ['\u03bcs', [SECONDS, 1e3]],
  ['ms', [SECONDS, 1e6]],
  ['s', [SECONDS, 1e9]],
  ['sec', [SECONDS, 1e9]],
  ['min', [SECONDS, 6e10]],
  ['h', [SECONDS, 3.6e12]],
  ['B', [BYTES, 1]],
  ['KB', [BYTES, 1024]],
  ['KiB', [BYTES, 1024]],
  ['kB', [BYTES, 1024]],
  ['MB', [BYTES, 1024 ** 2]],
  ['MiB', [BYTES, 1024 ** 2]],
  ['GB', [BYTES, 1024 ** 3]],
  ['GiB', [BYTES, 1024 ** 3]],
  ['TB', [BYTES, 1024 ** 4]],
  ['TiB', [BYTES, 1024 ** 4]],
]);
const FEWEST_IN_RANGE = 8; // different numbers
const SHARE_OF_RANGE = 0.5; // of the numbers from the least to the largest, at least, that are there

/**
 * A number and its unit.
 * @typedef {object} Amount
 * @property {number} size in nanoseconds, in bytes, or as it stands
 * @property {string} kind '': it has no unit
 * @property {number} scale the size of 1
 * @property {string} unit
 * @property {number} decimals
 */

/**
 * The amount that an identifier is; undefined where it is none.
 * @param {string} text
 * @returns {Amount | undefined}
 */
function amountOf(text) {
  const [, number, unit] = AMOUNT.exec(text) ?? [];
  if (number === undefined || number.length > LONGEST_NUMBER) return undefined;
  const [kind, scale] = UNITS_OF_AMOUNTS.get(unit) ?? [unit, 1];
  const size = Number(number) * scale;
  if (size >= LARGEST_AMOUNT) return undefined;
  return {
    size,
    kind,
    scale,
    unit,
    decimals: number.includes('.') ? number.length - number.indexOf('.') - 1 : 0,
  };
}

/**
 * The name under which amounts of one place and kind are known.
 * @param {string} place
 * @param {Amount} amount
 */
function placeOfAmount(place, { kind }) {
  return kind ? `${place} ${kind}` : place;
}

/**
 * Whether different identifiers are numbers that go up and down in a range, rather than names of a few things.
 * @param {string[]} identifiers
 */
function areRange(identifiers) {
  if (identifiers.length < FEWEST_IN_RANGE) return false;
  const amounts = identifiers.flatMap((text) => amountOf(text) ?? []);
  if (amounts.length < identifiers.length || amounts.some(({ unit }) => unit !== amounts[0].unit))
    return false;
  const sizes = amounts.map(({ size }) => size);
  const decimals = Math.max(...amounts.map((amount) => amount.decimals));
  const steps = ((Math.max(...sizes) - Math.min(...sizes)) / amounts[0].scale) * 10 ** decimals + 1;
  return amounts.length >= SHARE_OF_RANGE * steps;
}
