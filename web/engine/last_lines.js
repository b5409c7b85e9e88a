// The last lines of a log, as the context of a prediction.

const LONGEST_CONTEXT = 64 * 1024; // characters, or bytes of a file: further than any model sees
const LINES_KEPT = 200;

/**
 * The lines of a text, read like those of a file.
 * @param {string} text
 * @param {Reading} [reading]
 */
function cleanLines(text, reading = RAW) {
  const reader = new LogReader(reading);
  return [...reader.feed(new TextEncoder().encode(text)), ...reader.finish()];
}

/**
 * The last lines of a file. Throws UnreadableLog.
 * @param {File} file
 * @param {(head: Uint8Array) => Reading} [choose]
 */
async function lastLines(file, choose = () => RAW) {
  const head = await firstBytes(file);
  const isPlain = head[0] !== 0x1f && head[0] < 0xfe;
  const isCut = isPlain && file.size > LONGEST_CONTEXT;
  const part = isCut ? new File([file.slice(-LONGEST_CONTEXT)], file.name) : file;
  /** @type {string[]} */
  let lines = [];
  let isFirst = isCut;
  for await (const read of logLines(part, (begun) => new LogReader(choose(begun), begun))) {
    if (isFirst && read.lines.length) read.lines.shift();
    isFirst &&= !read.lines.length;
    lines = lines.concat(read.lines).slice(-LINES_KEPT);
  }
  return lines;
}
