// How rare a score is among normal lines: a tail that is measured where there were lines, and continued where not. See
// service/checking/tails.py.

const SCORE_STEPS = 100; // of a bit or nat: the precision of a score that is kept
const LEAST_RANK = 1e-250;
const MOST_RANKS = 64;
const MOST_SCALE = 1000;
const STEEP = 4; // ranks 1 to 2^STEEP tell how fast the tail falls

/**
 * The highest scores of normal lines.
 * @typedef {object} Tail
 * @property {number} lines that were scored
 * @property {number[]} scores at ranks 1, 2, 4, 8, …; falling
 * @property {number} scale the least rise of a score that makes it e times rarer
 */

/**
 * The tail of some scores, one for each kind and fold.
 * @param {number[]} scores
 * @param {number} lines
 * @param {number} scale
 * @returns {Tail}
 */
function tailOf(scores, lines, scale) {
  const falling = scores.filter((score) => score > 0).sort((a, b) => b - a);
  const kept = [];
  for (let rank = 1; rank <= falling.length; rank *= 2) kept.push(roundedScore(falling[rank - 1]));
  return { lines, scores: kept, scale: roundedScore(scale) };
}

/**
 * Of how many normal lines one has at least this score. At least 1.
 * @param {Tail} tail
 * @param {number} score
 */
function tailOneIn(tail, score) {
  if (score <= 0 || !tail.lines) return 1;
  return Math.max(tail.lines / tailRank(tail, score), 1);
}

/**
 * @param {Tail} tail
 * @param {number} score
 */
function tailRank(tail, score) {
  const { scores } = tail;
  if (!scores.length || score > scores[0]) {
    return Math.max(Math.exp(-(score - (scores[0] ?? 0)) / tailFall(tail)), LEAST_RANK);
  }
  const i = scores.findIndex((other, i) => i > 0 && score > other);
  if (i < 0) return 2 ** (scores.length - 1);
  return 2 ** (i - 1 + (scores[i - 1] - score) / (scores[i - 1] - scores[i]));
}

/** @param {Tail} tail */
function tailFall({ scores, scale }) {
  const last = Math.min(STEEP, scores.length - 1);
  return last < 1 ? scale : Math.max(scale, (scores[0] - scores[last]) / (last * Math.LN2));
}

/**
 * The tail of a card. Throws WeightsFileError when it is none.
 * @param {any} card
 * @returns {Tail}
 */
function tailOfCard(card) {
  if (!isObject(card)) throw damaged('a tail of the profile is no object');
  const { lines, scores, scale } = card;
  if (!Number.isInteger(lines) || lines < 0 || lines >= MOST_COUNT || !Array.isArray(scores))
    throw damaged('a tail of the profile is not made of lines and scores');
  const fall = scores.every((score, i) => score >= 0 && score < 1e9 && !(score > scores[i - 1]));
  if (scores.length > MOST_RANKS || !scores.every(Number.isFinite) || !fall)
    throw damaged('the scores of a tail of the profile are not at most 64 falling numbers');
  if (!Number.isFinite(scale) || scale <= 0 || scale >= MOST_SCALE)
    throw damaged('the scale of a tail of the profile is no small positive number');
  return { lines, scores, scale };
}

/** @param {number} score */
function roundedScore(score) {
  return Math.floor(score * SCORE_STEPS + 0.5) / SCORE_STEPS;
}
