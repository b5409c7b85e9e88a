// Pick fields of JSON and logfmt lines by a template: see service/reading/fields.py.

const MISSING = '-';
const LOGFMT_TOKEN = /([^ \t="{}[\]()<>,;]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^ \t"]*)))?(?:[ \t]+|$)/y;
/** @type {Record<string, string>} */
const LOGFMT_ESCAPES = { n: '\n', t: '\t', r: '\r' };

/** Text with keys of JSON or logfmt in braces, as `{level} {http.status} {msg}`. */
class Template {
  /** @param {string} text */
  constructor(text) {
    /** @type {{ literal?: string, key?: string }[]} */
    this.parts = [];
    for (const [found] of text.matchAll(/\{\{|\}\}|\{[^{}]*\}|[^{}]+/g)) {
      if (found === '{{' || found === '}}') this.parts.push({ literal: found[0] });
      else if (found[0] === '{') this.parts.push({ key: found.slice(1, -1) });
      else this.parts.push({ literal: found });
    }
  }

  /**
   * The template with the fields of a line. A line that has none of them stays as it is.
   * @param {string} line
   */
  apply(line) {
    const fields = fieldsOf(line);
    const values = this.parts.map(({ key }) => (key === undefined ? null : findField(fields, key)));
    if (values.every((value) => value === null)) return line;
    const texts = this.parts.map(({ literal }, i) => literal ?? valueText(values[i]));
    return cleanText(texts.join(''));
  }
}

/**
 * The fields of a line by name. Empty if it is neither JSON nor logfmt.
 * @param {string} line
 * @returns {Map<string, any>}
 */
function fieldsOf(line) {
  const text = stripped(line, ' \t');
  return text[0] === '{' ? (parseObject(text) ?? new Map()) : logfmtFields(text);
}

/**
 * The pairs of a logfmt line. A word without "=" is a key without value; a line of more words than pairs is prose.
 * @param {string} text
 */
function logfmtFields(text) {
  /** @type {Map<string, string>} */
  const pairs = new Map();
  let [at, words, count] = [0, 0, 0];
  while (at < text.length) {
    LOGFMT_TOKEN.lastIndex = at;
    const found = LOGFMT_TOKEN.exec(text);
    if (!found) return new Map();
    const [, key, quoted, bare] = found;
    if (quoted === undefined && bare === undefined) {
      words++;
      if (!count) return new Map();
    } else {
      count++;
      pairs.set(key, bare ?? quoted.replace(/\\(.)/gu, (_, letter) => LOGFMT_ESCAPES[letter] ?? letter));
    }
    at = LOGFMT_TOKEN.lastIndex;
  }
  return words <= count ? pairs : new Map();
}

/**
 * The value at a key; null if there is none. Dots lead into nested objects unless the whole key is there.
 * @param {any} fields
 * @param {string} key
 * @returns {any}
 */
function findField(fields, key) {
  if (!(fields instanceof Map)) return null;
  if (fields.has(key)) return fields.get(key);
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
    const found = findField(fields.get(key.slice(0, dot)), key.slice(dot + 1));
    if (found !== null) return found;
  }
  return null;
}

/** @param {any} value */
function valueText(value) {
  if (value === null) return MISSING;
  return typeof value === 'string' ? value : jsonText(value);
}
