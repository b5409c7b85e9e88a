// Numbers in lines, recognised as fields: by the name before them (`temp=20.5`, `"temp":20.5`), otherwise by their place in
// the line and the characters they are written together with (`-47c`, `w32`).

const NAMED = /([\p{L}_][\p{L}\p{N}_.-]*)["']?[=:]["']?([-+]?\d+(?:\.\d+)?)(?![\d.:/-]*\d)([\p{L}°%]*)/gu;
// One number in a word: `12:00`, `10.0.0.1` and `2026-11-22` are not.
const ALONE = /^([^\d+-]*)([-+]?\d+(?:\.\d+)?)([^\d]*)$/u;
const NAME_BEFORE = /([\p{L}_][\p{L}\p{N}_.-]*)["']?[=:]$/u; // `"temp": 20.5` has its name in the word before
const LETTERS = /[\p{L}°%µ/]+/u;
const LEAST_VALUES = 5; // a step needs so many for a band
const NAMED_OFTEN = 0.8; // a field takes a name that so many of its numbers have
const UNITS_OF_MEASURE =
  /^(?:ns|us|µs|ms|s|secs?|seconds?|min|mins|minutes?|h|hours?|days?|bits?|bytes?|[KMGT]i?B|kB|Hz|[kMG]Hz|bps|[km]?[VAW]|[km]?Wh|[KCF]|[hk]?Pa|bar|rpm|l|ml|m|mm|cm|km|k?g|percent|EUR|USD|GBP|CHF|items?|lines?|rows?|records?|requests?|files?|users?|connections?|packets?|messages?|errors?|retries|attempts?)$/;
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * @typedef {object} NumberInLine
 * @property {string} key
 * @property {string} name with its unit
 * @property {string} unit
 * @property {number} value
 * @property {number} digits after the point
 * @property {string} label a name that is written before it, as in `load=5` and `port 22`, in lower case
 * @property {string} attached what it is written together with, as `bed` of `bed1`
 */

/** @typedef {{ step: number, quantiles: number[], futures: number }} Band of so many futures */

/**
 * The numbers of a line that are no part of a time. Numbers with the same key belong to the same field.
 * @param {string} line
 * @returns {NumberInLine[]}
 */
function numbersOf(line) {
  const words = withoutTimes(line).split(/\s+/);
  return words.flatMap((word, place) => {
    const named = Array.from(word.matchAll(NAMED), ([, name, value, unit]) => ({
      key: `${name}=`,
      name: unit ? `${name}, ${unit}` : name,
      unit,
      value: Number(value),
      digits: digitsOf(value),
      label: name.toLowerCase(),
      attached: '',
    }));
    const alone = named.length ? null : ALONE.exec(word);
    if (!alone) return named;
    const [, before, value, after] = alone;
    const unit = LETTERS.exec(after)?.[0] || unitAfter(words, place);
    const given = before ? undefined : NAME_BEFORE.exec(words[place - 1] ?? '')?.[1];
    const earlier = given ?? (before ? undefined : nameBefore(words, place));
    const name = earlier ?? LETTERS.exec(before)?.[0] ?? nameBefore(words, place);
    return [
      {
        key: given ? `${given}=` : `${place} ${earlier ? `${earlier} ` : ''}${before}#${after}`,
        name: [name, unit].filter(Boolean).join(', ') || `word ${place + 1}`,
        unit,
        value: Number(value),
        digits: digitsOf(value),
        label: earlier?.toLowerCase() ?? '',
        attached: before,
      },
    ];
  });
}

/**
 * A line whose times have no digits. Its words keep their places.
 * @param {string} line
 */
function withoutTimes(line) {
  let text = '';
  let read = 0;
  for (const { text: word, begin, end } of wordsOf(line)) {
    if (word !== TIME_WORD) continue;
    text += line.slice(read, begin) + line.slice(begin, end).replace(/[0-9]/g, '_');
    read = end;
  }
  return text + line.slice(read);
}

/** @param {string} value */
function digitsOf(value) {
  return value.split('.')[1]?.length ?? 0;
}

/**
 * A unit that is a word of its own, as in "34 ms".
 * @param {string[]} words
 * @param {number} place of the number
 */
function unitAfter(words, place) {
  const after = /^\p{L}+(?=[^\p{L}\p{N}]*$)/u.exec(words[place + 1] ?? '')?.[0] ?? '';
  return UNITS_OF_MEASURE.test(after) ? after : '';
}

/**
 * The word before a number, which may be its name.
 * @param {string[]} words
 * @param {number} place
 */
function nameBefore(words, place) {
  const before = words[place - 1] ?? '';
  return /\d/.test(before) ? undefined : LETTERS.exec(before)?.[0];
}

/**
 * A number of the lines: what is told by all that were seen.
 * @typedef {object} NumberField
 * @property {string} key
 * @property {Map<string, number>} names
 * @property {NumberInLine} example
 * @property {number[]} digits after the point: how many of the numbers have so many
 * @property {number[]} past values in the lines before, one after the other
 * @property {number[][]} values by step
 */

/** The fields of many futures, and their values at each step. */
class NumberFields {
  /** @param {string[]} context lines before the futures */
  constructor(context = []) {
    this.futures = 0;
    /** @type {Map<string, NumberField>} */
    this.byKey = new Map();
    for (const line of context) {
      for (const number of numbersOf(line)) this.field(number).past.push(number.value);
    }
  }

  /** @param {NumberInLine} number */
  field(number) {
    const field = entryOf(this.byKey, number.key, () => ({
      key: number.key,
      names: new Map(),
      example: number,
      digits: [],
      past: [],
      values: [],
    }));
    field.names.set(number.name, (field.names.get(number.name) ?? 0) + 1);
    field.digits[number.digits] = (field.digits[number.digits] ?? 0) + 1;
    return field;
  }

  /** @param {string[]} lines of one future */
  add(lines) {
    this.futures++;
    lines.forEach((line, step) => {
      for (const number of numbersOf(line)) (this.field(number).values[step] ??= []).push(number.value);
    });
  }

  /**
   * The quantities that are common and differ between futures, the most interesting first.
   * @returns {{ key: string, name: string, unit: string, digits: number }[]}
   */
  list() {
    const ranked = Array.from(this.byKey.values(), (field) => ({
      field,
      interest: this.interest(field.values),
    }));
    const interesting = ranked
      .filter(({ field, interest }) => interest > 0 && isQuantity(field))
      .sort((a, b) => b.interest - a.interest);
    const names = interesting.map(({ field }) => nameOf(field));
    return interesting.map(({ field: { key, example, digits } }, i) => {
      const isAlone = names.filter((name) => name === names[i]).length === 1;
      const name = isAlone ? names[i] : `${names[i]} (${placeOf(key)})`;
      return { key, name, unit: isUnit(example.unit) ? example.unit : '', digits: usualDigits(digits) };
    });
  }

  /**
   * How common a field is, times how much its values differ within a step.
   * @param {number[][]} values
   */
  interest(values) {
    const steps = values.filter((step) => step?.length >= LEAST_VALUES);
    const share = (/** @type {number[]} */ step) => new Set(step).size / step.length;
    const differing = steps.filter((step) => new Set(step).size > 1);
    const common = steps.reduce((sum, step) => sum + step.length, 0) / (this.futures * (values.length || 1));
    if (!differing.length || common < 0.1) return 0;
    return common * (0.2 + differing.reduce((sum, step) => sum + share(step), 0) / steps.length);
  }

  /**
   * The quantiles of a field at each step that has enough values.
   * @param {string} key
   * @returns {Band[]}
   */
  bands(key) {
    const values = this.byKey.get(key)?.values ?? [];
    return Array.from(values, (step, i) => ({ step: i + 1, values: step ?? [] }))
      .filter((band) => band.values.length >= LEAST_VALUES)
      .map(({ step, values }) => ({ step, quantiles: quantiles(values), futures: values.length }));
  }
}

/** @param {number[]} times how many numbers have so many digits after the point */
function usualDigits(times) {
  return times.reduce((most, count, digits) => (count > (times[most] ?? 0) ? digits : most), 0);
}

/** @param {{ key: string, names: Map<string, number> }} field */
function nameOf({ key, names }) {
  const ranked = Array.from(names).sort((a, b) => b[1] - a[1]);
  const all = ranked.reduce((sum, [, times]) => sum + times, 0);
  if (ranked[0][1] >= NAMED_OFTEN * all) return ranked[0][0];
  // The word before it changes, so it is not a name.
  const together = key.slice(key.indexOf(' ') + 1).replace('#', '…');
  return together === '…' ? placeOf(key) : `${together}, ${placeOf(key)}`;
}

/** @param {string} key */
function placeOf(key) {
  return `word ${Number.parseInt(key) + 1}`;
}

/**
 * The QUANTILES of some values, by linear interpolation.
 * @param {number[]} values
 */
function quantiles(values) {
  const sorted = Float64Array.from(values).sort();
  return QUANTILES.map((q) => {
    const place = q * (sorted.length - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
  });
}
