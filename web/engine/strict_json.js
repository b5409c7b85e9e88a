// JSON as a weights file has it, after the same checks as in model/strict_json.py.

const DEEPEST = 16; // objects and lists in each other
const JSON_BRACKETS = /"(?:[^"\\]|\\[^])*"|[[{\]}]/g;

/**
 * The value of a JSON text. Throws SyntaxError, which says what is wrong.
 * @param {string} text
 * @returns {any}
 */
function parseStrict(text) {
  if (depthOf(text) > DEEPEST) throw new SyntaxError(`is nested deeper than ${DEEPEST}`);
  const reader = new JsonReader(text);
  const value = wholeText(reader);
  if (reader.repeats) throw new SyntaxError('has a key twice');
  return asPlain(value);
}

/** @param {JsonReader} reader */
function wholeText(reader) {
  try {
    const value = reader.value(1);
    reader.take(JSON_SPACE);
    if (reader.at === reader.text.length) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new SyntaxError('is not JSON');
}

/**
 * How deep the brackets of a text go, as far as it is JSON.
 * @param {string} text
 */
function depthOf(text) {
  let depth = 0;
  let deepest = 0;
  for (const [found] of text.matchAll(JSON_BRACKETS)) {
    if (found === '{' || found === '[') deepest = Math.max(deepest, ++depth);
    else if (found === '}' || found === ']') depth--;
  }
  return deepest;
}

/**
 * A value as JavaScript has it.
 * @param {JsonValue} value
 * @returns {any}
 */
function asPlain(value) {
  if (value instanceof Map) {
    return Object.fromEntries(Array.from(value, ([key, member]) => [asPlain(key), asPlain(member)]));
  }
  if (Array.isArray(value)) return value.map(asPlain);
  if (typeof value === 'string' && value !== wellFormed(value)) throw new SyntaxError('has half a character');
  return value instanceof JsonNumber ? strictNumber(value.text) : value;
}

/** @param {string} text */
function strictNumber(text) {
  const number = Number(text);
  if (/[NI]/.test(text)) throw new SyntaxError('is not JSON');
  const isKnown = Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (!isKnown || (/^-?[0-9]*$/.test(text) && text.length > 17))
    throw new SyntaxError('has a number that is too large');
  return number;
}
