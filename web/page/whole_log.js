// The lines of a log as they stand in its file, kept to be looked at. At most MOST_KEPT characters are kept, whatever the
// file's size.

const MOST_KEPT = 64 * 1024 * 1024; // characters
const COST_OF_LINE = 16; // characters' worth of memory that each line costs besides

class WholeLog {
  /** @param {File} file */
  constructor(file) {
    this.file = file;
    /** @type {string[]} */
    this.lines = [];
    this.room = MOST_KEPT;
    this.isCut = false; // whether the file goes on behind the kept lines
    this.isBegun = false;
    this.isStopped = false;
  }

  stop() {
    this.isStopped = true;
  }

  /**
   * Read the file, until it ends or there is no room. What makes a file unreadable is told by its check, not here.
   * @param {Reading} reading
   * @param {() => void} onNews called after each piece, and at the end
   */
  async read(reading, onNews) {
    this.isBegun = true;
    const choose = (/** @type {Uint8Array} */ head) => new LogReader(reading, head);
    try {
      for await (const { lines } of logLines(this.file, choose)) {
        if (this.isStopped) return;
        this.keep(lines);
        onNews();
        if (this.isCut) return;
        await nextTurn();
      }
    } catch (error) {
      if (!(error instanceof UnreadableLog)) throw error;
    }
  }

  /** @param {string[]} lines */
  keep(lines) {
    for (const line of lines) {
      this.room -= line.length + COST_OF_LINE;
      if (this.room < 0) {
        this.isCut = true;
        return;
      }
      this.lines.push(line);
    }
  }
}
