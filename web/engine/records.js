// Join the parts of one line, and the lines of one record: see service/reading/records.py.

const LONGEST_START = 256; // characters of a line on which a continuation rule is tried
const LIMIT = MAX_BYTES; // characters of one incomplete record

const SPACES_BEYOND_ASCII = '\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';

/** @typedef {{ text: string, number: number, start: number, stream?: string, isPartial?: boolean }} Item */

/** Joins lines that a container runtime wrote in parts, stream by stream, in the order in which they began. */
class PartJoiner {
  constructor() {
    /** @type {{ first: Item, texts: string[] }[]} */
    this.waiting = [];
    /** @type {Map<string, { first: Item, texts: string[] }>} */
    this.open = new Map();
  }

  /**
   * The lines that are whole now.
   * @param {Item[]} items
   */
  join(items) {
    /** @type {Item[]} */
    const whole = [];
    for (const item of items) {
      if (!this.waiting.length && !item.isPartial) {
        whole.push(item);
        continue;
      }
      this.add(item);
      if (!this.open.size || item.start - this.waiting[0].first.start > LIMIT) whole.push(...this.close());
    }
    return whole;
  }

  /** What was kept, whole or not. */
  close() {
    const whole = this.waiting.map(({ first, texts }) => ({ ...first, text: texts.join('') }));
    this.waiting = [];
    this.open.clear();
    return whole;
  }

  /** @param {Item} item */
  add(item) {
    const stream = item.stream ?? '';
    let parts = this.open.get(stream);
    this.open.delete(stream);
    if (!parts) {
      parts = { first: item, texts: [] };
      this.waiting.push(parts);
    }
    parts.texts.push(item.text);
    if (item.isPartial) this.open.set(stream, parts);
  }
}

/** Joins the lines of a record by a continuation rule. Without one, every line is a record. */
class RecordJoiner {
  /** @param {string} continuation */
  constructor(continuation) {
    this.continues = continuation ? new RegExp(withAsciiClasses(continuation)) : undefined;
    /** @type {Item[]} */
    this.kept = [];
    this.size = 0;
    this.skipping = false;
  }

  /**
   * The records that are whole now.
   * @param {Item[]} items
   */
  join(items) {
    if (!this.continues) return items;
    /** @type {Item[]} */
    const whole = [];
    for (const item of items) {
      if (!this.continues.test(firstCharacters(item.text, LONGEST_START))) {
        whole.push(...this.close());
        this.skipping = false;
      } else if (this.skipping) {
        continue;
      }
      this.kept.push(item);
      this.size += characterCount(item.text);
      if (this.size > LIMIT) {
        whole.push(...this.close());
        this.skipping = true;
      }
    }
    return whole;
  }

  /** The record that was kept, if there is one. */
  close() {
    if (!this.kept.length) return [];
    const record = { ...this.kept[0], text: this.kept.map(({ text }) => text).join(BREAK_MARK) };
    this.kept = [];
    this.size = 0;
    return [record];
  }
}

/**
 * A rule in which \s is white space of ASCII alone, as in Python's re.ASCII.
 * @param {string} rule
 */
function withAsciiClasses(rule) {
  return rule.replace(/\\[^]|\[\^?|\]/g, (found, at) => {
    if (found !== '\\s' && found !== '\\S') return found;
    const before = rule.slice(0, at).replace(/\\[^]/g, '');
    const isInClass = before.lastIndexOf('[') > before.lastIndexOf(']');
    if (found === '\\S') return isInClass ? `\\S${SPACES_BEYOND_ASCII}` : '[^ \\t\\n\\r\\f\\v]';
    return isInClass ? ' \\t\\n\\r\\f\\v' : '[ \\t\\n\\r\\f\\v]';
  });
}
