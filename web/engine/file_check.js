// One check of a file, from its first byte to its findings. Lines are read in blocks, the blocks are judged side by side,
// and taken in the order of the log. Only a few blocks are in memory at any time.

const BLOCK_CHARACTERS = 24_000;
const SURPRISE_ALONE = { surprise: { lines: 1, scores: [], scale: SCALE_OF_BITS } };

/**
 * @typedef {object} FileCheckSettings
 * @property {File[]} good logs that were fine: they are all that is known then
 * @property {string[]} normal rules: templates of lines that are not to be listed
 * @property {Profile | undefined} profile of the model; without one lines are ranked by its surprise, and none stands out
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

/** @typedef {{ lines: string[], numbers: number[], parts: JudgedLines[], taken: number, done: boolean }} Block */

let sessions = 0;

class FileCheck {
  /**
   * @param {JobRunner} workers
   * @param {File} file
   * @param {FileCheckSettings} settings
   */
  constructor(workers, file, settings) {
    this.workers = workers;
    this.file = file;
    this.settings = settings;
    this.rules = new NormalRules(settings.normal);
    /** @type {LogCheck | undefined} */
    this.check = undefined;
    this.found = new Findings();
    /** @type {LogReader | undefined} */
    this.reader = undefined;
    this.stopper = new AbortController();
    this.bytesOfGood = 0; // read
    this.bytes = 0;
    this.charactersRead = 0;
    this.characters = 0; // of lines that were judged, their newlines included
    this.bits = 0; // that they cost the model
    /** @type {Block[]} */
    this.blocks = []; // blocks that are not all taken yet, in the order of the log
    /** @type {string[]} */
    this.tail = []; // the last lines that were read, as far back as the model can see
  }

  stop() {
    this.stopper.abort();
  }

  get stopped() {
    return this.stopper.signal.aborted;
  }

  /** Whether it still reads the logs that were fine. */
  get isLearning() {
    return !this.check;
  }

  /** What was found up to now. */
  get findings() {
    if (this.check && this.check.lines !== this.found.lines) this.found = this.check.findings();
    return this.found;
  }

  /** The share of the files that is read and judged. */
  get progress() {
    const size = this.settings.good.reduce((sum, file) => sum + file.size, this.file.size);
    const judged = this.charactersRead ? (this.bytes * this.characters) / this.charactersRead : 0;
    return size ? (this.bytesOfGood + judged) / size : 0;
  }

  /**
   * Resolves when everything is checked, or after a stop. Throws UnreadableLog after checking what could be read.
   * @param {() => void} onNews called whenever there is more to show
   */
  async run(onNews) {
    if (this.settings.good.length) this.check = await this.compared(onNews);
    else this.check = new LogCheck(this.settings.profile ?? surpriseAlone(), this.rules);
    if (this.stopped) return;
    const width = await this.workers.width();
    /** @type {Set<Promise<void>>} */
    const underWay = new Set();
    try {
      for await (const block of this.readBlocks()) {
        const job = this.judge(block, onNews);
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
   * A check by what the logs that were fine know. They are learned in one worker.
   * @param {() => void} onNews
   */
  async compared(onNews) {
    const teacher = this.workers.idlest();
    const session = ++sessions;
    const { signal } = this.stopper;
    let profile = new Profile();
    /** @type {ExpectedLines | undefined} */
    let expected;
    for (const file of this.settings.good) {
      let begins = true;
      let before = 0;
      const choose = (/** @type {Uint8Array} */ head) => new LogReader(this.settings.choose(head), head);
      for await (const { lines, bytes } of logLines(file, choose)) {
        if (this.stopped) return undefined;
        await teacher.run('goodLines', { session, lines, begins }, () => undefined, signal);
        begins &&= !lines.length;
        this.bytesOfGood += bytes - before;
        before = bytes;
        onNews();
      }
      if (begins) throw new UnreadableLog(`${file.name} has no lines: nothing can be compared with it.`);
    }
    const take = (/** @type {Lesson} */ lesson) => {
      profile = Profile.of(lesson.profile);
      expected = lesson.expected;
    };
    await teacher.run('lesson', { session }, take, signal);
    return new LogCheck(profile, this.rules, expected);
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
   * @param {{ lines: string[], numbers: number[], before: string[] }} block
   * @param {() => void} onNews
   */
  async judge({ lines, numbers, before }, onNews) {
    /** @type {Block} */
    const block = { lines, numbers, parts: [], taken: 0, done: false };
    this.blocks.push(block);
    const places = this.check?.profile.places;
    const request = { lines, before, places, isScored: !this.settings.good.length };
    /** @param {JudgedLines} part */
    const take = (part) => {
      block.parts.push(part);
      this.takeParts();
      onNews();
    };
    await this.workers.run('scores', request, take, this.stopper.signal);
    block.done = true;
    this.takeParts();
  }

  /** Take the lines that have come, in the order of the log. */
  takeParts() {
    for (let block = this.blocks[0]; block; block = this.blocks[0]) {
      for (const part of block.parts.splice(0)) {
        for (const [i, judged] of judgementsIn(part).entries()) {
          const at = block.taken + i;
          this.characters += judged.figures.characters;
          this.bits += judged.figures.bits ?? 0;
          this.check?.add(block.numbers[at], block.lines[at], judged.figures, judged);
        }
        block.taken += part.keyOf.length;
      }
      if (!block.done || this.stopped) return;
      this.blocks.shift();
    }
  }
}

/** The profile of a model that brings none: by surprise alone, nothing stands out. */
function surpriseAlone() {
  return Profile.of({ tails: SURPRISE_ALONE, standOut: Infinity });
}
