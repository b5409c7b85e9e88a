// A number of seconds as a person says it: see service/checking/durations.py.

/** @type {[number, string][]} */
const UNITS_OF_TIME = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/**
 * The largest unit that fits, rounded down.
 * @param {number} seconds
 */
function describeSeconds(seconds) {
  const [size, name] = UNITS_OF_TIME.find(([size]) => seconds >= size) ?? UNITS_OF_TIME[3];
  return formatQuantity(Math.floor(seconds / size), name);
}
