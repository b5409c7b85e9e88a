// Arithmetic that gives the same float64 bits as model/exact.py. Math.exp would not: its last bit differs between
// browsers. So powers are made of additions, multiplications, square roots and exact powers of two.

const STEPS = 512; // of a doubling, in the table of powers
const STEPS_PER_NAT = 738.6598609351493; // 512 / ln 2
const LINEAR = 0.0013538030870311431; // ln 2 / 512, its square over 2 and its cube over 6
const QUADRATIC = 9.163913992275266e-7;
const CUBIC = 4.135378350676714e-10;
const ROUNDING = 6755399441055744; // 1.5 · 2^52: added and taken away again, it rounds to a whole number
const LARGEST_POWER = 1023;
const ROOTS = rootsOfTwo();
const POWERS = powersOfTwo();

/** 2^(i / 512) for i = 0 … 511, as products of 2^(1/2), 2^(1/4), … */
function rootsOfTwo() {
  let roots = Float64Array.of(1);
  for (let root = Math.sqrt(2); roots.length < STEPS; root = Math.sqrt(root)) {
    const [before, factor] = [roots, root];
    roots = Float64Array.from({ length: 2 * before.length }, (_, i) =>
      i % 2 ? before[i >> 1] * factor : before[i >> 1],
    );
  }
  return roots;
}

/** 2^-1024 … 2^1023, each exact because doubling and halving are. */
function powersOfTwo() {
  const powers = new Float64Array(2 * LARGEST_POWER + 2);
  const middle = LARGEST_POWER + 1;
  powers[middle] = 1;
  for (let i = middle + 1; i < powers.length; i++) powers[i] = 2 * powers[i - 1];
  for (let i = middle - 1; i >= 0; i--) powers[i] = powers[i + 1] / 2;
  return powers;
}

/**
 * 2^(t / 512) for |t| < 2^19, to about 14 digits. The nearest whole step comes from a table; what is left goes into
 * a cubic polynomial.
 * @param {number} t
 */
function power(t) {
  const whole = t + ROUNDING - ROUNDING;
  const r = t - whole;
  const step = whole | 0;
  return (
    (((CUBIC * r + QUADRATIC) * r + LINEAR) * r + 1) *
    (ROOTS[step & (STEPS - 1)] * POWERS[(step >> 9) + LARGEST_POWER + 1])
  );
}

/**
 * e^x for x <= 709, to about 13 digits; 0 below -700.
 * @param {number} x
 */
function exp(x) {
  return x < -700 ? 0 : power(x * STEPS_PER_NAT);
}

/**
 * Probabilities of the first n numbers, in place.
 * @param {Float64Array} x
 * @param {number} n
 */
function softmax(x, n) {
  let largest = x[0];
  for (let i = 1; i < n; i++) if (x[i] > largest) largest = x[i];
  let total = 0;
  for (let i = 0; i < n; i++) total += x[i] = exp(x[i] - largest);
  for (let i = 0; i < n; i++) x[i] /= total;
}
