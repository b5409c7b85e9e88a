// Unpack a .gz of any number of members. A browser unpacks one member and takes what follows for damage, so the file is
// looked through for places where a member may begin, and what lies between two of them is unpacked by itself.

const GZIP_HEADER = [0x1f, 0x8b, 8];
const GZIP_RESERVED_FLAGS = 0xe0;

/**
 * The bytes of a .gz, unpacked. `at.bytes` is how far the file was read. Throws TypeError where it is damaged, after the
 * last bytes before the damage.
 * @param {File} file
 * @param {{ bytes: number }} at
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
async function* gunzipped(file, at) {
  const starts = await memberStarts(file);
  let given = 0; // bytes of the member that begins at `start`
  let start = 0;
  for (let next = 1; next <= starts.length; next++) {
    const end = starts[next] ?? file.size;
    let seen = 0;
    try {
      at.bytes = start;
      for await (const chunk of chunksOf(unzipped(file.slice(start, end), at))) {
        const fresh = chunk.subarray(Math.max(0, Math.min(chunk.length, given - seen)));
        seen += chunk.length;
        given = Math.max(given, seen);
        if (fresh.length) yield fresh;
      }
    } catch (error) {
      // What looked like the start of a member may be bytes within one: then the member goes on to the next such place.
      if (next < starts.length) continue;
      if (await isPadding(file, start)) return;
      throw error;
    }
    [start, given] = [end, 0];
  }
}

/**
 * @param {Blob} part
 * @param {{ bytes: number }} [at] goes on by what is read
 */
function unzipped(part, at = { bytes: 0 }) {
  /** @type {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>} */
  const counting = new TransformStream({
    transform(chunk, controller) {
      at.bytes += chunk.length;
      controller.enqueue(chunk);
    },
  });
  return part.stream().pipeThrough(counting).pipeThrough(new DecompressionStream('gzip'));
}

/**
 * Where a member may begin: at the first byte, and wherever the bytes of a header stand.
 * @param {File} file
 */
async function memberStarts(file) {
  const starts = [0];
  let offset = 0;
  let tail = new Uint8Array(0);
  for await (const chunk of chunksOf(file.stream())) {
    const data = concatenated([tail, chunk]);
    const begun = offset - tail.length;
    for (let i = data.indexOf(0x1f); i >= 0 && i + 9 < data.length; i = data.indexOf(0x1f, i + 1)) {
      const isHeader = GZIP_HEADER.every((byte, k) => data[i + k] === byte);
      const isPlain = !(data[i + 3] & GZIP_RESERVED_FLAGS) && [0, 2, 4].includes(data[i + 8]);
      if (isHeader && isPlain && begun + i > 0) starts.push(begun + i);
    }
    offset += chunk.length;
    tail = data.slice(Math.max(0, data.length - 9));
  }
  return Array.from(new Set(starts));
}

/**
 * Whether all after a place that could not be unpacked to its end is a last member and the zeros after it.
 * @param {File} file
 * @param {number} start
 */
async function isPadding(file, start) {
  const rest = new Uint8Array(await file.slice(start).arrayBuffer());
  let end = rest.length;
  while (end && !rest[end - 1]) end--;
  // The size at the end of a member may itself end with zeros.
  for (let size = end; size <= Math.min(end + 4, rest.length - 1); size++) {
    try {
      for await (const _ of chunksOf(unzipped(file.slice(start, start + size)))) void _;
      return true;
    } catch {
      continue;
    }
  }
  return false;
}
