// A file as a log: plain or gzip, UTF-8 or UTF-16, read piece by piece into clean lines.

const PIECE = 64 * 1024; // bytes made into lines at a time: a few milliseconds
const LEAST_TEXT = 0.9; // of the first bytes, in a text file
// eslint-disable-next-line no-control-regex
const NOT_TEXT = /[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f\ufffd]/g;

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
 * Read a file as a log, plain or gzip, UTF-8 or UTF-16. Yields lines, each time with the number of bytes of the file read
 * so far. Throws UnreadableLog after the last good line.
 * @param {File} file
 * @param {LineReader} reader
 * @returns {AsyncGenerator<{ lines: string[], bytes: number }, void, void>}
 */
async function* logLines(file, reader) {
  if (!file.size) throw new UnreadableLog(`${file.name} is empty.`);
  let bytes = 0;
  let isText = false;
  try {
    const { stream, isPlain } = await unpacked(file, (read) => (bytes = read));
    for await (const chunk of chunksOf(stream)) {
      isText ||= checkIsText(file.name, chunk);
      for (let at = 0; at < chunk.length; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE);
        if (isPlain) bytes += piece.length;
        yield { lines: reader.feed(piece), bytes };
      }
    }
  } catch (error) {
    if (error instanceof UnreadableLog) throw error;
    yield { lines: reader.finish(), bytes };
    throw await problemOf(file, error);
  }
  if (!isText) throw new UnreadableLog(`${file.name} is empty, or holds nothing but NUL bytes.`);
  yield { lines: reader.finish(), bytes: file.size };
}

/**
 * The bytes of a file as UTF-8, unpacked if need be; `isPlain` where they are simply the bytes of the file.
 * @param {File} file
 * @param {(bytes: number) => void} onRead receives how much of the file was read, if it is not plain
 * @returns {Promise<{ stream: ReadableStream<any>, isPlain: boolean }>}
 */
async function unpacked(file, onRead) {
  const head = await firstBytes(file);
  for (const [magic, name, unpack] of PACKERS) {
    if (magic.every((byte, i) => head[i] === byte)) {
      const how = `Unpack it first: ${unpack} ${file.name}`;
      throw new UnreadableLog(`${file.name} is packed with ${name}, which a browser cannot unpack. ${how}`);
    }
  }
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const utf16 =
    head[0] === 0xff && head[1] === 0xfe
      ? 'utf-16le'
      : head[0] === 0xfe && head[1] === 0xff
        ? 'utf-16be'
        : '';
  if (!isGzip && !utf16) return { stream: file.stream(), isPlain: true };
  let read = 0;
  const counted = file.stream().pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        onRead((read += chunk.length));
        controller.enqueue(chunk);
      },
    }),
  );
  const stream = isGzip
    ? counted.pipeThrough(new DecompressionStream('gzip'))
    : counted.pipeThrough(new TextDecoderStream(utf16)).pipeThrough(new TextEncoderStream());
  return { stream, isPlain: false };
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
 * Whether there is text in a chunk. NULs are ignored, because a log that was truncated while its writer held it open
 * begins with many. Throws UnreadableLog if the chunk is something other than text.
 * @param {string} name
 * @param {Uint8Array} chunk
 */
function checkIsText(name, chunk) {
  const text = new TextDecoder().decode(chunk.subarray(0, PIECE).filter((byte) => byte));
  if (new TextDecoder().decode(chunk.subarray(257, 262)) === 'ustar') {
    throw new UnreadableLog(`${name} is a tar archive of files. Unpack it first: tar -xf ${name}`);
  }
  if (text.replace(NOT_TEXT, '').length < LEAST_TEXT * text.length) {
    throw new UnreadableLog(
      `${name} is not a text file. This page reads logs as plain text, or packed with gzip.`,
    );
  }
  return text.length > 0;
}

/**
 * @param {File} file
 * @param {unknown} error of a stream
 */
async function problemOf(file, error) {
  if (error instanceof TypeError) {
    const why = 'The archive is damaged, cut short, or several joined in one.';
    return new UnreadableLog(`${file.name} cannot be unpacked to its end. ${why}`);
  }
  const why = error instanceof Error ? ` (${error.message})` : '';
  return new UnreadableLog(`${file.name} cannot be read: it was changed, moved or is locked${why}.`);
}
