// The last lines of a log, as the context of a prediction.

const LONGEST_CONTEXT = 64 * 1024; // characters, or bytes of a file: further than any model sees
const LINES_KEPT = 200;

/**
 * The lines of a text, cleaned like the lines of a file.
 * @param {string} text
 */
function cleanLines(text) {
  const reader = new LineReader();
  return [...reader.feed(new TextEncoder().encode(text)), ...reader.finish()];
}

/**
 * The last lines of a file. Throws UnreadableLog.
 * @param {File} file
 */
async function lastLines(file) {
  const head = await firstBytes(file);
  const isPlain = head[0] !== 0x1f && head[0] < 0xfe;
  const isCut = isPlain && file.size > LONGEST_CONTEXT;
  const part = isCut ? new File([file.slice(-LONGEST_CONTEXT)], file.name) : file;
  /** @type {string[]} */
  let lines = [];
  let isFirst = isCut;
  for await (const read of logLines(part, new LineReader())) {
    if (isFirst && read.lines.length) read.lines.shift();
    isFirst &&= !read.lines.length;
    lines = lines.concat(read.lines).slice(-LINES_KEPT);
  }
  return lines;
}
