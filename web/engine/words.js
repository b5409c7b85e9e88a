// The words of a line: what is said, with times and identifiers masked, and where each stands. The same words as in
// service/checking/words.py, but their places are in UTF-16 units.

const TIME_WORD = '@@';
const IDENTIFIER = '##'; // no word of a line is like these two
const BLANK = '#'; // in a template
const NAME_WITH_DIGITS = /(?:[A-Za-z0-9_\u0080-\uffff]|(?<=_)-)+/g;
const ADDRESS = // IPv6, hardware addresses, UUIDs
  /^(?:(?:[0-9a-fA-F]{0,4}:){2,}[0-9a-fA-F]{0,4}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/;
const HAS_DIGIT = /[0-9]/;
const TIME_IN_LINE = '(?<![A-Za-z0-9_.:-])TIMES(?![A-Za-z0-9_])';
const MOST_QUOTED = 60; // characters
const MOST_WORDS = 400; // of a line; what comes behind them is not looked at

/**
 * One word of a line.
 * @typedef {object} Word
 * @property {string} text as it counts: IDENTIFIER and TIME_WORD for what is masked
 * @property {number} begin
 * @property {number} end
 * @property {string} place of an identifier: the last name before it, and what stands between; '' of other words
 */

/**
 * The words of a line, at most MOST_WORDS.
 * @param {string} line
 */
function wordsOf(line) {
  /** @type {Word[]} */
  const found = [];
  let place = '^';
  for (const [begin, end, mask] of masked(line)) {
    if (mask === IDENTIFIER) {
      found.push({ text: mask, begin, end, place });
      place += mask;
    } else {
      const text = mask || line.slice(begin, end);
      found.push({ text, begin, end, place: '' });
      place = isName(text) ? text : place + text;
    }
    if (found.length === MOST_WORDS) break;
  }
  return found;
}

/**
 * The line with `#` for each time and each identifier: lines of one kind have the same template.
 * @param {string} line
 * @param {Word[]} words
 */
function templateOf(line, words) {
  let template = '';
  let read = 0;
  for (const { text, begin, end } of words) {
    if (text !== TIME_WORD && text !== IDENTIFIER) continue;
    template += line.slice(read, begin) + BLANK;
    read = end;
  }
  return template + line.slice(read);
}

/**
 * Whether the identifiers of a place are numbers of processes, which say nothing: those of `sshd[811]`.
 * @param {string} place
 */
function isProcess(place) {
  return /[A-Za-z0-9_]\[$/.test(place);
}

/**
 * Words of a log in a sentence.
 * @param {string} text
 */
function quotedWords(text) {
  if (text === '`') return 'a backtick';
  const kept = firstCharacters(text, MOST_QUOTED);
  return `\`${kept.replaceAll('`', "'")}${kept === text ? '' : '…'}\``;
}

/** @param {string} text */
function isName(text) {
  return text[0] === '_' || isLetter(text.charCodeAt(0));
}

/** @param {number} code */
function isOfWord(code) {
  return isLetter(code) || isDigit(code) || code === 95;
}

/** @param {number} code of white space of ASCII */
function isSpace(code) {
  return code === 32 || (code >= 9 && code <= 13);
}

/** @param {number} code one of .:- */
function isJoint(code) {
  return code === 45 || code === 46 || code === 58;
}

/** @typedef {[begin: number, end: number, mask: string]} Span a word; its mask is empty where it counts as it stands */

/** @param {string} line */
function masked(line) {
  /** @type {Span[]} */
  const spans = [];
  let read = 0;
  const times = sharedPattern(TIME_IN_LINE, 'g');
  for (let time = times.exec(line); time; time = times.exec(line)) {
    addPiece(spans, line, read, time.index);
    read = time.index + time[0].length;
    spans.push([time.index, read, TIME_WORD]);
  }
  addPiece(spans, line, read, line.length);
  return spans;
}

/**
 * @param {Span[]} spans
 * @param {string} line
 * @param {number} read
 * @param {number} end
 */
function addPiece(spans, line, read, end) {
  for (let at = read; at < end;) {
    let hasDigit = false;
    const begin = at;
    let stop = at;
    for (; at < end; at++) {
      const code = line.charCodeAt(at);
      if (isOfWord(code)) stop = at + 1;
      else if (!isJoint(code)) break;
      if (isDigit(code)) hasDigit = true;
    }
    if (hasDigit) {
      for (const [from, to] of identifiersIn(line.slice(begin, stop))) {
        addWords(spans, line, read, begin + from);
        spans.push([begin + from, begin + to, IDENTIFIER]);
        read = begin + to;
      }
    }
    if (at === begin) at++;
  }
  addWords(spans, line, read, end);
}

/**
 * @param {Span[]} spans
 * @param {string} line
 * @param {number} read
 * @param {number} end
 */
function addWords(spans, line, read, end) {
  while (read < end) {
    const code = line.charCodeAt(read);
    const begin = read++;
    if (isOfWord(code)) while (read < end && isOfWord(line.charCodeAt(read))) read++;
    else if (isSpace(code)) continue;
    spans.push([begin, read, '']);
  }
}

/**
 * Where words with a digit begin and end: dates, versions, hashes. Words joined by one of .:- are one.
 * @param {string} name
 */
function identifiersIn(name) {
  /** @type {[begin: number, end: number][]} */
  const found = [];
  if (ADDRESS.test(name)) return [[0, name.length]];
  for (const { 0: word, index } of name.matchAll(NAME_WITH_DIGITS)) {
    if (!HAS_DIGIT.test(word)) continue;
    const last = found[found.length - 1];
    if (last?.[1] === index - 1) last[1] = index + word.length;
    else found.push([index, index + word.length]);
  }
  return found;
}

/** @type {Map<string, number>} */
const wordHashes = new Map();
const MOST_WORD_HASHES = 1 << 16;

/**
 * 32 bits of a word: the CRC-32 of its UTF-8 bytes.
 * @param {string} text
 */
function wordHash(text) {
  let known = wordHashes.get(text);
  if (known === undefined) {
    known = crc32(new TextEncoder().encode(text));
    if (wordHashes.size === MOST_WORD_HASHES) wordHashes.clear();
    wordHashes.set(text, known);
  }
  return known;
}
