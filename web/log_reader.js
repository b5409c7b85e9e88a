'use strict';

// Bytes to clean lines of text, whatever the bytes are: the rules of service/lines.py, so that scores agree with
// those of `logling score`. Memory stays flat, in a file of any size and inside a line of any length.

const MAX_CHARACTERS = 8192;
const MAX_BYTES = 4 * MAX_CHARACTERS; // what MAX_CHARACTERS can take in UTF-8
const CUT_MARK = ' <cut>';
const PIECE = 64 * 1024; // bytes made into lines at a time: a few milliseconds
const LEAST_TEXT = 0.9; // of the first bytes, in a text file

/* eslint-disable no-control-regex */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/g;
// ECMA-48: CSI (colours, cursor), OSC and its kin (titles, links) up to their end, other two-byte escapes.
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])/g;
const NOT_TEXT = /[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f\ufffd]/g;
/* eslint-enable no-control-regex */

/** The lines of one stream of bytes, fed in chunks of any size, and in how many of them something was odd. */
class LineReader {
  constructor() {
    this.oddities = { invalid: 0, control: 0, cut: 0 };
    this.held = new Uint8Array(MAX_BYTES + 2); // the unfinished line, without its NULs
    this.size = 0;
    this.begun = false;
    this.nul = false;
    this.skipping = false; // over the rest of a line that was given out, cut
  }

  /**
   * The lines that this chunk completes.
   * @param {Uint8Array} chunk
   */
  feed(chunk) {
    /** @type {string[]} */
    const lines = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (!this.skipping) {
        this.hold(chunk.subarray(from, end));
        lines.push(this.line());
      }
      this.skipping = false;
      from = end + 1;
    }
    if (this.skipping || from === chunk.length) return lines;
    this.hold(chunk.subarray(from));
    if (this.size > MAX_BYTES + 1) {
      this.skipping = true;
      lines.push(this.line());
    }
    return lines;
  }

  /** The unfinished last line, where the stream has ended: at most one. */
  finish() {
    return this.begun ? [this.line()] : [];
  }

  /** @param {Uint8Array} piece */
  hold(piece) {
    this.begun = true;
    if (piece.includes(0)) {
      this.nul = true;
      piece = piece.filter((byte) => byte);
    }
    const kept = piece.subarray(0, this.held.length - this.size);
    this.held.set(kept, this.size);
    this.size += kept.length;
  }

  /** The held line, cleaned. */
  line() {
    const overlong = this.size > MAX_BYTES;
    let bytes = this.held.subarray(0, Math.min(this.size, MAX_BYTES));
    if (!overlong && bytes.at(-1) === 13) bytes = bytes.subarray(0, -1);
    const decoded = this.decode(bytes, overlong);
    const text =
      decoded.replace(CONTROL, '') === decoded ? decoded : decoded.replace(ESCAPES, '').replace(CONTROL, '');
    if (this.nul || text !== decoded) this.oddities.control++;
    this.size = 0;
    this.begun = this.nul = false;
    const characters = text.length > MAX_CHARACTERS ? Array.from(text) : [];
    if (!overlong && characters.length <= MAX_CHARACTERS) return text;
    this.oddities.cut++;
    return (characters.length ? characters.slice(0, MAX_CHARACTERS).join('') : text) + CUT_MARK;
  }

  /**
   * @param {Uint8Array} bytes
   * @param {boolean} stream whether a character that the cut went through is dropped; anywhere else it is an error
   */
  decode(bytes, stream) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
    } catch {
      this.oddities.invalid++;
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream });
    }
  }
}

/** A file that cannot be read as a log, or not to its end, with the reason in words. */
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
 * Read a file as a log, plain or gzip, UTF-8 or UTF-16. Yields lines as they come, with how many bytes of the file
 * were read. Throws UnreadableLog, after the last good line.
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
      isText ||= judge(file.name, chunk);
      for (let at = 0; at < chunk.length; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE);
        if (isPlain) bytes += piece.length;
        yield { lines: reader.feed(piece), bytes };
      }
    }
  } catch (error) {
    if (error instanceof UnreadableLog) throw error;
    yield { lines: reader.finish(), bytes };
    throw await troubleOf(file, error);
  }
  if (!isText) throw new UnreadableLog(`${file.name} is empty, or holds nothing but NUL bytes.`);
  yield { lines: reader.finish(), bytes: file.size };
}

/**
 * The bytes of a file as UTF-8, and whether they are the file's own.
 * @param {File} file
 * @param {(bytes: number) => void} onRead told how much of a file was read whose bytes are others
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
    throw await troubleOf(file, error);
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
    // What stopped the reading, if anything did, is already on its way to the caller.
    reader.cancel().catch(() => undefined);
  }
}

/**
 * Whether there is text in a chunk. NULs alone say nothing: a log that was emptied under its writer begins with many.
 * Throws UnreadableLog where it is something else.
 * @param {string} name
 * @param {Uint8Array} chunk
 */
function judge(name, chunk) {
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
async function troubleOf(file, error) {
  if (error instanceof TypeError) {
    const why = 'The archive is damaged, cut short, or several joined in one.';
    return new UnreadableLog(`${file.name} cannot be unpacked to its end. ${why}`);
  }
  const why = error instanceof Error ? ` (${error.message})` : '';
  return new UnreadableLog(`${file.name} cannot be read: it was changed, moved or is locked${why}.`);
}

if (typeof module !== 'undefined') Object.assign(module.exports, { LineReader });
