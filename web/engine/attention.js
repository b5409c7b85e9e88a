// The inner loops of attention: for one query of one head, a score for each key, weights from the scores, and the sum of
// the weighted values. A cache may be in two parts, so each part adds to the sums of the part before.

const SCORE_LIMIT = 262144; // steps of `power`: a weight is at most 2^512 and at least 2^-512, with room for a sum

/**
 * The dot product of one head's query with each key, four keys side by side. -> scores [S]
 * @param {Float64Array} scores
 * @param {Float64Array} q
 * @param {number} from where the query begins in q
 * @param {Float64Array} keys
 * @param {number} key where the first key begins
 * @param {number} n_key
 * @param {number} headSize
 */
function scoreKeys(scores, q, from, keys, key, n_key, headSize) {
  let s = 0;
  for (; s + 4 <= n_key; s += 4, key += 4 * headSize) {
    const key1 = key + headSize;
    const key2 = key1 + headSize;
    const key3 = key2 + headSize;
    let sum0 = -0;
    let sum1 = -0;
    let sum2 = -0;
    let sum3 = -0;
    let d = 0;
    for (; d + 2 <= headSize; d += 2) {
      const a = q[from + d];
      const b = q[from + d + 1];
      sum0 = sum0 + a * keys[key + d] + b * keys[key + d + 1];
      sum1 = sum1 + a * keys[key1 + d] + b * keys[key1 + d + 1];
      sum2 = sum2 + a * keys[key2 + d] + b * keys[key2 + d + 1];
      sum3 = sum3 + a * keys[key3 + d] + b * keys[key3 + d + 1];
    }
    for (; d < headSize; d++) {
      const a = q[from + d];
      sum0 += a * keys[key + d];
      sum1 += a * keys[key1 + d];
      sum2 += a * keys[key2 + d];
      sum3 += a * keys[key3 + d];
    }
    scores[s] = sum0;
    scores[s + 1] = sum1;
    scores[s + 2] = sum2;
    scores[s + 3] = sum3;
  }
  for (; s < n_key; s++, key += headSize) {
    let sum = -0;
    for (let d = 0; d < headSize; d++) sum += q[from + d] * keys[key + d];
    scores[s] = sum;
  }
}

/**
 * Turn the score of each key into its weight, in place. Returns the sum of all weights so far.
 * @param {Float64Array} scores [S]
 * @param {number} n_key
 * @param {Float64Array} bias
 * @param {number} head where the head begins in bias
 * @param {Uint8Array} bucket
 * @param {number} first where the first key's bucket is
 * @param {number} total the sum of the weights before
 */
function weighKeys(scores, n_key, bias, head, bucket, first, total) {
  for (let s = 0; s < n_key; s++) {
    const score = scores[s] + bias[head + bucket[first + s]];
    const weight = power(score > SCORE_LIMIT ? SCORE_LIMIT : score < -SCORE_LIMIT ? -SCORE_LIMIT : score);
    scores[s] = weight;
    total += weight;
  }
  return total;
}

/**
 * Add one head's values, each times its weight, four dimensions side by side. -> mixed[to …] [D]
 * @param {Float64Array} mixed
 * @param {number} to
 * @param {Float64Array} weights [S]
 * @param {Float64Array} values
 * @param {number} first where the first value begins
 * @param {number} n_key
 * @param {number} headSize
 */
function addWeighted(mixed, to, weights, values, first, n_key, headSize) {
  let d = 0;
  for (; d + 4 <= headSize; d += 4) {
    let sum0 = mixed[to + d];
    let sum1 = mixed[to + d + 1];
    let sum2 = mixed[to + d + 2];
    let sum3 = mixed[to + d + 3];
    let at = first + d;
    let s = 0;
    for (; s + 2 <= n_key; s += 2, at += 2 * headSize) {
      const a = weights[s];
      const b = weights[s + 1];
      const after = at + headSize;
      sum0 = sum0 + a * values[at] + b * values[after];
      sum1 = sum1 + a * values[at + 1] + b * values[after + 1];
      sum2 = sum2 + a * values[at + 2] + b * values[after + 2];
      sum3 = sum3 + a * values[at + 3] + b * values[after + 3];
    }
    if (s < n_key) {
      const a = weights[s];
      sum0 += a * values[at];
      sum1 += a * values[at + 1];
      sum2 += a * values[at + 2];
      sum3 += a * values[at + 3];
    }
    mixed[to + d] = sum0;
    mixed[to + d + 1] = sum1;
    mixed[to + d + 2] = sum2;
    mixed[to + d + 3] = sum3;
  }
  for (; d < headSize; d++) {
    let sum = mixed[to + d];
    for (let s = 0, at = first + d; s < n_key; s++, at += headSize) sum += weights[s] * values[at];
    mixed[to + d] = sum;
  }
}
