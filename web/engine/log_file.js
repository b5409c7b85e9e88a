// A file as a log: plain or gzip, read piece by piece into the lines that the model sees.

const PIECE = 64 * 1024; // bytes made into lines at a time: a few milliseconds
const HOLE = /\0{1024,}/g; // of a sparse file, or what was truncated while its writer held it open
// eslint-disable-next-line no-control-regex
const NOT_TEXT = /[\0-\x07\x0e-\x1a\x1c-\x1f\x7f]/g;

/** A file that cannot be read as a log, or not to its end; the message says why. */
class UnreadableLog extends Error {}

/** @type {[number[], string, string][]} first bytes, what packed it, what unpacks it */
const PACKERS = [
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'xz', 'xz -dk'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd', 'zstd -d'],
  [[0x42, 0x5a, 0x68], 'bzip2', 'bzip2 -dk'],
  [[0x50, 0x4b, 3, 4], 'zip', 'unzip'],
  [[0x37, 0x7a, 0xbc, 0xaf], '7-Zip', '7z x'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4', 'lz4 -d'],
];

/**
 * Read a file as a log, plain or gzip. Yields lines and their numbers in the file, each time with the number of bytes of
 * the file read so far. Throws UnreadableLog after the last good line.
 * @param {File} file
 * @param {(head: Uint8Array) => LogReader} choose makes the reader of a log that begins with these bytes, unpacked
 * @returns {AsyncGenerator<{ lines: string[], numbers: number[], bytes: number }, void, void>}
 */
async function* logLines(file, choose) {
  if (!file.size) throw new UnreadableLog(`${file.name} is empty.`);
  const at = { bytes: 0, isPlain: true };
  /** @type {LogReader | undefined} */
  let reader;
  try {
    for await (const { head, chunk } of withHead(unpacked(file, at))) {
      reader ??= readerOf(file.name, head, choose);
      for (let from = 0; from < chunk.length; from += PIECE) {
        const piece = chunk.subarray(from, from + PIECE);
        const lines = reader.feed(piece);
        const ahead = at.isPlain ? chunk.length - from - piece.length : 0; // read from the file, and not yet into lines
        yield { lines, numbers: reader.numbers, bytes: at.bytes - ahead };
      }
    }
  } catch (error) {
    if (error instanceof UnreadableLog) throw error;
    if (reader) {
      const lines = reader.finish();
      yield { lines, numbers: reader.numbers, bytes: at.bytes };
    }
    throw await problemOf(file, error);
  }
  if (!reader) throw new UnreadableLog(`${file.name} is empty, or holds nothing but NUL bytes.`);
  const lines = reader.finish();
  yield { lines, numbers: reader.numbers, bytes: file.size };
}

/**
 * The bytes of a file, unpacked if need be, each time with how the log begins: up to SAMPLE_BYTES after its leading NULs.
 * A log that holds nothing but NULs gives nothing.
 * @param {AsyncGenerator<Uint8Array, void, void>} chunks
 */
async function* withHead(chunks) {
  /** @type {Uint8Array[]} */
  const first = [];
  let size = 0;
  let head;
  let problem;
  try {
    for await (const whole of chunks) {
      let chunk = whole;
      if (!head) {
        // NULs at the start are the hole of a log that was truncated while its writer held it open.
        const begun = size ? 0 : chunk.findIndex((byte) => byte !== 0);
        if (begun < 0) continue;
        chunk = size ? chunk : chunk.subarray(begun - (begun % 2));
        first.push(chunk);
        size += chunk.length;
        if (size < SAMPLE_BYTES) continue;
        chunk = concatenated(first);
        head = chunk.subarray(0, SAMPLE_BYTES);
      }
      yield { head, chunk };
    }
  } catch (error) {
    problem = error;
  }
  if (!head && size) yield { head: concatenated(first), chunk: concatenated(first) };
  if (problem) throw problem;
}

/** @param {Uint8Array[]} pieces */
function concatenated(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * @param {string} name
 * @param {Uint8Array} head
 * @param {(head: Uint8Array) => LogReader} choose
 */
function readerOf(name, head, choose) {
  const reader = choose(head);
  checkIsText(name, head, encodingOf(head, reader.reading.encoding).label);
  return reader;
}

/**
 * The bytes of a file, unpacked if need be. `at.bytes` is how far the file was read.
 * @param {File} file
 * @param {{ bytes: number, isPlain: boolean }} at
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
async function* unpacked(file, at) {
  const head = await firstBytes(file);
  for (const [magic, name, unpack] of PACKERS) {
    if (magic.every((byte, i) => head[i] === byte)) {
      const how = `Unpack it first: ${unpack} ${file.name}`;
      throw new UnreadableLog(`${file.name} is packed with ${name}, which a browser cannot unpack. ${how}`);
    }
  }
  if (head[0] === 0x1f && head[1] === 0x8b) {
    at.isPlain = false;
    yield* gunzipped(file, at);
    return;
  }
  for await (const chunk of chunksOf(file.stream())) {
    at.bytes += chunk.length;
    yield chunk;
  }
}

/** @param {File} file */
async function firstBytes(file) {
  try {
    return new Uint8Array(await file.slice(0, 16).arrayBuffer());
  } catch (error) {
    throw await problemOf(file, error);
  }
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
async function* chunksOf(stream) {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    // An error that stopped the reading has been thrown already.
    reader.cancel().catch(() => undefined);
  }
}

/**
 * Throws UnreadableLog if a file that begins with these bytes is something other than text.
 * @param {string} name
 * @param {Uint8Array} head
 * @param {string} label of the encoding
 */
function checkIsText(name, head, label) {
  if (new TextDecoder().decode(head.subarray(257, 262)) === 'ustar') {
    throw new UnreadableLog(`${name} is a tar archive of files. Unpack it first: tar -xf ${name}`);
  }
  const text = new TextDecoder(label).decode(head).replace(HOLE, '');
  const control = text.length - text.replace(NOT_TEXT, '').length;
  const invalid = text.length - text.replaceAll('\ufffd', '').length;
  // A few odd bytes in a few bytes of text prove nothing. The same bounds are in service/reading/binary.py.
  if (control > Math.max(8, 0.05 * text.length) || invalid > Math.max(8, 0.3 * text.length)) {
    throw new UnreadableLog(
      `${name} is not a text file. This page reads logs as plain text, or packed with gzip.`,
    );
  }
}

/**
 * @param {File} file
 * @param {unknown} error of a stream
 */
async function problemOf(file, error) {
  if (error instanceof TypeError) {
    const why = 'The archive is damaged or cut short.';
    return new UnreadableLog(`${file.name} cannot be unpacked to its end. ${why}`);
  }
  const why = error instanceof Error ? ` (${error.message})` : '';
  return new UnreadableLog(`${file.name} cannot be read: it was changed, moved or is locked${why}.`);
}
