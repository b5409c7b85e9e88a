// A few lines of a log, spread over it, by which models are compared. A log of any size takes the same time.

const SAMPLED_PLACES = 10;
const BYTES_AT_PLACE = 8 * 1024;
const CHARACTERS_AT_PLACE = 1200; // at most, but for a longer line

/** @typedef {{ part: File, isFirst: boolean, isLast: boolean }} SampledPlace a part of a log that is sampled */

/**
 * Where a log is sampled: in ten places of a plain file, else in its first bytes, unpacked.
 * @param {File} file
 * @returns {Promise<SampledPlace[]>}
 */
async function sampledPlaces(file) {
  const head = await firstBytes(file);
  const isPlain = head[0] !== 0x1f && head[0] < 0xfe;
  const wanted = SAMPLED_PLACES * BYTES_AT_PLACE;
  if (isPlain && file.size > wanted) {
    const step = (file.size - BYTES_AT_PLACE) / (SAMPLED_PLACES - 1);
    return Array.from({ length: SAMPLED_PLACES }, (_, i) => {
      const at = Math.floor(i * step);
      const part = new File([file.slice(at, at + BYTES_AT_PLACE)], file.name);
      return { part, isFirst: i === 0, isLast: i === SAMPLED_PLACES - 1 };
    });
  }
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  let size = 0;
  for await (const chunk of unpacked(file, { bytes: 0, isPlain: true })) {
    chunks.push(new Uint8Array(chunk));
    size += chunk.length;
    if (size >= wanted) break;
  }
  return [{ part: new File(chunks, file.name), isFirst: true, isLast: size < wanted }];
}

/**
 * The sampled lines, as a model's reading gives them.
 * @param {SampledPlace[]} places
 * @param {Model} model
 * @param {Card} card
 * @param {number} most lines of each place
 */
async function linesAtPlaces(places, model, card, most) {
  const begun = new Uint8Array(await places[0].part.slice(0, SAMPLE_BYTES).arrayBuffer());
  const reading = cheapestReading(model, readingsOf(card), begun);
  const sampled = [];
  for (const { part, isFirst, isLast } of places) {
    /** @type {string[]} */
    const lines = [];
    for await (const read of logLines(part, (head) => new LogReader(reading, head)))
      lines.push(...read.lines);
    const whole = lines.slice(isFirst ? 0 : 1, isLast ? undefined : -1);
    const count = places.length > 1 ? 1 : SAMPLED_PLACES;
    for (let i = 0; i < count; i++) {
      const from = Math.floor((i * whole.length) / count);
      const behind = Math.floor(((i + 1) * whole.length) / count);
      sampled.push(...shortened(whole.slice(from, Math.min(behind, from + most))));
    }
  }
  return sampled;
}

/**
 * The first lines, up to some characters.
 * @param {string[]} lines
 */
function shortened(lines) {
  let room = CHARACTERS_AT_PLACE;
  return lines.filter((line, i) => (room -= line.length + 1) >= 0 || i === 0);
}
