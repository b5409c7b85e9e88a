// Which of a model's readings a log is read with: the one by which its lines cost least. See commands/reading_choice.py.

const COMPARED_LINES = 20; // of a log's start

/**
 * The readings that a card tells of. Throws WeightsFileError.
 * @param {Card} card
 * @returns {Reading[]}
 */
function readingsOf({ reading = [] }) {
  const isList = Array.isArray(reading) && reading.length <= 100;
  if (!isList || !reading.every(isReading)) throw damaged('its card has a reading that cannot be followed');
  return reading.length ? reading.map((given) => ({ ...AS_DEFAULT, ...given })) : [AS_DEFAULT];
}

/** @param {any} given */
function isReading(given) {
  if (!isObject(given)) return false;
  const isKnown = Object.entries(given).every(
    ([key, value]) =>
      key !== 'isRaw' &&
      Object.hasOwn(AS_DEFAULT, key) &&
      typeof value === typeof Reflect.get(AS_DEFAULT, key),
  );
  const { continuation = '', format = '', mask = [] } = given;
  const isShort = continuation.length <= 200 && format.length <= 200;
  return (
    isKnown &&
    isShort &&
    Array.isArray(mask) &&
    mask.every((kind) => typeof kind === 'string') &&
    isRule(continuation)
  );
}

/**
 * Whether a rule is a regular expression that takes no longer than its text is long: none that repeats a choice.
 * @param {string} rule
 */
function isRule(rule) {
  const structure = rule.replace(/\\[^]/g, 'x').replace(/\[\^?\]?[^\]]*\]/g, 'x');
  if (/\([^()]*[*+|{][^()]*\)[*+{]/.test(structure.replace(/\(\?(?::|<?[=!])/g, '('))) return false;
  try {
    new RegExp(rule);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Model} model
 * @param {Reading[]} readings
 * @param {Uint8Array} head how the log begins, unpacked
 */
function cheapestReading(model, readings, head) {
  if (readings.length === 1) return readings[0];
  const costs = readings.map((reading) => {
    const reader = new LogReader(reading, head);
    const lines = [...reader.feed(head), ...reader.finish()].slice(0, COMPARED_LINES);
    return lines.length ? bitsPerCharacter(scoreLines(model, lines)) : Infinity;
  });
  return readings[costs.indexOf(Math.min(...costs))];
}

/**
 * What a reading does, in words.
 * @param {Reading} reading
 */
function describeReading({ name, encoding, continuation, format, keep_time, mask, own_rules, isRaw }) {
  if (isRaw) return 'lines as they stand and nothing masked';
  const steps = [
    encoding && `as ${encoding}`,
    continuation && 'lines of a record joined',
    format && `as ${format}`,
    !keep_time && 'without times',
    `secrets${mask.length ? `, ${mask.join(', ')}` : ''} masked`,
    own_rules && `but not by ${own_rules} rules of the service’s own`,
  ].filter(Boolean);
  return `${name ? `${name}: ` : ''}${steps.join(', ')}`;
}
