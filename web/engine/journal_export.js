// The journal's export format, as `journalctl --output=export` writes it: see service/reading/journal_export.py.

const LONGEST_ENTRY = 16 * 1024 * 1024; // bytes
const NEXT_ENTRY = '\n\n__CURSOR=';

/**
 * Whether a log that begins with these bytes is in the journal's export format.
 * @param {Uint8Array} head
 */
function isExport(head) {
  return /^__CURSOR=[!-~]{1,1000}\n/.test(new TextDecoder('latin1').decode(head.subarray(0, 1100)));
}

/** The entries of one stream of bytes as lines. */
class ExportSplitter {
  constructor() {
    this.held = new Uint8Array(0);
    this.count = 0;
  }

  /**
   * The entries that this chunk completes.
   * @param {Uint8Array} chunk
   * @returns {Item[]}
   */
  feed(chunk) {
    const data = new Uint8Array(this.held.length + chunk.length);
    data.set(this.held);
    data.set(chunk, this.held.length);
    /** @type {Item[]} */
    const items = [];
    let at = 0;
    for (let found = exportEntry(data, at); found; found = exportEntry(data, at)) {
      if (found.fields.size) {
        items.push({ text: cleanText(journalLine(found.fields)), number: ++this.count, start: at });
      }
      at = found.end;
    }
    this.held = data.subarray(at);
    if (this.held.length > LONGEST_ENTRY) {
      const next = new TextDecoder('latin1').decode(this.held).indexOf(NEXT_ENTRY);
      this.held = next < 0 ? new Uint8Array(0) : this.held.subarray(next);
    }
    return items;
  }

  /** The last entry, also without the blank line after it. */
  finish() {
    return this.held.length ? this.feed(Uint8Array.of(10, 10)) : [];
  }
}

/**
 * The fields of the entry at `start` and where the next one begins; undefined if its end has not come yet.
 * @param {Uint8Array} data
 * @param {number} start
 */
function exportEntry(data, start) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** @type {Map<string, string>} */
  const fields = new Map();
  for (let end = data.indexOf(10, start); end >= 0; end = data.indexOf(10, start)) {
    if (end === start) return { fields, end: end + 1 };
    const line = data.subarray(start, end);
    const equals = line.indexOf(61);
    const name = decoder.decode(equals < 0 ? line : line.subarray(0, equals));
    let value = equals < 0 ? new Uint8Array(0) : line.subarray(equals + 1);
    start = end + 1;
    if (equals < 0 && /^[A-Z0-9_]{1,64}$/.test(name)) {
      if (data.length < start + 9) return undefined;
      const size = Number(new DataView(data.buffer, data.byteOffset + start, 8).getBigUint64(0, true));
      if (data.length < start + 9 + size) return undefined;
      value = data.subarray(start + 8, start + 8 + size);
      start += 9 + size;
    }
    if (!fields.has(name)) fields.set(name, decoder.decode(value));
  }
  return undefined;
}
