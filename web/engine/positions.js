// Where a key lies relative to a query, as in model/positions.py. A newline begins the line that follows it: it has
// column 0, and the first character of that line has column 1.

const FURTHEST_LEFT = -8;
const FURTHEST_RIGHT = 3;
const FURTHEST_BACK = 3;
const BUCKET_COLUMNS = FURTHEST_RIGHT - FURTHEST_LEFT + 1;
// prettier-ignore
const BUCKETS = Uint8Array.of(
  5, 4, 4, 4, 4, 3, 2, 1, 0, 0, 0, 0,
  6, 6, 6, 6, 6, 6, 7, 8, 9, 10, 11, 12,
  14, 14, 14, 14, 14, 14, 14, 14, 13, 13, 13, 14,
  15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
);

/**
 * Write the bias buckets of some keys for one query into out[at …].
 * @param {Uint8Array} out
 * @param {number} at
 * @param {{ column: number, line: number }} query where the query's token is
 * @param {{ columns: Int32Array, lines: Int32Array }} keys where the keys' tokens are
 * @param {number} begin the first key
 * @param {number} end
 */
function buckets(out, at, { column, line }, { columns, lines }, begin, end) {
  for (let s = begin; s < end; s++, at++) {
    const back = Math.min(line - lines[s], FURTHEST_BACK);
    const across = Math.max(FURTHEST_LEFT, Math.min(FURTHEST_RIGHT, columns[s] - column));
    out[at] = BUCKETS[back * BUCKET_COLUMNS + across - FURTHEST_LEFT];
  }
}
