// A reading: how the bytes of one kind of log become the lines that the model sees. The same steps in the same order as in
// service/reading/log_reader.py:
//
//     decode → lines → unwrap the container → join multi-line records → pick fields → leave out times → mask → cut

/**
 * @typedef {object} Reading
 * @property {string} name
 * @property {string} encoding empty: UTF-8, or as a byte-order mark says
 * @property {string} container
 * @property {string} continuation a regular expression; empty: none
 * @property {string} format a template; empty: the line as it is
 * @property {boolean} keep_time
 * @property {string[]} mask kinds of values that are masked besides secrets
 * @property {number} own_rules rules of the operator's own, which are not here
 * @property {boolean} isRaw lines as they stand: nothing masked, blank lines kept
 */

/** @type {Reading} */
const AS_DEFAULT = {
  name: '',
  encoding: '',
  container: 'auto',
  continuation: '',
  format: '',
  keep_time: true,
  mask: [],
  own_rules: 0,
  isRaw: false,
};

/** @type {Reading} */
const RAW = { ...AS_DEFAULT, container: 'none', isRaw: true };

/** The lines of one stream of bytes, which is fed in chunks of any size. `numbers` are those of the lines given last. */
class LogReader {
  /**
   * @param {Reading} reading
   * @param {Uint8Array} head how the log begins, unpacked
   */
  constructor(reading, head = new Uint8Array(0)) {
    this.reading = reading;
    this.oddities = { invalid: 0, control: 0, cut: 0 };
    /** @type {number[]} */
    this.numbers = [];
    const isJournal = ['auto', 'journal'].includes(reading.container) && isExport(head);
    this.exported = isJournal ? new ExportSplitter() : undefined;
    this.splitter = new LineSplitter(encodingOf(head, reading.encoding), this.oddities);
    this.parts = new PartJoiner();
    this.records = new RecordJoiner(reading.continuation);
    this.template = reading.format ? new Template(reading.format) : undefined;
    this.redactor = reading.isRaw ? undefined : new Redactor(reading.mask);
    this.count = 0;
  }

  /**
   * The lines that this chunk shows to be complete.
   * @param {Uint8Array} chunk
   */
  feed(chunk) {
    return this.apply(
      this.joined(this.exported ? this.exported.feed(chunk) : this.items(this.splitter.feed(chunk))),
    );
  }

  /** All that was kept, also a line without its newline. For the end of the stream. */
  finish() {
    const last = this.joined(this.exported ? this.exported.finish() : this.items(this.splitter.finish()));
    const records = this.records.join(this.shown(this.parts.close()));
    return this.apply([...last, ...records, ...this.records.close()]);
  }

  /**
   * @param {string[]} texts
   * @returns {Item[]}
   */
  items(texts) {
    const { container } = this.reading;
    return texts.map((text, i) => {
      const place = { number: ++this.count, start: this.splitter.starts[i] };
      const found = container === 'none' ? undefined : unwrap(text, container);
      return found ? { ...place, ...found, text: cleanText(found.text) } : { ...place, text };
    });
  }

  /** @param {Item[]} items */
  joined(items) {
    return this.records.join(this.shown(this.parts.join(items)));
  }

  /** @param {Item[]} items */
  shown(items) {
    return this.reading.isRaw ? items : items.filter(({ text }) => !isBlank(text));
  }

  /**
   * Fields picked, times left out, secrets masked, length cut.
   * @param {Item[]} items
   */
  apply(items) {
    const { isRaw, keep_time } = this.reading;
    /** @type {string[]} */
    const lines = [];
    this.numbers = [];
    for (const { text, number } of items) {
      let line = this.template ? this.template.apply(text) : text;
      if (!keep_time) line = dropTime(line);
      if (!isRaw && isBlank(line)) continue;
      if (this.redactor) line = this.redactor.redact(line);
      lines.push(cutLine(line, this.oddities));
      this.numbers.push(number);
    }
    return lines;
  }
}
