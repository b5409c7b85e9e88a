// What stood in every log that was fine, and is not in the one that is checked: see service/checking/missing.py.

const SINGULAR = 0.25; // of the lines of a log that tells of one job, at least, are of different kinds
const NEAR = 3; // lines apart in the good log, at most: then they are missing together
const MOST_MISSING = 5; // findings, the longest stretches first
const UNSTEADY = 0.02; // of the kinds of lines of all other good logs, that may be missing in one of them
const MANY = 0.15; // of the expected kinds; where more are missing, it is looked at where they stood
const SCATTERED = 0.5; // of the stretches in which kinds that are missing by chance would lie, at least: then they are
const LINES_SEARCHED = 2000; // lines among which one is looked for that has what does not come
const MOST_AFTER = 9; // lines of a stretch that are shown behind its first

/**
 * Lines that are to come, as they did in good logs.
 * @typedef {object} ExpectedLines
 * @property {string[]} lines of the first good log
 * @property {string[]} keys of these lines
 * @property {Set<string>} always keys that each good log has
 * @property {number} standOut
 */

/**
 * The lines of good logs. Where each log tells of one job, those that all have are always to come.
 * @param {string[]} lines of the first
 * @param {string[]} keys of the lines of all logs, one after the other
 * @param {number[]} logs lines of each
 * @param {number} standOut
 * @returns {ExpectedLines}
 */
function expectedLines(lines, keys, logs, standOut) {
  let begin = 0;
  const sets = logs.map((count) => new Set(keys.slice(begin, (begin += count))));
  const isJob = areJobs(lines.length, sets);
  const kept = lines.slice(0, isJob ? lines.length : LINES_SEARCHED);
  return { lines: kept, keys: keys.slice(0, kept.length), always: isJob ? inAll(sets) : new Set(), standOut };
}

/**
 * One of the first lines for each two words in a row that are counted.
 * @param {ExpectedLines | undefined} expected
 * @param {Judge} judge
 */
function linesOfGrams(expected, judge) {
  /** @type {Map<number, string>} */
  const examples = new Map();
  expected?.keys.slice(0, LINES_SEARCHED).forEach((key, i) => {
    for (const pair of judge.facts(key).pairs) if (!examples.has(pair)) examples.set(pair, expected.lines[i]);
  });
  return examples;
}

/**
 * Findings of kind `fewer`: stretches of the first good log whose lines are not among those seen.
 * @param {ExpectedLines} expected
 * @param {Set<string>} seen
 */
function missingLines({ lines, keys, always, standOut }, seen) {
  if (areScattered(keys, always, seen)) return [];
  /** @type {number[][]} */
  const stretches = [];
  keys.forEach((key, i) => {
    if (!always.has(key) || seen.has(key)) return;
    const last = stretches[stretches.length - 1];
    if (last && i - last[last.length - 1] <= NEAR) last.push(i);
    else stretches.push([i]);
  });
  stretches.sort((a, b) => b.length - a.length || a[0] - b[0]);
  return stretches.slice(0, MOST_MISSING).map((stretch) =>
    missingFinding(
      stretch.map((i) => lines[i]),
      stretch[0],
      standOut,
    ),
  );
}

/**
 * Whether many lines are missing here and there, as in a log whose lines come in no order. What is missing of a job is
 * missing side by side; kinds that are missing with probability p wherever they stand lie in p (1 - p) stretches for
 * each kind (Wald and Wolfowitz, 1940).
 * @param {string[]} keys
 * @param {Set<string>} always
 * @param {Set<string>} seen
 */
function areScattered(keys, always, seen) {
  const missing = Array.from(new Set(keys))
    .filter((key) => always.has(key))
    .map((key) => !seen.has(key));
  const absent = missing.filter(Boolean).length;
  if (absent <= MANY * missing.length) return false;
  const share = absent / missing.length;
  const begins = missing.filter((here, i) => here && !missing[i - 1]).length;
  return begins > SCATTERED * share * (1 - share) * missing.length + 1;
}

/**
 * @param {string[]} lines
 * @param {number} at the index of the first
 * @param {number} standOut
 */
function missingFinding([line, ...others], at, standOut) {
  const count = 1 + others.length;
  const finding = new Finding('fewer', `missing ${at}`, 1, line, standOut);
  finding.why =
    count === 1
      ? 'this line of the good log is missing here'
      : `${formatCount(count)} lines of the good log, from this one on, are missing here`;
  finding.template = templateOf(line, wordsOf(line));
  finding.count = count;
  finding.around = []; // it stands nowhere in this log
  finding.after = others.slice(0, MOST_AFTER).map((other) => firstCharacters(other, KEPT_CHARACTERS));
  return finding;
}

/**
 * Whether each log tells of the same job: of what the others have, hardly anything is missing in one.
 * @param {number} lines of the first log
 * @param {Set<string>[]} sets the kinds of lines of each log
 */
function areJobs(lines, sets) {
  if (sets.length === 1) return sets[0].size >= SINGULAR * lines;
  let [expected, absent] = [0, 0];
  sets.forEach((one, i) => {
    const others = inAll(sets.filter((_, j) => j !== i));
    expected += others.size;
    for (const key of others) if (!one.has(key)) absent++;
  });
  return inAll(sets).size > 0 && (sets.length === 2 || absent <= UNSTEADY * expected);
}

/** @param {Set<string>[]} sets */
function inAll([first, ...others]) {
  return new Set(Array.from(first).filter((key) => others.every((other) => other.has(key))));
}
