// How counts are written, the same on the page and in reports.

/** @param {number} value such as 12345, as "12,345" */
function formatCount(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * @param {number} value
 * @param {string} noun in the singular
 */
function formatQuantity(value, noun) {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`;
}
