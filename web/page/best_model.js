// Which of several models reads a log best. Each is asked what the same few lines cost it, by its weights alone.

const MOST_COMPARED = 30; // models
const COMPARED_AT_A_TIME = 4;
const LONGEST_COMPARISON = 10_000; // milliseconds
const CLEARLY_BETTER = 0.8; // of the bits of the other, at most
const LEAST_GAIN = 0.1; // bits per character

/** @typedef {{ name: string, bits: number, other: number }} BetterModel its bits per character, and those of the other */

/**
 * The model that reads a log clearly better than one of them, if there is any among those that answer in time. A log that
 * cannot be read has none.
 * @param {File} file
 * @param {string[]} names
 * @param {string} current
 * @param {AbortSignal} signal
 * @returns {Promise<BetterModel | undefined>}
 */
async function clearlyBetterModel(file, names, current, signal) {
  const places = await sampledPlaces(file).catch(() => []);
  if (!places.length) return undefined;
  const bits = await costsOf(places, [current, ...names.filter((name) => name !== current)], signal);
  const other = bits.get(current);
  const [best] = Array.from(bits).sort(([, a], [, b]) => a - b);
  if (signal.aborted || other === undefined || best[0] === current) return undefined;
  if (best[1] > CLEARLY_BETTER * other || best[1] > other - LEAST_GAIN) return undefined;
  return { name: best[0], bits: best[1], other };
}

/**
 * What models need for the lines of these places, in bits per character. Who fails or takes too long is not in it.
 * @param {SampledPlace[]} places
 * @param {string[]} names the most important first
 * @param {AbortSignal} signal
 */
async function costsOf(places, names, signal) {
  const queue = names.slice(0, MOST_COMPARED);
  /** @type {Map<string, number>} */
  const bits = new Map();
  const stopper = new AbortController();
  const timer = setTimeout(() => stopper.abort(), LONGEST_COMPARISON);
  signal.addEventListener('abort', () => stopper.abort());
  const work = async () => {
    for (let name = queue.shift(); name !== undefined && !stopper.signal.aborted; name = queue.shift()) {
      const cost = await costOf(name, places, stopper.signal).catch(() => undefined);
      if (cost !== undefined) bits.set(name, cost);
    }
  };
  await Promise.all(Array.from({ length: COMPARED_AT_A_TIME }, work));
  clearTimeout(timer);
  return bits;
}

/**
 * @param {string} name of a model
 * @param {SampledPlace[]} places
 * @param {AbortSignal} signal
 * @returns {Promise<number | undefined>}
 */
async function costOf(name, places, signal) {
  const { model, card } = decodeWeights(await loadWeights(name));
  const lines = await linesAtPlaces(places, model, card);
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
