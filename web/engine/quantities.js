// Which numbers of a log are quantities, that go up and down: temperatures, seconds, bytes, counts. Others only look like
// them: an identifier, a port or a line's number has digits, and no amount.

const NAMES_OF_IDENTIFIERS =
  /(?:^|[._-])(?:pid|tid|[eg]?uid|gid|id|port|seq|no|nr|num|number|line|code|status|errno|version|year|month|day|hour|ts|time|timestamp|epoch|user|customer|account|session|order|request|req|job|task|thread|worker|node|build|index|idx)s?$/;
const NAMES_OF_QUANTITIES =
  /(?:^|[._-])(?:size|bytes|length|len|count|total|used|free|load|temp|temperature|hum|humidity|pressure|level|flow|speed|rate|took|duration|elapsed|latency|delay|delays|age|items|lines|rows|memory|mem|heap|cpu|disk|queue|active|idle|waiting|score|power|voltage|current|sent|received|rx|tx)$/;
const LONG_NUMBER = 1000; // from here on a number without a unit may be an identifier
const SMOOTH = 0.7; // of the change between any two values: a quantity changes less from one to the next
const COUNTING = 0.6; // of the changes are the same step up: the number counts lines or events
const LEAST_CHANGES = 3;

/**
 * Whether a field is a quantity.
 * @param {NumberField} field
 */
function isQuantity({ example, past, values, digits }) {
  const { label, attached, unit } = example;
  if (isPartOfName(attached) || NAMES_OF_IDENTIFIERS.test(label)) return false;
  const sampled = values.flatMap((step) => step ?? []);
  if (counts(past)) return false;
  if (usualDigits(digits) || isUnit(unit) || NAMES_OF_QUANTITIES.test(label)) return true;
  if (isSmooth(past)) return true;
  const isLong = sampled.filter((value) => Math.abs(value) >= LONG_NUMBER).length > sampled.length / 2;
  return !isLong && (label !== '' || attached !== '');
}

/**
 * Whether a number belongs to what stands before it, as in `bed1`, `HTTP/2` and `exec-8`. One letter is the name of a
 * quantity, as in `w32`.
 * @param {string} attached
 */
function isPartOfName(attached) {
  return /\p{L}{2,}[^\p{L}=:]*$/u.test(attached) || /[/#[<]$/.test(attached);
}

/** @param {string} unit */
function isUnit(unit) {
  return /^[°%]/.test(unit) || UNITS_OF_MEASURE.test(unit);
}

/**
 * Whether most values are by the same step higher than the one before.
 * @param {number[]} values
 */
function counts(values) {
  const changes = changesOf(values);
  if (changes.length < LEAST_CHANGES) return false;
  /** @type {Map<number, number>} */
  const times = new Map();
  for (const change of changes) if (change > 0) times.set(change, (times.get(change) ?? 0) + 1);
  return Math.max(0, ...times.values()) >= COUNTING * changes.length;
}

/**
 * Whether values change less from one to the next than between any two.
 * @param {number[]} values
 */
function isSmooth(values) {
  const changes = changesOf(values);
  if (changes.length < LEAST_CHANGES || !changes.some(Boolean)) return false;
  const near = mean(changes.map(Math.abs));
  const far = mean(values.flatMap((a, i) => values.slice(i + 1).map((b) => Math.abs(a - b))));
  return near < SMOOTH * far;
}

/** @param {number[]} values */
function changesOf(values) {
  return values.slice(1).map((value, i) => value - values[i]);
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
