// Bytes to clean lines of text, as in service/reading/lines.py. Any bytes are accepted. Memory does not grow with the size
// of a file or the length of a line.

const MAX_CHARACTERS = 8192; // of a line that a model sees
const MAX_BYTES = 256 * 1024; // of a line before anything is picked from it
const CUT_MARK = ' <cut>';
const BREAK_MARK = '⏎'; // stands for a line break within a record

/* eslint-disable no-control-regex */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const CONTROLS = new RegExp(CONTROL, 'g');
// ECMA-48: CSI (colours, cursor), OSC and the like (titles, links) up to their end, other two-byte escapes.
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])/g;
/* eslint-enable no-control-regex */

/** @typedef {{ invalid: number, control: number, cut: number }} Oddities counts of lines in which something was odd */

/** Splits a stream of bytes into clean lines, blank ones too. They are not yet cut at the longest that a model sees. */
class LineSplitter {
  /**
   * @param {Encoding} encoding
   * @param {Oddities} oddities
   */
  constructor(encoding, oddities) {
    this.encoding = encoding;
    this.oddities = oddities;
    this.held = new Uint8Array(MAX_BYTES + 2); // the unfinished line, without its NULs
    this.size = 0;
    this.begun = false;
    this.nul = false;
    this.skipping = false; // the rest of a line that was already returned, cut
    this.fed = 0;
    this.start = 0; // where the unfinished line begins
    /** @type {number[]} where the lines that were given last begin, in bytes of the stream */
    this.starts = [];
    this.half = new Uint8Array(0);
  }

  /**
   * The lines that end in this chunk.
   * @param {Uint8Array} chunk
   */
  feed(chunk) {
    const data = this.encoding.width === 1 ? chunk : this.evened(chunk);
    const before = this.fed;
    this.fed += data.length;
    this.starts = [];
    /** @type {string[]} */
    const lines = [];
    let from = 0;
    for (let end = this.newline(data, 0); end >= 0; end = this.newline(data, from)) {
      if (!this.skipping) {
        this.hold(data.subarray(from, end));
        lines.push(this.line());
      }
      this.skipping = false;
      from = end + this.encoding.width;
      this.start = before + from;
    }
    if (this.skipping || from === data.length) return lines;
    this.hold(data.subarray(from));
    if (this.size > MAX_BYTES) {
      this.skipping = true;
      lines.push(this.line());
    }
    return lines;
  }

  /** The last line, if the stream ended without a newline: at most one. */
  finish() {
    this.starts = [];
    return this.begun ? [this.line()] : [];
  }

  /**
   * Whole characters of two bytes; half a character waits for the next chunk.
   * @param {Uint8Array} chunk
   */
  evened(chunk) {
    const data = new Uint8Array(this.half.length + chunk.length);
    data.set(this.half);
    data.set(chunk, this.half.length);
    const whole = data.length - (data.length % 2);
    this.half = data.slice(whole);
    return data.subarray(0, whole);
  }

  /**
   * Where the next newline begins; -1 if there is none.
   * @param {Uint8Array} data
   * @param {number} from
   */
  newline(data, from) {
    const { width, newline } = this.encoding;
    if (width === 1) return data.indexOf(newline[0], from);
    for (let at = from; at < data.length; at += 2) {
      if (data[at] === newline[0] && data[at + 1] === newline[1]) return at;
    }
    return -1;
  }

  /** @param {Uint8Array} piece */
  hold(piece) {
    this.begun = true;
    if (this.encoding.width === 1 && piece.includes(0)) {
      this.nul = true;
      piece = piece.filter((byte) => byte);
    }
    const kept = piece.subarray(0, this.held.length - this.size);
    this.held.set(kept, this.size);
    this.size += kept.length;
  }

  /** The held line, cleaned. */
  line() {
    const isCut = this.size > MAX_BYTES;
    const bytes = this.held.subarray(0, Math.min(this.size, MAX_BYTES));
    const text = this.decode(bytes, isCut);
    const clean = cleanLine(text);
    if (this.nul || (clean !== text && clean !== text.slice(0, -1))) this.oddities.control++;
    this.starts.push(this.start);
    this.size = 0;
    this.begun = this.nul = false;
    return clean;
  }

  /**
   * @param {Uint8Array} bytes
   * @param {boolean} stream whether an incomplete character at the end is dropped; otherwise it is an error
   */
  decode(bytes, stream) {
    const { label } = this.encoding;
    try {
      return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
    } catch {
      this.oddities.invalid++;
      return new TextDecoder(label, { ignoreBOM: true }).decode(bytes, { stream });
    }
  }
}

/** @param {string} text */
function cleanLine(text) {
  if (!CONTROL.test(text)) return text;
  if (text.endsWith('\r')) text = text.slice(0, -1);
  return CONTROL.test(text) ? lastState(text.replace(ESCAPES, '')).replace(CONTROLS, '') : text;
}

/**
 * What a line shows at last that goes back to its start by \r, as a progress bar does.
 * @param {string} text
 */
function lastState(text) {
  if (!text.includes('\r')) return text;
  const states = text.split('\r').filter((state) => !isBlank(state.replace(CONTROLS, '')));
  return states.at(-1) ?? '';
}

/**
 * A field or a message as one line. Its own line breaks are marked, and blank lines in it left out.
 * @param {string} text
 */
function cleanText(text) {
  if (!CONTROL.test(text) && !/[\ud800-\udfff]/.test(text)) return text;
  const lines = wellFormed(text).split('\n').map(cleanLine);
  return lines.filter((line) => !isBlank(line)).join(BREAK_MARK);
}

/**
 * A lone surrogate, which JSON can spell, is no character.
 * @param {string} text
 */
function wellFormed(text) {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) =>
    found.length > 1 ? found : '\ufffd',
  );
}

/**
 * The text without any of these characters at its ends. A pattern would try each run of them within it.
 * @param {string} text
 * @param {string} characters
 */
function stripped(text, characters) {
  let [start, end] = [0, text.length];
  while (start < end && characters.includes(text[start])) start++;
  while (end > start && characters.includes(text[end - 1])) end--;
  return text.slice(start, end);
}

/** @param {string} line */
function isBlank(line) {
  return !line.trim();
}

/**
 * How many characters a text has, of which some are two units of JavaScript.
 * @param {string} text
 */
function characterCount(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/**
 * The text, or as many of its first characters.
 * @param {string} text
 * @param {number} most
 */
function firstCharacters(text, most) {
  if (text.length <= most) return text;
  return Array.from(text.slice(0, 2 * most))
    .slice(0, most)
    .join('');
}

/**
 * The line, cut at the longest length that a model sees, with a mark.
 * @param {string} line
 * @param {Oddities} oddities
 */
function cutLine(line, oddities) {
  const kept = firstCharacters(line, MAX_CHARACTERS);
  if (kept === line) return line;
  oddities.cut++;
  return kept + CUT_MARK;
}
