// Which of a model's readings a log is read with: the one by which its lines cost least. See commands/reading_choice.py.

const COMPARED_LINES = 20; // of a log's start
const LONGEST_RULE = 200; // characters of a template or a rule
const CONTAINERS = ['auto', 'none', 'docker', 'cri', 'journal', 'syslog'];
const MASKED_KINDS = ['ip', 'mac', 'host', 'user'];

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

/**
 * Whether a reading can be followed, after the checks of service/reading/reading.py.
 * @param {any} given
 */
function isReading(given) {
  if (!isObject(given)) return false;
  const isKnown = Object.entries(given).every(
    ([key, value]) =>
      key !== 'isRaw' &&
      Object.hasOwn(AS_DEFAULT, key) &&
      typeof value === typeof Reflect.get(AS_DEFAULT, key),
  );
  if (!isKnown) return false;
  const { name, encoding, container, continuation, format, mask, own_rules } = { ...AS_DEFAULT, ...given };
  return (
    isShortName(name) &&
    (!encoding || isEncoding(encoding)) &&
    CONTAINERS.includes(container) &&
    Array.isArray(mask) &&
    mask.every((kind) => MASKED_KINDS.includes(kind)) &&
    isWhole(own_rules) &&
    isRule(continuation) &&
    (!format || isTemplate(format))
  );
}

/** @param {string} label */
function isEncoding(label) {
  try {
    return Boolean(new TextDecoder(label));
  } catch {
    return false;
  }
}

/**
 * Whether a rule is a regular expression that takes no longer than its text is long: none that repeats a choice.
 * @param {string} rule
 */
function isRule(rule) {
  const structure = rule.replace(/\\[^AZGz]/g, 'x').replace(/\[\^?\]?(?:\\[^]|[^\]\\])*\]/g, 'x');
  const isForeign = /\(\?(?!:|=|!|<=|<!)|\\[AZGz]|[*+?}]\+/.test(structure);
  if (!isFact(rule, LONGEST_RULE) || isForeign || repeatsChoice(structure)) return false;
  try {
    new RegExp(rule);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} structure of a rule */
function repeatsChoice(structure) {
  /** @type {number[]} */
  const starts = [];
  return Array.from(structure).some((character, at, all) => {
    if (character === '(') starts.push(at);
    if (character !== ')' || !starts.length) return false;
    const inner = all.slice(Number(starts.pop()) + 1, at).join('');
    return /[*+{]/.test(all[at + 1] ?? '') && /[*+|{]/.test(inner);
  });
}

/** @param {string} format */
function isTemplate(format) {
  const isWhole = /^(?:[^{}]|\{\{|\}\}|\{[^{}!:]*[^{}!:\s][^{}!:]*\})*$/.test(format);
  return (
    isFact(format, LONGEST_RULE) && isWhole && new Template(format).parts.some(({ key }) => key !== undefined)
  );
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
