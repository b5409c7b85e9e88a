// The time that a line tells, in seconds, to see where a log's clock jumps: see service/checking/clock.py.

const SECONDS_OF_DAY = 86_400;
const UNTOLD_YEAR = 2000; // stands for one that is not told
const LEAP_DAY = 11_016 * SECONDS_OF_DAY; // 29 February of it
const NAMES_OF_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SINCE_1970 = /^1[0-9]{9}/;
const CLOCK_TIME = /(?<![0-9])([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?/g;
const DOTTED_CLOCK = /([0-9]{2})[.]([0-9]{2})(?:[.]([0-9]{2}))?/y; // after a numeric date
const NUMERIC_DATE = /^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})[-T t_]*/;
const NAMED_MONTH = new RegExp(NAMES_OF_MONTHS.join('|'));
const YEAR = /(?<![0-9+])(?<![0-9 ]-)[12][0-9]{3}(?![0-9])/; // no zone, as +1000 is one
const DAY_OF_MONTH = /(?<![0-9:])[0-9]{1,2}(?![0-9:])/;

/** @typedef {{ seconds: number, round: number }} Moment seconds, and after how many they begin again from 0 (0: never) */

/**
 * The moment that a time tells; undefined where the order of day and month is not plain.
 * @param {string} text
 * @returns {Moment | undefined}
 */
function momentOf(text) {
  if (SINCE_1970.test(text)) return { seconds: Number(text.slice(0, 10)), round: 0 };
  const numeric = NUMERIC_DATE.exec(text);
  CLOCK_TIME.lastIndex = numeric ? numeric[0].length : 0;
  let clock = CLOCK_TIME.exec(text);
  if (numeric && !clock) {
    DOTTED_CLOCK.lastIndex = numeric[0].length;
    clock = DOTTED_CLOCK.exec(text);
  }
  if (!clock) return undefined;
  const seconds = Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  if (numeric) {
    const date = daysSince1970(Number(numeric[1]), Number(numeric[2]), Number(numeric[3]));
    return { seconds: date * SECONDS_OF_DAY + seconds, round: 0 };
  }
  const month = NAMED_MONTH.exec(text);
  if (!month) return clock.index === 0 ? { seconds, round: SECONDS_OF_DAY } : undefined;
  const [day, year] = [DAY_OF_MONTH.exec(text), YEAR.exec(text)];
  if (!day) return undefined;
  const number = NAMES_OF_MONTHS.indexOf(month[0]) + 1;
  const date = daysSince1970(year ? Number(year[0]) : UNTOLD_YEAR, number, Number(day[0]));
  return { seconds: date * SECONDS_OF_DAY + seconds, round: year ? 0 : 366 * SECONDS_OF_DAY };
}

/**
 * Days from 1 January 1970 to a date of the Gregorian calendar.
 * @param {number} year
 * @param {number} month
 * @param {number} day
 */
function daysSince1970(year, month, day) {
  const { floor } = Math;
  if (month <= 2) year -= 1;
  const ofYear = floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const era = floor(year / 400);
  const ofEra = year - era * 400;
  return era * 146_097 + ofEra * 365 + floor(ofEra / 4) - floor(ofEra / 100) + ofYear - 719_468;
}

/**
 * Seconds from one moment to the next; negative where the clock went back. Where no year is told, 29 February is left out of
 * a step over it: most years have none.
 * @param {Moment} earlier
 * @param {Moment} later
 */
function secondsBetween(earlier, later) {
  let difference = later.seconds - earlier.seconds;
  const turn = later.round === earlier.round ? later.round : 0;
  if (turn && difference < -turn / 2) difference += turn;
  else if (turn && difference > turn / 2) difference -= turn;
  const isOverLeapDay = earlier.seconds < LEAP_DAY && LEAP_DAY <= later.seconds - SECONDS_OF_DAY;
  if (turn > SECONDS_OF_DAY && difference >= SECONDS_OF_DAY && isOverLeapDay) difference -= SECONDS_OF_DAY;
  return difference;
}
