// Which of several models reads a log best. Each is asked what the same few lines cost it, by its weights alone.

const MOST_COMPARED = 30; // models
const FINALISTS = 3;
const LINES_AT_FIRST = 2; // at each place
const LINES_AT_PLACE = 20;
const COMPARED_AT_A_TIME = 4;
const LONGEST_COMPARISON = 10_000; // milliseconds
const CLEARLY_BETTER = 0.8; // of the bits of the other, at most
const LEAST_GAIN = 0.1; // bits per character

/** @typedef {{ name: string, bits: number, other: number }} BetterModel its bits per character, and those of the other */

/**
 * The model that reads a log clearly better than one of them, if there is any among those that answer in time. A log that
 * cannot be read has none. Of many models, a tenth of the lines tells which few are worth all of them.
 * @param {File} file
 * @param {string[]} names
 * @param {string} current
 * @param {AbortSignal} signal
 * @returns {Promise<BetterModel | undefined>}
 */
async function clearlyBetterModel(file, names, current, signal) {
  const places = await sampledPlaces(file).catch(() => []);
  if (!places.length) return undefined;
  const stopper = new AbortController();
  const timer = setTimeout(() => stopper.abort(), LONGEST_COMPARISON);
  signal.addEventListener('abort', () => stopper.abort());
  let others = names.filter((name) => name !== current).slice(0, MOST_COMPARED - 1);
  if (others.length > FINALISTS) {
    const first = await costsOf(places, others, LINES_AT_FIRST, stopper.signal);
    others = cheapestFirst(first).slice(0, FINALISTS);
  }
  const bits = await costsOf(places, [current, ...others], LINES_AT_PLACE, stopper.signal);
  clearTimeout(timer);
  const other = bits.get(current);
  const [name] = cheapestFirst(bits);
  const best = bits.get(name);
  if (signal.aborted || other === undefined || best === undefined) return undefined;
  return best <= CLEARLY_BETTER * other && best <= other - LEAST_GAIN
    ? { name, bits: best, other }
    : undefined;
}

/** @param {Map<string, number>} bits by name */
function cheapestFirst(bits) {
  return Array.from(bits)
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => name);
}

/**
 * What models need for the lines of these places, in bits per character. Who fails or takes too long is not in it.
 * @param {SampledPlace[]} places
 * @param {string[]} names the most important first
 * @param {number} count of lines at each place
 * @param {AbortSignal} signal
 */
async function costsOf(places, names, count, signal) {
  const queue = names.slice();
  /** @type {Map<string, number>} */
  const bits = new Map();
  const work = async () => {
    for (let name = queue.shift(); name !== undefined && !signal.aborted; name = queue.shift()) {
      const cost = await costOf(name, places, count, signal).catch(() => undefined);
      if (cost !== undefined) bits.set(name, cost);
    }
  };
  await Promise.all(Array.from({ length: COMPARED_AT_A_TIME }, work));
  return bits;
}

/**
 * @param {string} name of a model
 * @param {SampledPlace[]} places
 * @param {number} count of lines at each place
 * @param {AbortSignal} signal
 * @returns {Promise<number | undefined>}
 */
async function costOf(name, places, count, signal) {
  const { model, card } = decodeWeights(await loadWeights(name));
  const lines = await linesAtPlaces(places, model, card, count);
  if (!lines.length || signal.aborted) return undefined;
  const worker = new JobWorker(model);
  let bits;
  try {
    await worker.run('cost', { lines }, (part) => (bits = part.bits), signal);
  } finally {
    worker.end();
  }
  return bits;
}
