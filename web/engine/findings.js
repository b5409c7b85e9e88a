// What stands out in a log: kinds of lines, strangest first, each with its lines, how rare it is, and why. See
// service/checking/findings.py.

const MOST_STRANGE = 10_000_000; // no claim is stronger than one in so many lines
const MOST_FINDINGS = 300;
const MOST_LINES = 1000; // whose numbers a finding has
const MOST_FAMILIAR = 20; // of the strangest kinds of lines that do not stand out
const KEPT_CHARACTERS = 2000; // of a line
const KEPT_AROUND = 400; // characters of a line around it

/** @typedef {'new' | 'rare' | 'more' | 'fewer' | 'value'} Kind */

/**
 * A word that makes a line strange.
 * @typedef {object} StrangeWord
 * @property {number} begin in UTF-16 units
 * @property {number} end
 * @property {number} weight from 0 to 1
 */

/** Lines of one kind, and what is strange about them. */
class Finding {
  /**
   * @param {Kind} kind
   * @param {string} key of its group
   * @param {number} line number of the strangest line in the file, from 1
   * @param {string} text of that line
   * @param {number} strangeness one in so many normal lines
   */
  constructor(kind, key, line, text, strangeness) {
    this.kind = kind;
    this.key = key;
    this.line = line;
    this.text = firstCharacters(text, KEPT_CHARACTERS);
    this.strangeness = strangeness;
    this.standsOut = false;
    this.why = '';
    this.template = '';
    /** @type {StrangeWord[]} */
    this.words = [];
    /** @type {number[]} */
    this.lines = []; // numbers of the first MOST_LINES
    this.count = 0;
    /** @type {string[]} */
    this.before = [];
    /** @type {string[]} */
    this.after = [];
    this.around = [line]; // numbers of the lines before it, of its own, and of those after
    /** @type {string[]} */
    this.sequence = []; // the words of the line as they count
    this.isEpisode = false; // its lines are not all alike, but stand together
    this.span = [0, 0]; // indexes of the lines among which something is missing
    /** @type {Record<string, number>} */
    this.figures = {}; // what the model says of the line
  }

  /**
   * Count one more line.
   * @param {number} number
   */
  add(number) {
    this.count++;
    if (this.lines.length < MOST_LINES) this.lines.push(number);
  }

  /**
   * Tell of the lines of another finding too. A line of both counts once.
   * @param {Finding} other
   */
  join(other) {
    const lines = new Set([...this.lines, ...other.lines]);
    this.count += other.count - (this.lines.length + other.lines.length - lines.size);
    this.lines = Array.from(lines)
      .sort((a, b) => a - b)
      .slice(0, MOST_LINES);
  }

  /** The same, to be changed without changing this one. The lines after it still come to both. */
  copy() {
    return Object.assign(Object.create(Finding.prototype), this);
  }
}

/** What was found in one log. */
class Findings {
  constructor() {
    this.lines = 0;
    this.standOut = 0; // lines
    this.normal = 0; // lines that rules call normal
    /** @type {Finding[]} */
    this.standing = []; // that stand out, strangest first
    /** @type {Finding[]} */
    this.familiar = []; // the strangest of the others
    /** @type {Stretch[]} */
    this.stretches = [];
  }

  /** All, strangest first. */
  get list() {
    return [...this.standing, ...this.familiar];
  }
}

/**
 * Of equally strange ones the earlier line comes first.
 * @param {Finding[]} findings
 */
function strangestFirst(findings) {
  return findings.sort((a, b) => b.strangeness - a.strangeness || a.line - b.line);
}

/**
 * The lines before a finding, its own and those after, each with its number in the file, which may leave some out.
 * @param {Finding} finding
 */
function rowsOf({ before, text, after, around }) {
  return [...before, text, ...after].map((line, i) => ({ number: around[i], text: line }));
}

/**
 * A finding as `logling check --json` has it.
 * @param {Finding} finding
 */
function findingAsJson({ strangeness, words, ...finding }) {
  const { line, lines, count, text, kind, why, before, after, around, template } = finding;
  return {
    line,
    lines,
    count,
    text,
    strangeness: roundedStrangeness(strangeness),
    kind,
    why,
    words: words.map((word) => ({ ...word, weight: Number(word.weight.toFixed(3)) })),
    before,
    after,
    around,
    template,
  };
}

/**
 * Halves go to the even number, as in Python.
 * @param {number} strangeness
 */
function roundedStrangeness(strangeness) {
  const most = Math.min(strangeness, MOST_STRANGE);
  const down = Math.floor(most);
  return most - down === 0.5 ? down + (down % 2) : Math.floor(most + 0.5);
}
