// The inner loops of attention: for one query of one head, a score for each key, weights from the scores, and the sum of
// the weighted values. A cache may be in two parts, so each part adds to the sums of the part before.

const SCORE_LIMIT = 262144; // steps of `power`: a weight is at most 2^512 and at least 2^-512, with room for a sum
const LAST_PLACE = 2 ** 30 - 1; // of a cache: a compiler that knows it need not check whether sums of places fit

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
  for (; s + 4 <= n_key; s += 4, key += 8 * headSize) {
    const key1 = key + 2 * headSize;
    const key2 = key1 + 2 * headSize;
    const key3 = key2 + 2 * headSize;
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
  for (; s < n_key; s++, key += 2 * headSize) {
    let sum = -0;
    for (let d = 0; d < headSize; d++) sum += q[from + d] * keys[key + d];
    scores[s] = sum;
  }
}

/**
 * Turn the score of each key into its weight, in place. Returns the sum of all weights so far.
 * @param {Float64Array} scores [S]
 * @param {number} key the first one's place in its cache
 * @param {Float64Array} bias
 * @param {number} head where the head begins in bias
 * @param {BucketRuns} runs
 * @param {number} run the first
 * @param {number} runEnd
 * @param {number} total the sum of the weights before
 */
function weighKeys(scores, key, bias, head, { ends, buckets }, run, runEnd, total) {
  for (let s = 0; run < runEnd; run++) {
    const added = bias[head + buckets[run]];
    for (const end = ends[run] - key; s < end; s++) {
      const score = scores[s] + added;
      const weight = power(score > SCORE_LIMIT ? SCORE_LIMIT : score < -SCORE_LIMIT ? -SCORE_LIMIT : score);
      scores[s] = weight;
      total += weight;
    }
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
    for (; s + 2 <= n_key; s += 2, at += 4 * headSize) {
      const a = weights[s];
      const b = weights[s + 1];
      const after = at + 2 * headSize;
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
    for (let s = 0, at = first + d; s < n_key; s++, at += 2 * headSize) sum += weights[s] * values[at];
    mixed[to + d] = sum;
  }
}

/**
 * All three in one loop that stores nothing, for heads of four dimensions whose scores cannot reach SCORE_LIMIT.
 * Returns the sum of all weights so far. -> mixed[to …] [4]
 * @param {Float64Array} mixed
 * @param {number} to
 * @param {Float64Array} q
 * @param {number} from where the query begins in q
 * @param {Float64Array} pairs keys, each with its value behind it
 * @param {number} at where the first key begins
 * @param {number} key the first one's place in its cache
 * @param {Float64Array} bias
 * @param {number} head where the head begins in bias
 * @param {BucketRuns} runs
 * @param {number} run the first
 * @param {number} runEnd
 * @param {number} total the sum of the weights before
 */
function attendByFour(mixed, to, q, from, pairs, at, key, bias, head, { ends, buckets }, run, runEnd, total) {
  const q0 = q[from];
  const q1 = q[from + 1];
  const q2 = q[from + 2];
  const q3 = q[from + 3];
  let sum0 = mixed[to];
  let sum1 = mixed[to + 1];
  let sum2 = mixed[to + 2];
  let sum3 = mixed[to + 3];
  at &= LAST_PLACE;
  const zero = at - 8 * key;
  for (; run < runEnd; run++) {
    const added = bias[head + buckets[run]];
    for (const end = (zero + 8 * ends[run]) & LAST_PLACE; at < end; at += 8) {
      const score = q0 * pairs[at] + q1 * pairs[at + 1] + q2 * pairs[at + 2] + q3 * pairs[at + 3];
      const weight = power(score + added);
      total += weight;
      sum0 += weight * pairs[at + 4];
      sum1 += weight * pairs[at + 5];
      sum2 += weight * pairs[at + 6];
      sum3 += weight * pairs[at + 7];
    }
  }
  mixed[to] = sum0;
  mixed[to + 1] = sum1;
  mixed[to + 2] = sum2;
  mixed[to + 3] = sum3;
  return total;
}

/**
 * What no score of a layer exceeds; NaN where weights are no numbers. A head's query is its matrix times a vector that
 * is not longer than √C, and so is a key.
 * @param {Float64Array} queries [C, C]
 * @param {Float64Array} keys [C, C]
 * @param {Float64Array} bias
 * @param {number} n_embd C
 * @param {number} n_head
 */
function highestScore(queries, keys, bias, n_embd, n_head) {
  const length = (/** @type {Float64Array} */ all) => Math.sqrt(all.reduce((sum, x) => sum + x * x, 0));
  const size = queries.length / n_head;
  let highest = 0;
  for (let at = 0; at < queries.length; at += size) {
    const [query, key] = [queries, keys].map((all) => length(all.subarray(at, at + size)));
    highest = Math.max(highest, query * key);
  }
  return n_embd * highest + length(bias);
}
