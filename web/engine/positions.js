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

const ANYWHERE = -(2 ** 30); // further left than any column
const MOST_RUNS = 2 * BUCKETS.length; // of the keys of one query: more than two caches can have

/**
 * The runs of equal buckets of a line so many lines back, from right to left. A run begins at a column minus the
 * query's; the leftmost begins anywhere.
 * @type {[begin: number, bucket: number][][]}
 */
const RUNS = Array.from({ length: FURTHEST_BACK + 1 }, (_, back) => {
  const row = BUCKETS.subarray(back * BUCKET_COLUMNS, (back + 1) * BUCKET_COLUMNS);
  return Array.from(
    row,
    (bucket, i) => /** @type {[number, number]} */ ([i ? FURTHEST_LEFT + i : ANYWHERE, bucket]),
  )
    .filter(([, bucket], i) => !i || bucket !== row[i - 1])
    .reverse();
});

/** Which keys have which bucket of the bias: runs of keys, for some rows of queries. */
class BucketRuns {
  /** @param {number} n_row */
  constructor(n_row) {
    this.ends = new Int32Array(n_row * MOST_RUNS); // of each run in its cache; it begins where the one before ends
    this.buckets = new Uint8Array(n_row * MOST_RUNS);
  }

  /**
   * Write the runs of some keys before the runs that are at `first`. Returns where the first is then.
   * @param {number} first
   * @param {{ column: number, line: number }} query where the query's token is
   * @param {{ columns: Int32Array, lines: Int32Array }} keys where the keys' tokens are
   * @param {number} begin the first key
   * @param {number} end
   */
  prepend(first, { column, line }, { columns, lines }, begin, end) {
    while (end > begin) {
      const last = end - 1;
      const back = Math.min(line - lines[last], FURTHEST_BACK);
      let lineBegin = back === FURTHEST_BACK ? begin : Math.max(begin, last - columns[last]);
      if (back < FURTHEST_BACK && lines[lineBegin] !== lines[last]) lineBegin++; // what lay between was skimmed
      const above = last - columns[last] + column; // the key in the query's column
      for (const [across, bucket] of RUNS[back]) {
        const runBegin = Math.max(lineBegin, above + across);
        if (runBegin >= end) continue;
        this.ends[--first] = end;
        this.buckets[first] = bucket;
        end = runBegin;
      }
    }
    return first;
  }
}
