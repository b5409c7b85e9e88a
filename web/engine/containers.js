// Take lines out of what a container runtime, the journal or syslog wrapped them in: see service/reading/containers.py.

/** @typedef {{ text: string, stream: string, isPartial: boolean }} Unwrapped */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LAST_TIME = 253402300799n * 1000000n; // the end of the year 9999, in microseconds

/**
 * What is in a line's wrapping; undefined if it has none of those that `container` allows.
 * @param {string} line
 * @param {string} container
 * @returns {Unwrapped | undefined}
 */
function unwrap(line, container) {
  /** @param {string} kind */
  const allows = (kind) => container === 'auto' || container === kind;
  if (line[0] === '{') {
    const mayBeDocker = allows('docker') && line.includes('"log"');
    const mayBeJournal = allows('journal') && line.includes('"__REALTIME_TIMESTAMP"');
    const fields = mayBeDocker || mayBeJournal ? parseObject(line) : undefined;
    if (!fields) return undefined;
    return (mayBeDocker && ofDocker(fields)) || (mayBeJournal && ofJournal(fields)) || undefined;
  }
  const cri = allows('cri') && sharedPattern(READING_RULES.cri).exec(line);
  if (cri) return { text: line.slice(cri[0].length), stream: cri[1], isPartial: cri[2] === 'P' };
  const syslog = allows('syslog') && sharedPattern(READING_RULES.syslog).exec(line);
  return syslog ? { text: line.slice(syslog[0].length), stream: '', isPartial: false } : undefined;
}

/**
 * @param {Map<string, any>} fields
 * @returns {Unwrapped | undefined}
 */
function ofDocker(fields) {
  const keys = Array.from(fields.keys()).filter((key) => key !== 'attrs');
  const stream = fields.get('stream');
  const text = fields.get('log');
  const isDocker =
    keys.length === READING_RULES.docker_keys.length &&
    READING_RULES.docker_keys.every((key) => fields.has(key));
  if (!isDocker || typeof text !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) return undefined;
  return { text: text.replace(/\r?\n$|\r$/, ''), stream, isPartial: !text.endsWith('\n') };
}

/**
 * @param {Map<string, any>} fields
 * @returns {Unwrapped | undefined}
 */
function ofJournal(fields) {
  if (!fields.has('MESSAGE') || !fields.has('__REALTIME_TIMESTAMP')) return undefined;
  return { text: journalLine(fields), stream: '', isPartial: false };
}

/**
 * An entry of the journal as one text, in UTC and without the host's name. Empty if it has no message.
 * @param {Map<string, any>} fields
 */
function journalLine(fields) {
  const message = stripped(fieldText(fields.get('MESSAGE')), '\n');
  if (!stripped(message, ' \t\n')) return '';
  const name = fieldWord(fields, 'SYSLOG_IDENTIFIER', '_COMM') || 'unknown';
  const pid = fieldWord(fields, '_PID', 'SYSLOG_PID');
  return `${journalTime(fields.get('__REALTIME_TIMESTAMP'))}${name}${pid ? `[${pid}]` : ''}: ${message}`;
}

/** @param {any} when microseconds since 1970 */
function journalTime(when) {
  const text = when instanceof JsonNumber ? when.text : when;
  if (typeof text !== 'string' || !/^[0-9]{1,18}$/.test(text) || BigInt(text) > LAST_TIME) return '';
  const date = new Date(Number(BigInt(text) / 1000000n) * 1000);
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, '0');
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${clock} `;
}

/**
 * A field's value: text, an array of bytes if it is not UTF-8, or several of these.
 * @param {any} value
 * @returns {string}
 */
function fieldText(value) {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  const bytes = value.map((part) =>
    part instanceof JsonNumber && /^[0-9]{1,3}$/.test(part.text) ? Number(part.text) : 256,
  );
  if (bytes.every((byte) => byte < 256)) {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  }
  /** @param {any} part */
  const isNested = (part) => Array.isArray(part) && part.some((piece) => Array.isArray(piece));
  return value
    .filter((part) => !isNested(part))
    .map(fieldText)
    .join('\n');
}

/**
 * @param {Map<string, any>} fields
 * @param {string[]} names
 */
function fieldWord(fields, ...names) {
  for (const name of names) {
    const text = fieldText(fields.get(name)).replaceAll('\n', ' ');
    const word = stripped(text, ' \t');
    if (word) return word;
  }
  return '';
}
