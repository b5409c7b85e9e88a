// Charts: the fan of a number, the share of a word, and the scores of past weeks. Each is drawn at the width of its box, and
// says in words what it shows.

const LEFT = 46; // at least; long labels need more
const LABEL = 6.8; // pixels of a character, at most
const RIGHT = 10;
const TOP = 10;
const FAR = 2; // times what the past and the inner band of a fan span
const BOTTOM = 22;

/** @typedef {{ step: number, value: number }} Point */
/** @typedef {{ x: (value: number) => number, y: (value: number) => number, left: number, width: number, height: number }} Scales */
/** @typedef {{ unit: string, digits: number }} Quantity */

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
  return { chart, width, height, scale };
}

/**
 * @param {number} width
 * @param {number} height
 * @param {[number, number]} across lowest and highest
 * @param {[number, number]} up lowest and highest
 * @param {number} left of the lines
 * @returns {Scales}
 */
function scalesOf(width, height, [first, last], [low, high], left = LEFT) {
  const [inWidth, inHeight] = [width - left - RIGHT, height - TOP - BOTTOM];
  return {
    x: (value) => left + ((value - first) / (last - first || 1)) * inWidth,
    y: (value) => TOP + ((high - value) / (high - low || 1)) * inHeight,
    left,
    width,
    height,
  };
}

/**
 * Round numbers from low to high.
 * @param {number} low
 * @param {number} high
 * @param {number} [least] between two of them
 */
function ticks(low, high, least = 0) {
  const rough = Math.max((high - low || 1) / 4, least);
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = least >= power ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  const step = steps.map((n) => n * power).find((n) => n >= rough - 1e-9 * power) ?? rough;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step + 1e-9) + 1 }, (_, i) => first + i * step);
}

/**
 * Numbers at equal distances in as many digits as tell them apart.
 * @param {number[]} values
 */
function formatTicks(values) {
  const step = Math.abs(values[1] - values[0]) || 1;
  const [scale, name] = AMOUNTS.find(([least]) => step >= least / 10) ?? [1, ''];
  const digits = Math.max(0, -Math.floor(Math.log10(step / scale) + 1e-9));
  const write = (/** @type {number} */ more) =>
    values.map((value) => formatDecimal(value / scale, digits + more) + name);
  const isRound = values.every(
    (value) => Math.abs(value / scale - Number((value / scale).toFixed(digits))) < 1e-6,
  );
  return write(isRound ? 0 : 1);
}

const FEW = 100; // of what is counted; between two such counts lies a half

/** @type {[number, string][]} */
const AMOUNTS = [
  [1e9, 'G'],
  [1e6, 'M'],
];

/**
 * @param {number} value
 * @param {number} digits after the point
 */
function formatDecimal(value, digits) {
  const [whole, rest] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.length > 4 ? formatCount(Number(whole)) : whole;
  const sign = value < 0 && Number(value.toFixed(digits)) ? '−' : '';
  return sign + grouped + (rest ? `.${rest}` : '');
}

/**
 * A value of a quantity in the digits of the log, with its unit.
 * @param {number} value
 * @param {Quantity} quantity
 */
function formatAmount(value, { unit, digits }) {
  const isBetween = !digits && Math.abs(value) < FEW && !Number.isInteger(value);
  return formatDecimal(value, isBetween ? 1 : digits) + unitBehind(unit);
}

/** @param {string} unit */
function unitBehind(unit) {
  return unit ? SPACE + unit : '';
}

/**
 * @param {SVGElement} chart
 * @param {Scales} scales
 * @param {number[]} values
 * @param {string[]} words
 */
function yAxis(chart, { y, left, width }, values, words) {
  values.forEach((value, i) => {
    const at = y(value).toFixed(1);
    chart.append(
      svg('line', { class: 'rule', x1: left, x2: width - RIGHT, y1: at, y2: at }),
      svg('text', { x: left - 8, y: at, 'text-anchor': 'end', 'dominant-baseline': 'middle' }, words[i]),
    );
  });
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
 * The lines after now.
 * @param {SVGElement} chart
 * @param {Scales} scales
 * @param {number} last
 */
function stepAxis(chart, scales, last) {
  const steps = ticks(0, last, 1).filter((step) => step > 0);
  xAxis(chart, scales, [
    [0, 'now'],
    ...steps.map((step) => /** @type {[number, string]} */ ([step, `+${step}`])),
  ]);
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
 * What a fan shows: all of the past and of the inner band, and of the outer one what is not far beyond them.
 * @param {Point[]} past
 * @param {Band[]} bands
 */
function rangeOfFan(past, bands) {
  const inner = [
    ...past.map(({ value }) => value),
    ...bands.flatMap(({ quantiles }) => quantiles.slice(1, 4)),
  ];
  const [low, high] = [Math.min(...inner), Math.max(...inner)];
  const outer = bands.flatMap(({ quantiles }) => quantiles);
  if (low === high) return [Math.min(...outer, low), Math.max(...outer, high)];
  const far = FAR * (high - low);
  return [Math.max(low - far, Math.min(...outer, low)), Math.min(high + far, Math.max(...outer, high))];
}

/**
 * The past of a number and its futures: median, 50 % and 90 % bands.
 * @param {Element} box
 * @param {Point[]} past the last at step 0 or before
 * @param {Band[]} bands
 * @param {Quantity} quantity
 * @param {string} label
 * @returns {Readings}
 */
function drawFan(box, past, bands, quantity, label) {
  const { chart, width, height, scale } = emptyChart(box, 230, label);
  const [lowest, highest] = rangeOfFan(past, bands);
  const within = (/** @type {number} */ value) => Math.min(highest, Math.max(lowest, value));
  const room = (highest - lowest) * 0.06 || 1;
  const [low, high] = [lowest - room, highest + room];
  const steps = [...past.map(({ step }) => step), ...bands.map(({ step }) => step)];
  const last = Math.max(...steps);
  const marks = ticks(low, high, 10 ** -quantity.digits);
  const words = formatTicks(marks).map((mark) => mark + unitBehind(quantity.unit));
  const left = Math.max(LEFT, 12 + LABEL * Math.max(...words.map((word) => word.length)));
  const scales = scalesOf(width, height, [Math.min(...steps, 0), last], [low, high], left);
  yAxis(chart, scales, marks, words);
  const now = scales.x(0).toFixed(1);
  chart.append(svg('line', { class: 'now', x1: now, x2: now, y1: TOP, y2: height - BOTTOM }));
  stepAxis(chart, scales, last);
  const from = past.at(-1);
  for (const [name, lower, upper] of /** @type {[string, number, number][]} */ ([
    ['band-90', 0, 4],
    ['band-50', 1, 3],
  ])) {
    const edge = (/** @type {number} */ q) => [
      ...(from ? [from] : []),
      ...bands.map(({ step, quantiles }) => ({ step, value: within(quantiles[q]) })),
    ];
    const outline = pathOf(scales, [...edge(lower), ...edge(upper).reverse()]);
    chart.append(svg('path', { class: name, d: `${outline}Z` }));
  }
  const median = bands.map(({ step, quantiles }) => ({ step, value: quantiles[2] }));
  chart.append(svg('path', { class: 'median', d: pathOf(scales, [...(from ? [from] : []), ...median]) }));
  chart.append(svg('path', { class: 'past', d: pathOf(scales, past) }));
  if (from) chart.append(svg('circle', { cx: scales.x(from.step), cy: scales.y(from.value), r: 3.5 }));
  const write = (/** @type {number} */ value) => formatAmount(value, quantity);
  const before = past.map(({ step, value }) => ({
    x: scales.x(step) * scale,
    words: `${step ? `${-step} before the last line` : 'The last line'}: ${write(value)}`,
  }));
  const after = bands.map(({ step, quantiles: [q5, q25, q50, q75, q95] }) => ({
    x: scales.x(step) * scale,
    words: `Line +${step}: median ${write(q50)} · half ${write(q25)} to ${write(q75)} · 90${SPACE}% ${write(q5)} to ${write(q95)}`,
  }));
  return { label: 'The values at each line', points: [...before, ...after] };
}

/**
 * A share that grows from step to step.
 * @param {Element} box
 * @param {number[]} shares at step 1, 2, …
 * @param {string} label
 * @returns {Readings}
 */
function drawShare(box, shares, label) {
  const { chart, width, height, scale } = emptyChart(box, 110, label);
  const scales = scalesOf(width, height, [0, shares.length], [0, 1]);
  const marks = [0, 0.5, 1];
  yAxis(
    chart,
    scales,
    marks,
    marks.map((mark) => `${100 * mark}${SPACE}%`),
  );
  stepAxis(chart, scales, shares.length);
  const points = [0, ...shares].map((value, step) => ({ step, value }));
  const floor = [...points].reverse().map(({ step }) => ({ step, value: 0 }));
  chart.append(svg('path', { class: 'band-50', d: `${pathOf(scales, [...points, ...floor])}Z` }));
  chart.append(svg('path', { class: 'median', d: pathOf(scales, points) }));
  return {
    label: 'The share at each line',
    points: shares.map((share, i) => ({
      x: scales.x(i + 1) * scale,
      words: `By line +${i + 1}: ${formatShare(share)}`,
    })),
  };
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
  const marks = ticks(0, high * 1.05);
  yAxis(chart, scales, marks, formatTicks(marks));
  const points = scores.map((value, step) => ({ step, value }));
  chart.append(svg('path', { class: 'median', d: pathOf(scales, points) }));
  const last = points[points.length - 1];
  chart.append(svg('circle', { cx: scales.x(last.step), cy: scales.y(last.value), r: 3.5 }));
  chart.append(
    svg('text', { x: LEFT, y: height - 5 }, ends[0]),
    svg('text', { x: width - RIGHT, y: height - 5, 'text-anchor': 'end' }, ends[1]),
  );
}
