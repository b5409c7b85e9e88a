// What is kept of a checked log: totals, the strangest lines with the lines around them, and the strangest line of each
// stretch. Near-duplicates are folded into one. The size does not grow with the log.

const MOST_GROUPS = 300;
const MOST_COUNTS = 40_000; // kinds of lines that are counted at a time
const MOST_STRETCHES = 480; // an even number: stretches are joined in pairs when there are more
const LINES_AROUND = 3;
const KEPT_CHARACTERS = 2000; // of a line
const KEPT_AROUND = 400; // characters of a line around it

/**
 * A line that is kept.
 * @typedef {object} KeptLine
 * @property {number} number of the line, from 1
 * @property {string} text cut after KEPT_CHARACTERS
 * @property {number} bits that it cost
 * @property {number} characters its newline included
 * @property {number} surprise how strange it looks
 * @property {string} key equal for near-duplicates
 * @property {Float32Array} byCharacter bits of each character of the text
 * @property {string[]} before
 * @property {string[]} after
 */

/**
 * A stretch of the log.
 * @typedef {object} KeptStretch
 * @property {number} first number of a line
 * @property {number} last
 * @property {number} count of its lines
 * @property {number} bits
 * @property {number} characters
 * @property {KeptLine | undefined} worst undefined where every line is ignored
 */

class KeptLines {
  constructor() {
    this.lines = 0;
    this.number = 0; // of the newest line, in the file
    this.ignored = 0;
    this.characters = 0;
    this.bits = 0; // by the model alone
    this.adapted = 0; // by the model and what it learned while reading
    /** @type {KeptLine[]} */
    this.groups = []; // strangest first, no two of them near-duplicates
    /** @type {Map<string, KeptLine>} */
    this.byKey = new Map();
    /** @type {Map<string, number>} */
    this.counts = new Map();
    /** @type {KeptStretch[]} */
    this.stretches = [];
    this.stretchLines = 1;
    /** @type {string[]} */
    this.before = [];
    /** @type {KeptLine[]} */
    this.incomplete = []; // findings that wait for their lines after
  }

  /**
   * The next lines of the log.
   * @param {string[]} lines
   * @param {number[]} numbers of these lines in the file
   * @param {ScoredLines} scored of the first of them, and perhaps of all
   */
  take(lines, numbers, scored) {
    let at = 0;
    for (let i = 0; i < scored.keys.length; i++) {
      const text = lines[i];
      const end = at + scored.characters[i];
      this.addLineAfter(text);
      this.lines++;
      this.number = numbers[i];
      this.characters += scored.characters[i];
      this.bits += scored.bits[i];
      this.adapted += scored.adapted[i];
      this.place(scored, i, text, scored.byCharacter.subarray(at, end - 1));
      this.before.push(text.slice(0, KEPT_AROUND));
      if (this.before.length > LINES_AROUND) this.before.shift();
      at = end;
    }
  }

  /**
   * Add a line to the findings just before it.
   * @param {string} text
   */
  addLineAfter(text) {
    for (const finding of this.incomplete) finding.after.push(text.slice(0, KEPT_AROUND));
    this.incomplete = this.incomplete.filter((finding) => finding.after.length < LINES_AROUND);
  }

  /**
   * Add a line to its stretch, and to the strangest lines if it is one of them.
   * @param {ScoredLines} scored
   * @param {number} i
   * @param {string} text
   * @param {Float32Array} byCharacter
   */
  place(scored, i, text, byCharacter) {
    const stretch = this.stretch();
    stretch.bits += scored.adapted[i];
    stretch.characters += scored.characters[i];
    if (scored.ignored[i]) {
      this.ignored++;
      return;
    }
    const [key, surprise] = [scored.keys[i], scored.surprises[i]];
    this.count(key);
    const isWorst = surprise > (stretch.worst?.surprise ?? -1);
    if (!isWorst && !this.isStrange(key, surprise)) return;
    const finding = {
      number: this.number,
      text: text.length > KEPT_CHARACTERS ? Array.from(text).slice(0, KEPT_CHARACTERS).join('') : text,
      bits: scored.adapted[i],
      characters: scored.characters[i],
      surprise,
      key,
      byCharacter: byCharacter.slice(0, KEPT_CHARACTERS),
      before: [...this.before],
      after: [],
    };
    this.incomplete.push(finding);
    if (isWorst) stretch.worst = finding;
    if (this.isStrange(key, surprise)) this.keep(finding);
  }

  /** The stretch that the newest line is in. */
  stretch() {
    const last = this.stretches.at(-1);
    if (last && last.count < this.stretchLines) {
      last.last = this.number;
      last.count++;
      return last;
    }
    if (this.stretches.length === MOST_STRETCHES) this.halve();
    const stretch = {
      first: this.number,
      last: this.number,
      count: 1,
      bits: 0,
      characters: 0,
      worst: undefined,
    };
    this.stretches.push(stretch);
    return stretch;
  }

  /** Join the stretches in pairs. */
  halve() {
    const { stretches } = this;
    this.stretchLines *= 2;
    this.stretches = stretches
      .filter((_, i) => i % 2 === 0)
      .map((one, i) => {
        const other = stretches[2 * i + 1];
        const worst = (other.worst?.surprise ?? -1) > (one.worst?.surprise ?? -1) ? other.worst : one.worst;
        const [bits, characters] = [one.bits + other.bits, one.characters + other.characters];
        return {
          first: one.first,
          last: other.last,
          count: one.count + other.count,
          bits,
          characters,
          worst,
        };
      });
  }

  /** @param {string} key */
  count(key) {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    if (this.counts.size <= MOST_COUNTS) return;
    // Forget the oldest half, except kinds in the list. Most kinds of lines come again soon or never.
    let left = MOST_COUNTS / 2;
    for (const old of this.counts.keys()) {
      if (left-- === 0) break;
      if (!this.byKey.has(old)) this.counts.delete(old);
    }
  }

  /**
   * How many near-duplicates a finding stands for, itself included. In a log of very many kinds of lines it may be more.
   * @param {KeptLine} finding
   */
  countOf(finding) {
    return this.counts.get(finding.key) ?? 1;
  }

  /**
   * Whether a line belongs among the strangest.
   * @param {string} key
   * @param {number} surprise
   */
  isStrange(key, surprise) {
    const group = this.byKey.get(key);
    if (group) return surprise > group.surprise;
    return this.groups.length < MOST_GROUPS || surprise > this.groups[MOST_GROUPS - 1].surprise;
  }

  /** @param {KeptLine} finding */
  keep(finding) {
    const group = this.byKey.get(finding.key);
    const gone = group ?? (this.groups.length === MOST_GROUPS ? this.groups[MOST_GROUPS - 1] : undefined);
    if (gone) {
      this.groups.splice(this.groups.indexOf(gone), 1);
      this.byKey.delete(gone.key);
    }
    // Of two equal ones the earlier line comes first.
    const place = this.groups.findIndex((other) => other.surprise < finding.surprise);
    this.groups.splice(place < 0 ? this.groups.length : place, 0, finding);
    this.byKey.set(finding.key, finding);
  }
}
