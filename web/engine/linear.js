// Matrix times vector, with every sum in index order, as `linear` in model/exact.py. What is fast here changes no bit:
// four sums of one row, or of each of two, run side by side and share the numbers that they load.
//
// Sums begin at -0, because -0 + x is x for every x. 0 + x is not: 0 + -0 is 0.

const EPSILON = 1e-5;

/**
 * A matrix packed for `linear`: four outputs side by side, and rows of zeros up to a multiple of four.
 * @typedef {{ packed: Float64Array, n_in: number, n_out: number }} Matrix
 */

/**
 * Pack matrices below each other.
 * @param {number} n_in
 * @param {Float64Array[]} parts each [n_out, n_in]; each begins at a multiple of four rows
 * @returns {Matrix}
 */
function pack(n_in, ...parts) {
  const n_out = parts.reduce((sum, part) => sum + fourfold(part.length / n_in), 0);
  const packed = new Float64Array(n_out * n_in);
  let begin = 0;
  for (const part of parts) {
    for (let o = 0; o < part.length / n_in; o++) {
      const at = begin + (o & ~3) * n_in + (o & 3);
      for (let i = 0; i < n_in; i++) packed[at + 4 * i] = part[o * n_in + i];
    }
    begin += fourfold(part.length / n_in) * n_in;
  }
  return { packed, n_in, n_out };
}

/**
 * The next multiple of four.
 * @param {number} n
 */
function fourfold(n) {
  return (n + 3) & ~3;
}

/**
 * matrix @ x for n rows x, with every sum in index order. [n, n_in] -> [n, n_out]; rows of both begin at multiples
 * of four.
 * @param {Float64Array} out
 * @param {Float64Array} x
 * @param {Matrix} matrix
 * @param {number} n
 * @param {number} row the first row that is wanted
 */
function linear(out, x, { packed, n_in, n_out }, n, row) {
  const stride = fourfold(n_in);
  for (; row + 2 <= n; row += 2) twoRows(out, row * n_out, x, row * stride, packed, n_in, n_out);
  if (row < n) oneRow(out, row * n_out, x, row * stride, packed, n_in, n_out);
}

/**
 * The same for two rows.
 * @param {Float64Array} out
 * @param {number} to where the first row begins in `out`
 * @param {Float64Array} x
 * @param {number} from where the first row begins in `x`
 * @param {Float64Array} packed
 * @param {number} n_in
 * @param {number} n_out
 */
function twoRows(out, to, x, from, packed, n_in, n_out) {
  let w = 0;
  const other = from + fourfold(n_in);
  for (const end = to + n_out; to < end; to += 4) {
    let sum0 = -0;
    let sum1 = -0;
    let sum2 = -0;
    let sum3 = -0;
    let other0 = -0;
    let other1 = -0;
    let other2 = -0;
    let other3 = -0;
    for (let i = 0; i < n_in; i++, w += 4) {
      const a = x[from + i];
      const b = x[other + i];
      const weight0 = packed[w];
      const weight1 = packed[w + 1];
      const weight2 = packed[w + 2];
      const weight3 = packed[w + 3];
      sum0 += a * weight0;
      sum1 += a * weight1;
      sum2 += a * weight2;
      sum3 += a * weight3;
      other0 += b * weight0;
      other1 += b * weight1;
      other2 += b * weight2;
      other3 += b * weight3;
    }
    out[to] = sum0;
    out[to + 1] = sum1;
    out[to + 2] = sum2;
    out[to + 3] = sum3;
    out[to + n_out] = other0;
    out[to + n_out + 1] = other1;
    out[to + n_out + 2] = other2;
    out[to + n_out + 3] = other3;
  }
}

/**
 * The same for one row.
 * @param {Float64Array} out
 * @param {number} to where the row begins in `out`
 * @param {Float64Array} x
 * @param {number} from where the row begins in `x`
 * @param {Float64Array} packed
 * @param {number} n_in
 * @param {number} n_out
 */
function oneRow(out, to, x, from, packed, n_in, n_out) {
  let w = 0;
  for (const end = to + n_out; to < end; to += 4) {
    let sum0 = -0;
    let sum1 = -0;
    let sum2 = -0;
    let sum3 = -0;
    let i = 0;
    for (; i + 2 <= n_in; i += 2, w += 8) {
      const a = x[from + i];
      const b = x[from + i + 1];
      sum0 = sum0 + a * packed[w] + b * packed[w + 4];
      sum1 = sum1 + a * packed[w + 1] + b * packed[w + 5];
      sum2 = sum2 + a * packed[w + 2] + b * packed[w + 6];
      sum3 = sum3 + a * packed[w + 3] + b * packed[w + 7];
    }
    for (; i < n_in; i++, w += 4) {
      const a = x[from + i];
      sum0 += a * packed[w];
      sum1 += a * packed[w + 1];
      sum2 += a * packed[w + 2];
      sum3 += a * packed[w + 3];
    }
    out[to] = sum0;
    out[to + 1] = sum1;
    out[to + 2] = sum2;
    out[to + 3] = sum3;
  }
}

/**
 * n numbers over their root mean square.
 * @param {Float64Array} out
 * @param {Float64Array} x
 * @param {number} at where they begin in both
 * @param {number} n
 */
function rmsNorm(out, x, at, n) {
  let total = -0;
  for (let i = at; i < at + n; i++) total += x[i] * x[i];
  const scale = 1 / Math.sqrt(total / n + EPSILON);
  for (let i = at; i < at + n; i++) out[i] = x[i] * scale;
}
