// JSON objects in log lines, with numbers as they are written and keys in their order: see service/reading/json_object.py.

const MAX_DEPTH = 100; // objects and lists in each other
const JSON_NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|NaN|-?Infinity/y;
const JSON_STRING = /"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y; // eslint-disable-line no-control-regex
const JSON_SPACE = /[ \t\n\r]*/y;
/** @type {Record<string, string>} */
const JSON_ESCAPES = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A number of JSON, as it was written. */
class JsonNumber {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** @typedef {string | JsonNumber | boolean | null | any[] | Map<string, any>} JsonValue */

class JsonReader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.repeats = false; // whether an object has a key twice
  }

  /** @param {RegExp} pattern sticky */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  /** @param {string} character */
  takes(character) {
    this.take(JSON_SPACE);
    const found = this.text[this.at] === character;
    if (found) this.at++;
    return found;
  }

  /** @returns {string} */
  string() {
    this.take(JSON_SPACE);
    const found = this.take(JSON_STRING);
    if (!found) throw new SyntaxError('no string');
    if (!found[1].includes('\\')) return found[1];
    return found[1].replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code, letter) =>
      code ? String.fromCharCode(parseInt(code, 16)) : (JSON_ESCAPES[letter] ?? letter),
    );
  }

  /**
   * @param {number} depth
   * @returns {JsonValue}
   */
  value(depth) {
    this.take(JSON_SPACE);
    const isDeep = depth > MAX_DEPTH && '{['.includes(this.text[this.at] ?? ' ');
    if (isDeep) throw new SyntaxError('too deep');
    if (this.takes('{')) return this.object(depth);
    if (this.takes('[')) return this.list(depth);
    if (this.text[this.at] === '"') return this.string();
    for (const [word, value] of JSON_WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const number = this.take(JSON_NUMBER);
    if (!number) throw new SyntaxError('no value');
    return new JsonNumber(number[0]);
  }

  /** @param {number} depth */
  object(depth) {
    /** @type {Map<string, JsonValue>} */
    const fields = new Map();
    if (this.takes('}')) return fields;
    do {
      const key = this.string();
      if (!this.takes(':')) throw new SyntaxError('no colon');
      this.repeats ||= fields.has(key);
      fields.set(key, this.value(depth + 1));
    } while (this.takes(','));
    if (!this.takes('}')) throw new SyntaxError('no end');
    return fields;
  }

  /** @param {number} depth */
  list(depth) {
    /** @type {JsonValue[]} */
    const values = [];
    if (this.takes(']')) return values;
    do values.push(this.value(depth + 1));
    while (this.takes(','));
    if (!this.takes(']')) throw new SyntaxError('no end');
    return values;
  }
}

/** @type {[string, boolean | null][]} */
const JSON_WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/**
 * The fields of a line that is a JSON object; undefined if it is none.
 * @param {string} text
 * @returns {Map<string, JsonValue> | undefined}
 */
function parseObject(text) {
  const reader = new JsonReader(text);
  try {
    const value = reader.value(1);
    reader.take(JSON_SPACE);
    return value instanceof Map && reader.at === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * A value of `parseObject` as JSON, without spaces.
 * @param {JsonValue} value
 * @returns {string}
 */
function jsonText(value) {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (value instanceof Map) {
    const members = Array.from(value, ([key, member]) => `${jsonText(key)}:${jsonText(member)}`);
    return `{${members.join(',')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(wellFormed(value)) : String(value);
}
