// What a check found, in sentences: the page and the reports say the same.

const FEWEST_FOREIGN = 5; // lines; of fewer it is not said what kind of log they are

/** What each kind of finding is, for people. */
const KIND_WORDS = {
  new: 'new',
  rare: 'rare',
  more: 'more than usual',
  fewer: 'fewer than usual',
  value: 'unusual value',
};

/**
 * What stands out, in one sentence that agrees with the list.
 * @param {object} counts
 * @param {number} counts.lines
 * @param {number} counts.standOut lines that stand out
 * @param {number} counts.ignored lines that are called normal
 * @param {string[]} counts.good names of logs that were fine
 * @param {number} [counts.missing] findings of lines that did not come
 */
function verdictOf({ lines, standOut, ignored, good, missing = 0 }) {
  if (!lines) return 'There are no lines.';
  const familiar = lines - standOut - ignored;
  if (!standOut && missing) return `${all(lines)} ${isOrAre(lines)} familiar, but others are missing.`;
  if (!standOut) return `Nothing stands out: ${allFamiliar(lines, familiar, ignored)}.`;
  const stand = `${formatCount(standOut)} of ${formatQuantity(lines, 'line')} stand${standOut === 1 ? 's' : ''} out`;
  const found = standOut === lines ? `${all(lines)} stand${lines === 1 ? 's' : ''} out` : stand;
  if (isForeign({ lines, standOut })) {
    const not = good.length
      ? 'This log is unlike those that were fine'
      : 'This is not the kind of log that the model knows';
    return `${not}: ${found.charAt(0).toLowerCase()}${found.slice(1)}.`;
  }
  const parts = [missing ? `${found}, and some are missing` : found];
  if (ignored) parts.push(`${formatCount(ignored)} ${isOrAre(ignored)} called normal`);
  const others = familiar === 1 ? '' : ` ${formatCount(familiar)}`;
  if (familiar) parts.push(`the other${others} ${isOrAre(familiar)} familiar`);
  return `${parts.join('; ')}.`;
}

/**
 * Whether so many lines stand out that the log is of a kind that the model does not know.
 * @param {{ lines: number, standOut: number }} counts
 */
function isForeign({ lines, standOut }) {
  return 2 * standOut > lines && lines >= FEWEST_FOREIGN;
}

/**
 * @param {number} lines
 * @param {number} familiar
 * @param {number} ignored
 */
function allFamiliar(lines, familiar, ignored) {
  if (!ignored) return `${all(lines).toLowerCase()} ${isOrAre(lines)} familiar`;
  if (!familiar) return `${all(lines).toLowerCase()} ${isOrAre(lines)} called normal`;
  return `${formatQuantity(familiar, 'line')} ${isOrAre(familiar)} familiar, ${formatCount(ignored)} ${isOrAre(ignored)} called normal`;
}

/** @param {number} lines */
function all(lines) {
  return ['', 'The only line', 'Both lines'][lines] ?? `All ${formatCount(lines)} lines`;
}

/** @param {number} count */
function isOrAre(count) {
  return count === 1 ? 'is' : 'are';
}

/**
 * @param {number} strangeness one in so many normal lines
 * @returns {string} such as "about 1 in 20,000 lines"
 */
function describeStrangeness(strangeness) {
  if (strangeness >= MOST_STRANGE) return `rarer than 1 in ${formatCount(MOST_STRANGE)} lines`;
  const whole = Math.floor(strangeness + 0.5);
  if (whole < 2) return 'as common as any line';
  const unit = 10 ** Math.max(0, String(whole).length - 2);
  return `about 1 in ${formatCount(Math.floor(whole / unit + 0.5) * unit)} lines`;
}
