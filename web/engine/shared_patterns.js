// The patterns of reading_rules.js and masking_rules.js as regular expressions: see service/reading/rules.py.

/** @type {Map<string, RegExp>} */
const sharedPatterns = new Map();

/**
 * A pattern whose names in angle brackets stand for parts, and TIMES for any form of a time.
 * @param {string} pattern
 * @param {string} [flags]
 */
function sharedPattern(pattern, flags = '') {
  const key = `${flags}/${pattern}`;
  let found = sharedPatterns.get(key);
  if (!found) {
    const times = `(?:${READING_RULES.times.join('|')})`;
    found = new RegExp(withParts(pattern.replaceAll('TIMES', times), READING_RULES.parts), flags);
    sharedPatterns.set(key, found);
  }
  found.lastIndex = 0;
  return found;
}

/**
 * @param {string} pattern
 * @param {Record<string, string>} parts
 */
function withParts(pattern, parts) {
  return pattern.replace(/<([A-Z]+)>/g, (_, name) => parts[name]);
}
