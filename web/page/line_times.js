// When a line was written, as far as its text says. Enough to label the strip of a log.

/**
 * @typedef {object} LineTime
 * @property {number} at milliseconds, as if in UTC; without a day, within a day
 * @property {boolean} hasDay
 * @property {boolean} hasYear
 */

const LOOKED_AT = 160; // characters at the start of a line
const NO_YEAR = 2000; // a leap year
const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const CLOCK = '(\\d\\d?):(\\d\\d)(?::(\\d\\d))?';
const MONTH = `(${MONTH_NAMES.join('|')})`;

/** Forms of times, and the order of their year, month, day, hour, minute and second; -1 where a form has none. */
/** @type {[RegExp, number[]][]} */
const TIME_FORMS = [
  [new RegExp(`(?<!\\d)(\\d{4})[-/.](\\d\\d?)[-/.](\\d\\d?)[Tt_ -]${CLOCK}`), [1, 2, 3, 4, 5, 6]],
  [/(?<!\d)(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?/, [1, 2, 3, 4, 5, 6]],
  [new RegExp(`\\b${MONTH} {1,2}(\\d\\d?) (\\d{4}) ${CLOCK}`), [3, 1, 2, 4, 5, 6]],
  [new RegExp(`\\b${MONTH} {1,2}(\\d\\d?) ${CLOCK}(?: (\\d{4})(?!\\d))?`), [6, 1, 2, 3, 4, 5]],
  [new RegExp(`(?<!\\d)(\\d\\d?)[/ -]${MONTH}[/ -](\\d{4})[: ]${CLOCK}`), [3, 2, 1, 4, 5, 6]],
  [new RegExp(`(?<!\\d)(\\d\\d?)\\.(\\d\\d?)\\.(\\d{4}),? ${CLOCK}`), [3, 2, 1, 4, 5, 6]],
  [new RegExp(`^\\W?${CLOCK}(?![\\d:])`), [-1, -1, -1, 1, 2, 3]],
];
const EPOCH = /^\W{0,2}(1\d{9})(?!\d{1,2}(?!\d))/;
const JSON_TIME = /"(?:@?timestamp|time|ts)":\s?"([^"]{10,40})"/;

/**
 * @param {string} line
 * @returns {LineTime | undefined}
 */
function timeOf(line) {
  const head = (JSON_TIME.exec(line.slice(0, MAX_CHARACTERS))?.[1] ?? line).slice(0, LOOKED_AT);
  for (const [form, places] of TIME_FORMS) {
    const found = form.exec(head);
    if (!found) continue;
    const [year, month, day, hour, minute, second] = places.map((place) => found[place]);
    const at = Date.UTC(
      Number(year ?? NO_YEAR),
      month ? monthNumber(month) - 1 : 0,
      Number(day ?? 1),
      ...[Number(hour), Number(minute), Number(second ?? 0)],
    );
    return { at, hasDay: Boolean(day), hasYear: Boolean(year) };
  }
  const epoch = EPOCH.exec(head);
  return epoch ? { at: 1000 * Number(epoch[1]), hasDay: true, hasYear: true } : undefined;
}

/** @param {string} month as a number or a name */
function monthNumber(month) {
  return Number(month) || MONTH_NAMES.indexOf(month) + 1;
}

/** @param {LineTime} time */
function formatTime({ at, hasDay, hasYear }) {
  const iso = new Date(at).toISOString();
  return `${hasDay ? `${formatDay(at)} ` : ''}${hasYear ? `${iso.slice(0, 4)} ` : ''}${iso.slice(11, 19)}`;
}

/** @param {number} at */
function formatDay(at) {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTH_NAMES[date.getUTCMonth()]}`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TICK_STEPS = [1, 5, 15, 30]
  .map((n) => n * MINUTE)
  .concat([1, 3, 6, 12].map((n) => n * HOUR))
  .concat([1, 2, 7, 14, 30, 90, 365].map((n) => n * DAY));

/**
 * Where a new hour, day or so begins in times that go on, and what it is called.
 * @param {(LineTime | undefined)[]} times
 * @param {number} most how many ticks there may be
 * @returns {{ index: number, words: string }[]}
 */
function timeTicks(times, most) {
  const known = times.flatMap((time) => (time ? [time.at] : []));
  if (known.length < 2 || known.length < times.length / 2) return [];
  const [first, last] = [known[0], known[known.length - 1]];
  const step = TICK_STEPS.find((one) => (last - first) / one <= most);
  if (!step || last - first < MINUTE) return [];
  const found = [];
  let next = Math.ceil((first + 1) / step) * step;
  for (const [index, time] of times.entries()) {
    if (!time || time.at < next || time.at > last) continue; // or a clock that jumped
    const at = Math.floor(time.at / step) * step;
    const isDay = at % DAY === 0 && time.hasDay;
    found.push({ index, words: isDay ? formatDay(at) : new Date(at).toISOString().slice(11, 16) });
    next = at + step;
  }
  return found;
}
