// One check of a log, from its first byte to its findings. Lines are read in blocks, the blocks are scored side by side,
// and their scores are taken in the order of the log. Only a few blocks are in memory at any time.

const BLOCK_CHARACTERS = 24_000;

/**
 * @typedef {object} KeptLinesSettings
 * @property {boolean} learns from the log as it is read
 * @property {string[]} ignored patterns of lines that are not to be listed
 * @property {(head: Uint8Array) => Reading} choose how a log that begins with these bytes is read
 */

/**
 * What runs jobs: the page's workers.
 * @typedef {object} JobRunner
 * @property {Model} model
 * @property {() => Promise<number>} width how many jobs are worth giving at a time
 * @property {() => Pick<JobRunner, 'run'>} idlest what runs each job that it is given after the one before
 * @property {(job: JobName, request: any, take: (part: any) => void, signal: AbortSignal) => Promise<void>} run
 */

/** @typedef {{ lines: string[], numbers: number[], parts: ScoredLines[], taken: number, done: boolean }} Block */

let sessions = 0;

class KeptLinesCheck {
  /**
   * @param {JobRunner} workers
   * @param {File} file
   * @param {KeptLinesSettings} settings
   */
  constructor(workers, file, settings) {
    this.workers = workers;
    this.file = file;
    this.settings = settings;
    this.kept = new KeptLines();
    /** @type {LogReader | undefined} */
    this.reader = undefined;
    this.stopper = new AbortController();
    this.bytes = 0; // read
    this.charactersRead = 0;
    /** @type {Block[]} */
    this.blocks = []; // blocks whose scores are not all taken yet, in the order of the log
    /** @type {string[]} */
    this.tail = []; // the last lines that were read, as far back as the model can see
  }

  stop() {
    this.stopper.abort();
  }

  get stopped() {
    return this.stopper.signal.aborted;
  }

  /** The share of the file that is checked. */
  get progress() {
    return this.charactersRead
      ? ((this.bytes / this.file.size) * this.kept.characters) / this.charactersRead
      : 0;
  }

  /**
   * Resolves when everything is checked, or after a stop. Throws UnreadableLog after checking what could be read.
   * @param {() => void} onNews called whenever there is more to show
   */
  async run(onNews) {
    // A learner needs all lines in order, in one worker: a session. Otherwise any worker can take any block.
    const session = this.settings.learns ? ++sessions : 0;
    const width = session ? 1 : await this.workers.width();
    const scorer = session ? this.workers.idlest() : this.workers;
    /** @type {Set<Promise<void>>} */
    const underWay = new Set();
    try {
      for await (const { lines, numbers, before } of this.readBlocks()) {
        const job = this.score(scorer, { lines, numbers, before: session ? [] : before, session }, onNews);
        underWay.add(job);
        job.finally(() => underWay.delete(job)).catch(() => undefined);
        if (underWay.size >= width) await Promise.race(underWay);
        if (this.stopped) return;
      }
    } finally {
      await Promise.all(underWay);
    }
  }

  /**
   * The lines of the file in blocks, each with the lines before it that the model can see.
   * @returns {AsyncGenerator<{ lines: string[], numbers: number[], before: string[] }, void, void>}
   */
  async *readBlocks() {
    /** @type {string[]} */
    let lines = [];
    /** @type {number[]} */
    let numbers = [];
    let characters = 0;
    let problem;
    /** @param {Uint8Array} head */
    const choose = (head) => (this.reader = new LogReader(this.settings.choose(head), head));
    try {
      for await (const read of logLines(this.file, choose)) {
        if (this.stopped) return;
        this.bytes = read.bytes;
        this.charactersRead += read.lines.reduce((sum, line) => sum + line.length + 1, 0);
        for (const [i, line] of read.lines.entries()) {
          lines.push(line);
          numbers.push(read.numbers[i]);
          characters += line.length + 1;
          if (characters < BLOCK_CHARACTERS) continue;
          yield this.block(lines, numbers);
          [lines, numbers, characters] = [[], [], 0];
        }
      }
    } catch (error) {
      problem = error;
    }
    if (lines.length) yield this.block(lines, numbers);
    if (problem) throw problem;
  }

  /**
   * @param {string[]} lines
   * @param {number[]} numbers
   */
  block(lines, numbers) {
    const before = this.tail;
    this.tail = visibleTail(this.workers.model.config, [...before, ...lines]);
    return { lines, numbers, before };
  }

  /**
   * @param {Pick<JobRunner, 'run'>} scorer
   * @param {{ lines: string[], numbers: number[], before: string[], session: number }} block
   * @param {() => void} onNews
   */
  async score(scorer, { lines, numbers, before, session }, onNews) {
    /** @type {Block} */
    const block = { lines, numbers, parts: [], taken: 0, done: false };
    this.blocks.push(block);
    const { learns, ignored } = this.settings;
    const request = { lines, before, ignored, session, learns };
    /** @param {ScoredLines} part */
    const take = (part) => {
      block.parts.push(part);
      this.takeParts();
      onNews();
    };
    await scorer.run('scores', request, take, this.stopper.signal);
    block.done = true;
    this.takeParts();
  }

  /** Take the scores that have come, in the order of the log. */
  takeParts() {
    for (let block = this.blocks[0]; block; block = this.blocks[0]) {
      for (const part of block.parts.splice(0)) {
        const end = block.taken + part.keys.length;
        this.kept.take(block.lines.slice(block.taken, end), block.numbers.slice(block.taken, end), part);
        block.taken = end;
      }
      if (!block.done || this.stopped) return;
      this.blocks.shift();
    }
  }
}
