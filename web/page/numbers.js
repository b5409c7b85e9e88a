// How numbers are written. The functions that the first prediction needs do without toLocaleString, because its first call
// takes a browser about 20 ms.

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

const SPACE = '\u00a0'; // a space at which no line breaks

/** @param {number} probability */
function formatProbability(probability) {
  if (probability > 0 && probability < 0.001) {
    return `1${SPACE}in${SPACE}${formatRounded(1 / probability)}`;
  }
  const digits =
    probability > 0 && (probability < 0.0095 || (probability > 0.9905 && probability < 1)) ? 1 : 0;
  // Only what is certain is shown as 100 %.
  const shown = probability < 1 ? Math.min(100 * probability, 99.9) : 100;
  return `${shown.toFixed(digits)}${SPACE}%`;
}

/** @type {[number, string][]} */
const UNITS = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
];

/**
 * A large number in two digits: "1,200", "350,000", "1.2M".
 * @param {number} value at least 1
 */
function formatRounded(value) {
  const digits = Number(value.toPrecision(2));
  if (digits >= 1e18) return `10^${Math.round(Math.log10(digits))}`;
  const [scale, unit] = UNITS.find(([least]) => digits >= least) ?? [1, ''];
  return formatCount(digits / scale) + unit;
}

/** @param {number} bytes */
function formatBytes(bytes) {
  if (bytes < 1000) return formatQuantity(bytes, 'byte');
  const [unit, scale] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['KB', 1e3];
  return `${(bytes / scale).toLocaleString('en', { maximumSignificantDigits: 3 })} ${unit}`;
}

/** @param {number} seconds */
function formatDuration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
