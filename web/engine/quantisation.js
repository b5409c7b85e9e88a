// Numbers as the weights file has them: int8 steps and a float16 scale for each row, as in model/quantisation.py.

/**
 * The weights: each step times its row's scale, exactly.
 * @param {DataView} steps int8 [n, m]
 * @param {DataView} scales float16 [n]
 * @param {[number, number]} shape
 */
function dequantise(steps, scales, [n, m]) {
  const whole = new Int8Array(steps.buffer, steps.byteOffset, n * m);
  const out = new Float64Array(n * m);
  for (let row = 0; row < n; row++) {
    const scale = float16(scales.getUint16(2 * row, true));
    for (let i = row * m; i < (row + 1) * m; i++) out[i] = whole[i] * scale;
  }
  return out;
}

/** @param {DataView} scales float16 */
function areFinite(scales) {
  for (let at = 0; at < scales.byteLength; at += 2)
    if ((scales.getUint16(at, true) & 0x7c00) === 0x7c00) return false;
  return true;
}

/**
 * The number that 16 bits of IEEE 754 stand for.
 * @param {number} bits
 */
function float16(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
