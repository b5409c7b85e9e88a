// Numbers in lines, recognised as fields: by the name before them (`temp=20.5`, `"temp":20.5`), otherwise by their place in
// the line and the characters they are written together with (`-47c`, `w32`).

const NAMED = /([\p{L}_][\p{L}\p{N}_.-]*)["']?[=:]["']?([-+]?\d+(?:\.\d+)?)(?![\d.:/-]*\d)([\p{L}°%]*)/gu;
// One number in a word: `12:00`, `10.0.0.1` and `2026-11-22` are not.
const ALONE = /^([^\d+-]*)([-+]?\d+(?:\.\d+)?)([^\d]*)$/u;
const NAME_BEFORE = /([\p{L}_][\p{L}\p{N}_.-]*)["']?[=:]$/u; // `"temp": 20.5` has its name in the word before
const LETTERS = /[\p{L}°%µ/]+/u;
const LEAST_VALUES = 5; // a step needs so many for a band
const NAMED_OFTEN = 0.8; // a field takes a name that so many of its numbers have
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** @typedef {{ key: string, name: string, value: number }} NumberInLine */
/** @typedef {{ step: number, quantiles: number[] }} Band */

/**
 * The numbers of a line. Numbers with the same key belong to the same field.
 * @param {string} line
 * @returns {NumberInLine[]}
 */
function numbersOf(line) {
  const words = line.split(/\s+/);
  return words.flatMap((word, place) => {
    const named = Array.from(word.matchAll(NAMED), ([, name, value, unit]) => ({
      key: `${name}=`,
      name: unit ? `${name}, ${unit}` : name,
      value: Number(value),
    }));
    const alone = named.length ? null : ALONE.exec(word);
    if (!alone) return named;
    const [, before, value, after] = alone;
    const unit = LETTERS.exec(after)?.[0];
    const given = before ? undefined : NAME_BEFORE.exec(words[place - 1] ?? '')?.[1];
    const name = given ?? LETTERS.exec(before)?.[0] ?? nameBefore(words, place);
    return [
      {
        key: given ? `${given}=` : `${place} ${before}#${after}`,
        name: [name, unit].filter(Boolean).join(', ') || `word ${place + 1}`,
        value: Number(value),
      },
    ];
  });
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

/** The fields of many futures, and their values at each step. */
class NumberFields {
  constructor() {
    this.futures = 0;
    /** @type {Map<string, { key: string, names: Map<string, number>, values: number[][] }>} */
    this.byKey = new Map();
  }

  /** @param {string[]} lines of one future */
  add(lines) {
    this.futures++;
    lines.forEach((line, step) => {
      for (const { key, name, value } of numbersOf(line)) {
        const field = this.byKey.get(key) ?? { key, names: new Map(), values: [] };
        this.byKey.set(key, field);
        field.names.set(name, (field.names.get(name) ?? 0) + 1);
        (field.values[step] ??= []).push(value);
      }
    });
  }

  /**
   * The fields that are common and differ between futures, the most interesting first.
   * @returns {{ key: string, name: string }[]}
   */
  list() {
    const ranked = Array.from(this.byKey.values(), (field) => ({
      field,
      interest: this.interest(field.values),
    }));
    const interesting = ranked.filter(({ interest }) => interest > 0).sort((a, b) => b.interest - a.interest);
    const names = interesting.map(({ field }) => nameOf(field));
    return interesting.map(({ field: { key } }, i) => {
      const isAlone = names.filter((name) => name === names[i]).length === 1;
      return { key, name: isAlone ? names[i] : `${names[i]} (${placeOf(key)})` };
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
      .map((band) => ({ step: band.step, quantiles: quantiles(band.values) }));
  }
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
