// Bytes to clean lines of text, by the rules of service/reading/lines.py, so that scores agree with `logling score`. Any
// bytes are accepted. Memory does not grow with the size of a file or the length of a line.

const MAX_CHARACTERS = 8192;
const MAX_BYTES = 4 * MAX_CHARACTERS; // what MAX_CHARACTERS can take in UTF-8
const CUT_MARK = ' <cut>';

/* eslint-disable no-control-regex */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/g;
// ECMA-48: CSI (colours, cursor), OSC and the like (titles, links) up to their end, other two-byte escapes.
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])/g;
/* eslint-enable no-control-regex */

/** Splits a stream of bytes into clean lines, and counts the lines in which something was odd. */
class LineReader {
  constructor() {
    this.oddities = { invalid: 0, control: 0, cut: 0 };
    this.held = new Uint8Array(MAX_BYTES + 2); // the unfinished line, without its NULs
    this.size = 0;
    this.begun = false;
    this.nul = false;
    this.skipping = false; // the rest of a line that was already returned, cut
  }

  /**
   * The lines that end in this chunk.
   * @param {Uint8Array} chunk
   */
  feed(chunk) {
    /** @type {string[]} */
    const lines = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (!this.skipping) {
        this.hold(chunk.subarray(from, end));
        lines.push(this.line());
      }
      this.skipping = false;
      from = end + 1;
    }
    if (this.skipping || from === chunk.length) return lines;
    this.hold(chunk.subarray(from));
    if (this.size > MAX_BYTES + 1) {
      this.skipping = true;
      lines.push(this.line());
    }
    return lines;
  }

  /** The last line, if the stream ended without a newline: at most one. */
  finish() {
    return this.begun ? [this.line()] : [];
  }

  /** @param {Uint8Array} piece */
  hold(piece) {
    this.begun = true;
    if (piece.includes(0)) {
      this.nul = true;
      piece = piece.filter((byte) => byte);
    }
    const kept = piece.subarray(0, this.held.length - this.size);
    this.held.set(kept, this.size);
    this.size += kept.length;
  }

  /** The held line, cleaned. */
  line() {
    const overlong = this.size > MAX_BYTES;
    let bytes = this.held.subarray(0, Math.min(this.size, MAX_BYTES));
    if (!overlong && bytes.at(-1) === 13) bytes = bytes.subarray(0, -1);
    const decoded = this.decode(bytes, overlong);
    const text =
      decoded.replace(CONTROL, '') === decoded ? decoded : decoded.replace(ESCAPES, '').replace(CONTROL, '');
    if (this.nul || text !== decoded) this.oddities.control++;
    this.size = 0;
    this.begun = this.nul = false;
    const characters = text.length > MAX_CHARACTERS ? Array.from(text) : [];
    if (!overlong && characters.length <= MAX_CHARACTERS) return text;
    this.oddities.cut++;
    return (characters.length ? characters.slice(0, MAX_CHARACTERS).join('') : text) + CUT_MARK;
  }

  /**
   * @param {Uint8Array} bytes
   * @param {boolean} stream whether an incomplete character at the end is dropped; otherwise it is an error
   */
  decode(bytes, stream) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
    } catch {
      this.oddities.invalid++;
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream });
    }
  }
}
