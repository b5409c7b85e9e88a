// How the bytes of a log are read as text, told by its first bytes and its reading: see service/reading/decoding.py.

const SAMPLE_BYTES = 64 * 1024; // of a file's start are looked at
const CHANGING = /[0-9.,%#=>| \t-]+/g; // in the states of a progress bar

/** @typedef {{ label: string, width: number, newline: number[] }} Encoding */

/**
 * @param {Uint8Array} head how the log begins, unpacked
 * @param {string} setting the encoding where no byte-order mark says otherwise; empty: UTF-8
 * @returns {Encoding}
 */
function encodingOf(head, setting) {
  const begun = head.findIndex((byte) => byte !== 0);
  const [first, second, third] = head.subarray(Math.max(0, begun));
  let label = setting === 'gbk' ? 'gb18030' : setting || 'utf-8'; // the standard decodes both alike, Node.js does not
  if (first === 0xef && second === 0xbb && third === 0xbf) label = 'utf-8';
  if (first === 0xff && second === 0xfe) label = 'utf-16le';
  if (first === 0xfe && second === 0xff) label = 'utf-16be';
  if (label === 'utf-16le') return { label, width: 2, newline: [10, 0] };
  if (label === 'utf-16be') return { label, width: 2, newline: [0, 10] };
  return { label, width: 1, newline: [endsLinesWithCr(head.subarray(0, SAMPLE_BYTES)) ? 13 : 10] };
}

/**
 * Whether lines end with \r alone, as on old Macs. A progress bar has them too, but all its states are alike.
 * @param {Uint8Array} head
 */
function endsLinesWithCr(head) {
  if (head.includes(10)) return false;
  const pieces = new TextDecoder('latin1').decode(head).split('\r');
  pieces.pop();
  return pieces.length > 1 && new Set(pieces.map((piece) => piece.replace(CHANGING, ''))).size > 1;
}
