// The kinds of lines that may come next, told by many sampled lines: what they have in common, with blanks where they
// differ. A sampled line that becomes noise counts for the kinds that begin as it does.

const GAP = '…';
const LEAST_FILLERS = 3; // different words that stand in one place of otherwise equal lines: there a gap is left
const MOST_COMMON_FILLER = 0.5; // of these lines; where one word is more common, it is a kind of its own
const LEAST_CLEAR = 0.1; // of the lines; if fewer can be told, only how lines begin is said
const BEGINS_ALIKE = 0.5; // of the lines
const LEAST_EQUAL = 5; // lines whose value is always the same, so that it is shown
const MOSTLY_ALIKE = 0.8; // of the values of a kind have the same letters around their number
const MOST_EXAMPLES = 5;
const GAPS = /…(?:\s*…)+/g;
const FIRST_GAP = /^\s*…\s+(?=\S)/;
const AFFIXES = /^([^0-9]*)[0-9]+(?:[.,][0-9]+)?([^0-9]*)$/; // what stands before and after a number

/**
 * A kind of lines.
 * @typedef {object} LineKind
 * @property {string} text with gaps
 * @property {number} share of all lines
 * @property {string[]} examples
 */

/**
 * A sampled line and its words.
 * @typedef {object} ReadLine
 * @property {string} text
 * @property {Word[]} words
 * @property {string[]} key the words, with times and identifiers masked, and GAP for what is new
 * @property {string[]} sequence the words as they count
 * @property {number} known how many words the log may begin with, before what it never says
 */

/** Lines with equal keys, and their weight: those that become noise are shared among the kinds. */
class KindOfLines {
  /** @param {string[]} key */
  constructor(key) {
    this.key = key;
    /** @type {ReadLine[]} */
    this.lines = [];
    this.weight = 0;
  }

  /** @param {ReadLine} line */
  add(line) {
    this.lines.push(line);
    this.weight++;
  }

  /**
   * Whether a line begins as these do.
   * @param {string[]} key
   * @param {number} length words
   */
  begins(key, length) {
    if (this.key.length < length) return false;
    for (let i = 0; i < length; i++) if (this.key[i] !== key[i] && this.key[i] !== GAP) return false;
    return true;
  }
}

/** Sampled lines, each the next one of the same log. */
class NextLines {
  /** @param {Profile} profile */
  constructor(profile) {
    this.profile = profile;
    /** @type {ReadLine[]} */
    this.lines = [];
  }

  /** @param {string} line */
  add(line) {
    this.lines.push(readLine(this.profile, line));
  }

  /** Whether most kinds can be told. */
  get areClear() {
    const clear = this.lines.filter(({ key, known }) => known === key.length);
    return clear.length >= LEAST_CLEAR * this.lines.length;
  }

  /**
   * The kinds, the likeliest first, and how many lines were noise.
   * @returns {{ kinds: LineKind[], noise: number }}
   */
  kinds() {
    const clear = this.lines.filter(({ key, known }) => known === key.length);
    const noise = this.lines.filter(({ key, known }) => known < key.length);
    const found = withGaps(groups(clear));
    if (!this.areClear) return { kinds: this.beginning(), noise: noise.length };
    for (const { key, known } of noise) {
      let alike = found;
      for (let length = known; length >= 0; length--) {
        alike = found.filter((kind) => kind.begins(key, length));
        if (alike.length) break;
      }
      const lines = alike.reduce((sum, kind) => sum + kind.lines.length, 0);
      for (const kind of alike) kind.weight += kind.lines.length / lines;
    }
    /** @type {Map<string, LineKind>} */
    const kinds = new Map();
    for (const kind of found) {
      const text = wordingOf(kind);
      const same = entryOf(kinds, text, () => ({ text, share: 0, examples: [] }));
      same.share += kind.weight / this.lines.length;
      same.examples = [...same.examples, ...examplesOf(kind)].slice(0, MOST_EXAMPLES);
    }
    return { kinds: Array.from(kinds.values()).sort((a, b) => b.share - a.share), noise: noise.length };
  }

  /** How most lines begin, where no more than that can be told. */
  beginning() {
    let alike = this.lines;
    let length = 0;
    for (;;) {
      const next = groups(alike.filter(({ known }) => known > length).map((line) => cut(line, length + 1)));
      const best = next.reduce(
        (best, kind) => (kind.weight > best.weight ? kind : best),
        new KindOfLines([]),
      );
      if (!best.weight || best.weight < BEGINS_ALIKE * this.lines.length) break;
      alike = alike.filter(({ key, known }) => known > length && best.begins(key, length + 1));
      length++;
    }
    if (!length) return [];
    const kind = new KindOfLines([]);
    for (const line of alike) kind.add(cut(line, length));
    return [{ text: `${wordingOf(kind)} ${GAP}`, share: kind.weight / this.lines.length, examples: [] }];
  }
}

/**
 * @param {Profile} profile
 * @param {string} text
 * @returns {ReadLine}
 */
function readLine(profile, text) {
  const words = wordsOf(text);
  const key = words.map((word) => word.text);
  const { sequence, bits } = bitsOfWords(profile, text, words);
  const known = bits.findIndex(({ seen }) => !seen);
  if (known < 0) return { text, words, key, sequence, known: key.length };
  // One new word, as a name, is no noise.
  const isLone =
    known < key.length && !bits[known + 1].seen && bits.slice(known + 2).every(({ seen }) => seen);
  if (!isLone) return { text, words, key, sequence, known: Math.min(known, key.length - 1) };
  key[known] = GAP;
  return { text, words, key, sequence, known: key.length };
}

/**
 * The first words of a line.
 * @param {ReadLine} line
 * @param {number} length
 */
function cut({ text, words, key, sequence }, length) {
  const kept = words.slice(0, length);
  const begun = text.slice(0, kept[length - 1].end);
  return { text: begun, words: kept, key: key.slice(0, length), sequence, known: length };
}

/** @param {ReadLine[]} lines */
function groups(lines) {
  /** @type {Map<string, KindOfLines>} */
  const found = new Map();
  for (const line of lines) {
    const key = line.key.join('\n');
    const kind = found.get(key) ?? new KindOfLines(line.key);
    found.set(key, kind);
    kind.add(line);
  }
  return Array.from(found.values());
}

/**
 * The same with one kind for those that differ in a word of many, as in a name.
 * @param {KindOfLines[]} kinds
 */
function withGaps(kinds) {
  /** @type {Map<string, { at: number, kinds: KindOfLines[] }>} */
  const families = new Map();
  for (const kind of kinds) {
    kind.key.forEach((word, at) => {
      if (word === IDENTIFIER || word === TIME_WORD) return;
      const name = `${at}\n${[...kind.key.slice(0, at), GAP, ...kind.key.slice(at + 1)].join('\n')}`;
      const family = families.get(name) ?? { at, kinds: [] };
      families.set(name, family);
      family.kinds.push(kind);
    });
  }
  const weigh = (/** @type {KindOfLines[]} */ some) => some.reduce((sum, { weight }) => sum + weight, 0);
  const varied = Array.from(families.values())
    .filter((family) => family.kinds.length >= LEAST_FILLERS)
    .sort((a, b) => weigh(b.kinds) - weigh(a.kinds));
  const left = new Set(kinds);
  for (const { at, kinds: all } of varied) {
    const family = all.filter((kind) => left.has(kind));
    const most = Math.max(...family.map(({ weight }) => weight));
    if (family.length < LEAST_FILLERS || most > MOST_COMMON_FILLER * weigh(family)) continue;
    const whole = new KindOfLines(family[0].key.map((word, i) => (i === at ? GAP : word)));
    for (const kind of family) {
      left.delete(kind);
      kind.lines.forEach((line) => whole.add(line));
    }
    left.add(whole);
  }
  return Array.from(left);
}

/**
 * What lines of a kind have in common. A gap before which nothing stands is left out: it is mostly a time.
 * @param {KindOfLines} kind
 */
function wordingOf({ key, lines }) {
  const { text, words, sequence } = lines[0];
  let made = '';
  let read = 0;
  words.forEach(({ text: word, begin, end }, i) => {
    made += text.slice(read, begin);
    read = end;
    if (word === TIME_WORD || key[i] === GAP) made += GAP;
    else if (word === IDENTIFIER) {
      const isTelling = sequence[i] !== word || lines.length >= LEAST_EQUAL;
      made += commonValue(
        lines.map((line) => valueAt(line, i)),
        isTelling,
      );
    } else made += text.slice(begin, end);
  });
  made += text.slice(read);
  return made.replace(GAPS, GAP).replace(FIRST_GAP, '').trimEnd();
}

/**
 * @param {ReadLine} line
 * @param {number} i
 */
function valueAt({ text, words }, i) {
  return text.slice(words[i].begin, words[i].end);
}

/**
 * @param {string[]} values
 * @param {boolean} isTelling whether it tells something that all are the same
 */
function commonValue(values, isTelling) {
  if (isTelling && values.every((value) => value === values[0])) return values[0];
  if (values.length < 2) return GAP;
  /** @type {Map<string, number>} */
  const forms = new Map();
  for (const value of values) {
    const form = AFFIXES.exec(value)?.slice(1).join(GAP) ?? GAP;
    forms.set(form, (forms.get(form) ?? 0) + 1);
  }
  const [form, times] = Array.from(forms).reduce((best, one) => (one[1] > best[1] ? one : best));
  return times >= MOSTLY_ALIKE * values.length ? form : GAP;
}

/** @param {KindOfLines} kind */
function examplesOf({ lines }) {
  return Array.from(new Set(lines.map(({ text }) => text))).slice(0, MOST_EXAMPLES);
}
