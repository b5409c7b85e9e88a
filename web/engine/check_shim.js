// A SHIM, TO BE DELETED: it gives what the page expects of a check (LogCheck, Findings, Finding, Stretch) from the lines that
// findings.js keeps today. When these files bring the classes themselves, delete this file and its line in order.txt.

/**
 * A kind of line that stands out, or the strangest of what is familiar.
 * @typedef {object} Finding
 * @property {number} line number of its strangest line, from 1
 * @property {number[]} lines numbers of its first 1,000 lines
 * @property {number} count of its lines
 * @property {string} text
 * @property {number} strangeness one in so many normal lines, 1 to 10 million
 * @property {boolean} standsOut
 * @property {'new' | 'rare' | 'more' | 'fewer' | 'value'} kind
 * @property {string} why
 * @property {{ begin: number, end: number, weight: number, expected: string }[]} words what makes it strange, in UTF-16 units
 * @property {string[]} before
 * @property {string[]} after
 * @property {string} key
 * @property {{ bits: number, characters: number, surprise: number }} figures
 */

/** @typedef {{ first: number, last: number, count: number, bits: number, characters: number, worst: Finding | undefined }} Stretch */

/**
 * @typedef {object} CheckSettings
 * @property {File[]} good logs that were fine
 * @property {string[]} normal templates of lines that are not to be listed
 * @property {boolean} learns from the log as it is read
 * @property {(head: Uint8Array) => Reading} choose how a log that begins with these bytes is read
 */

const SHIM_STANDS_OUT = 8; // bits

class Findings {
  /**
   * @param {KeptLines} kept
   * @param {CheckSettings} settings
   * @param {Map<string, number[]>} numbers of the lines of each kind
   * @param {Set<string>} good kinds of lines of logs that were fine
   */
  constructor(kept, settings, numbers, good) {
    this.kept = kept;
    this.normal = new NormalRules(settings.normal);
    this.numbers = numbers;
    this.good = good;
    /** @type {Map<KeptLine, Finding>} */
    this.made = new Map();
  }

  get lines() {
    return this.kept.lines;
  }

  get characters() {
    return this.kept.characters;
  }

  get bits() {
    return this.kept.bits;
  }

  get adapted() {
    return this.kept.adapted;
  }

  get all() {
    return this.kept.groups.map((line) => this.finding(line));
  }

  get list() {
    const list = this.all.filter(({ text }) => !this.normal.describe(text));
    return [...list.filter(({ standsOut }) => standsOut), ...list.filter(({ standsOut }) => !standsOut)];
  }

  get standOut() {
    return this.list.reduce((sum, { standsOut, count }) => sum + (standsOut ? count : 0), 0);
  }

  get ignored() {
    return this.all.reduce((sum, { text, count }) => sum + (this.normal.describe(text) ? count : 0), 0);
  }

  /** @returns {Stretch[]} */
  get stretches() {
    return this.kept.stretches.map((stretch) => {
      const worst = stretch.worst && this.finding(stretch.worst);
      return { ...stretch, worst: worst && this.normal.describe(worst.text) ? undefined : worst };
    });
  }

  /** @param {KeptLine} line */
  finding(line) {
    const { number, text, bits, characters, surprise, key, before, after } = line;
    const lines = this.numbers.get(key) ?? [number];
    const count = this.kept.countOf(line);
    const isGood = this.good.has(key);
    const made = this.made.get(line) ?? {
      line: number,
      text,
      strangeness: Math.min(10_000_000, Math.max(1, 2 ** (isGood ? 0 : surprise))),
      standsOut: !isGood && surprise >= SHIM_STANDS_OUT,
      words: shimWords(line),
      before,
      after,
      key,
      figures: { bits, characters, surprise },
    };
    const [word] = Array.from(made.words).sort((a, b) => b.weight - a.weight);
    const why = word ? `\`${text.slice(word.begin, word.end)}\` is unusual here` : 'a usual line';
    const finding = /** @type {Finding} */ (
      Object.assign(made, { lines, count, kind: count === 1 ? 'new' : 'rare', why })
    );
    this.made.set(line, finding);
    return finding;
  }
}

/** @param {KeptLine} line */
function shimWords({ text, byCharacter }) {
  const discounted = Array.from(identifiers(text));
  const words = [];
  for (const word of text.matchAll(/\p{L}+/gu)) {
    const [begin, end] = [word.index, word.index + word[0].length];
    if (discounted.some(([from, to]) => from < end && begin < to)) continue;
    const at = Array.from(text.slice(0, begin)).length;
    const weight = Math.max(...byCharacter.slice(at, at + Array.from(word[0]).length)) / 16;
    if (weight > 0.25) words.push({ begin, end, weight: Math.min(1, weight), expected: '' });
  }
  return words;
}

class LogCheck extends KeptLinesCheck {
  /**
   * @param {JobRunner} workers
   * @param {File} file
   * @param {CheckSettings} settings
   */
  constructor(workers, file, settings) {
    super(workers, file, { learns: settings.learns, ignored: [], choose: settings.choose });
    this.asked = settings;
    this.good = new Set();
    /** @type {Map<string, number[]>} */
    this.numbers = new Map();
    this.findings = new Findings(this.kept, settings, this.numbers, this.good);
    const take = this.kept.take.bind(this.kept);
    this.kept.take = (lines, numbers, scored) => {
      scored.keys.forEach((key, i) => {
        const known = this.numbers.get(key) ?? [];
        if (known.length < 1000) known.push(numbers[i]);
        this.numbers.set(key, known);
      });
      take(lines, numbers, scored);
    };
  }

  /** @param {() => void} onNews */
  async run(onNews) {
    for (const file of this.asked.good) {
      const choose = (/** @type {Uint8Array} */ head) => new LogReader(this.asked.choose(head), head);
      for await (const { lines } of logLines(file, choose))
        for (const line of lines) this.good.add(foldingKey(line));
    }
    await super.run(onNews);
  }
}
