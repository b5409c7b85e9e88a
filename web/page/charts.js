// Charts: the fan of a number, the share of a word, and the scores of past weeks. Each is drawn at the width of its box, and
// says in words what it shows.

const LEFT = 46;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 22;

/** @typedef {{ step: number, value: number }} Point */
/** @typedef {{ x: (value: number) => number, y: (value: number) => number, width: number, height: number }} Scales */

/**
 * @param {Element} box
 * @param {number} height
 * @param {string} label what it shows; a chart without a label is decoration
 */
function emptyChart(box, height, label) {
  // Charts scale with the size of the text around them.
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const width = Math.max(box.clientWidth / scale, 200);
  /** @type {Record<string, string>} */
  const about = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
  const size = { width: width * scale, height: height * scale };
  const chart = svg('svg', { viewBox: `0 0 ${width} ${height}`, ...size, ...about });
  box.replaceChildren(chart);
  return { chart, width, height };
}

/**
 * @param {number} width
 * @param {number} height
 * @param {[number, number]} across lowest and highest
 * @param {[number, number]} up lowest and highest
 * @returns {Scales}
 */
function scalesOf(width, height, [left, right], [low, high]) {
  const [inWidth, inHeight] = [width - LEFT - RIGHT, height - TOP - BOTTOM];
  return {
    x: (value) => LEFT + ((value - left) / (right - left || 1)) * inWidth,
    y: (value) => TOP + ((high - value) / (high - low || 1)) * inHeight,
    width,
    height,
  };
}

/**
 * Round numbers from low to high.
 * @param {number} low
 * @param {number} high
 */
function ticks(low, high) {
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step + 1e-9) + 1 }, (_, i) => first + i * step);
}

/** @param {number} value */
function formatNumber(value) {
  if (Math.abs(value) >= 10_000) return value.toLocaleString('en', { notation: 'compact' });
  return String(Number(value.toPrecision(4)));
}

/**
 * @param {SVGElement} chart
 * @param {Scales} scales
 * @param {number[]} values
 * @param {(value: number) => string} words
 */
function yAxis(chart, { y, width }, values, words) {
  for (const value of values) {
    const at = y(value).toFixed(1);
    chart.append(
      svg('line', { class: 'rule', x1: LEFT, x2: width - RIGHT, y1: at, y2: at }),
      svg('text', { x: LEFT - 8, y: at, 'text-anchor': 'end', 'dominant-baseline': 'middle' }, words(value)),
    );
  }
}

/**
 * @param {SVGElement} chart
 * @param {Scales} scales
 * @param {[number, string][]} labels
 */
function xAxis(chart, { x, height }, labels) {
  for (const [value, words] of labels) {
    chart.append(svg('text', { x: x(value).toFixed(1), y: height - 5, 'text-anchor': 'middle' }, words));
  }
}

/**
 * @param {Scales} scales
 * @param {Point[]} points
 */
function pathOf({ x, y }, points) {
  return points
    .map(({ step, value }, i) => `${i ? 'L' : 'M'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
}

/**
 * The past of a number and its futures: median, 50 % and 90 % bands.
 * @param {Element} box
 * @param {Point[]} past the last at step 0 or before
 * @param {Band[]} bands
 * @param {string} label
 */
function drawFan(box, past, bands, label) {
  const { chart, width, height } = emptyChart(box, 230, label);
  const values = [...past.map(({ value }) => value), ...bands.flatMap(({ quantiles }) => quantiles)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.06 || 1;
  const steps = [...past.map(({ step }) => step), ...bands.map(({ step }) => step)];
  const last = Math.max(...steps);
  const scales = scalesOf(width, height, [Math.min(...steps, 0), last], [low - room, high + room]);
  yAxis(chart, scales, ticks(low - room, high + room), formatNumber);
  const now = scales.x(0).toFixed(1);
  chart.append(svg('line', { class: 'now', x1: now, x2: now, y1: TOP, y2: height - BOTTOM }));
  const inner = ticks(0, last).filter((step) => Number.isInteger(step) && step > 0);
  xAxis(chart, scales, [
    [0, 'now'],
    ...inner.map((step) => /** @type {[number, string]} */ ([step, `+${step}`])),
  ]);
  const from = past.at(-1);
  for (const [name, lowest, highest] of /** @type {[string, number, number][]} */ ([
    ['band-90', 0, 4],
    ['band-50', 1, 3],
  ])) {
    const edge = (/** @type {number} */ q) => [
      ...(from ? [from] : []),
      ...bands.map(({ step, quantiles }) => ({ step, value: quantiles[q] })),
    ];
    const outline = pathOf(scales, [...edge(lowest), ...edge(highest).reverse()]);
    chart.append(svg('path', { class: name, d: `${outline}Z` }));
  }
  const median = bands.map(({ step, quantiles }) => ({ step, value: quantiles[2] }));
  chart.append(svg('path', { class: 'median', d: pathOf(scales, [...(from ? [from] : []), ...median]) }));
  chart.append(svg('path', { class: 'past', d: pathOf(scales, past) }));
  if (from) chart.append(svg('circle', { cx: scales.x(from.step), cy: scales.y(from.value), r: 3.5 }));
}

/**
 * A share that grows from step to step.
 * @param {Element} box
 * @param {number[]} shares at step 1, 2, …
 * @param {string} label
 */
function drawShare(box, shares, label) {
  const { chart, width, height } = emptyChart(box, 110, label);
  const scales = scalesOf(width, height, [0, shares.length], [0, 1]);
  yAxis(chart, scales, [0, 0.5, 1], (value) => `${100 * value} %`);
  const inner = ticks(0, shares.length).filter((step) => Number.isInteger(step) && step > 0);
  xAxis(chart, scales, [
    [0, 'now'],
    ...inner.map((step) => /** @type {[number, string]} */ ([step, `+${step}`])),
  ]);
  const points = [0, ...shares].map((value, step) => ({ step, value }));
  const floor = [...points].reverse().map(({ step }) => ({ step, value: 0 }));
  chart.append(svg('path', { class: 'band-50', d: `${pathOf(scales, [...points, ...floor])}Z` }));
  chart.append(svg('path', { class: 'median', d: pathOf(scales, points) }));
}

/**
 * The scores of past trainings.
 * @param {Element} box
 * @param {number[]} scores oldest first
 * @param {[string, string]} ends the first and the last day
 * @param {string} label
 */
function drawHistory(box, scores, ends, label) {
  const { chart, width, height } = emptyChart(box, 150, label);
  const high = Math.max(...scores);
  const scales = scalesOf(width, height, [0, scores.length - 1], [0, high * 1.05]);
  yAxis(chart, scales, ticks(0, high * 1.05), formatNumber);
  const points = scores.map((value, step) => ({ step, value }));
  chart.append(svg('path', { class: 'median', d: pathOf(scales, points) }));
  const last = points[points.length - 1];
  chart.append(svg('circle', { cx: scales.x(last.step), cy: scales.y(last.value), r: 3.5 }));
  chart.append(
    svg('text', { x: LEFT, y: height - 5 }, ends[0]),
    svg('text', { x: width - RIGHT, y: height - 5, 'text-anchor': 'end' }, ends[1]),
  );
}
