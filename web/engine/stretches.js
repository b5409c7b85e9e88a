// The stretches of a log, each with how strange its strangest line is. There are never more than MOST_STRETCHES.

const MOST_STRETCHES = 480; // an even number: stretches are joined in pairs when there are more

/**
 * A stretch of the log.
 * @typedef {object} Stretch
 * @property {number} first number of a line
 * @property {number} last
 * @property {number} count of its lines
 * @property {number} line number of its strangest line; 0 where all are called normal
 * @property {number} strangeness of that line
 * @property {Finding | undefined} worst the strangest finding that stands out, if one of its lines is here
 */

class Stretches {
  constructor() {
    /** @type {Stretch[]} */
    this.all = [];
    this.size = 1; // lines of each
  }

  /**
   * @param {number} number of the next line
   * @param {number} strangeness 0 where it is called normal
   */
  add(number, strangeness) {
    let last = this.all[this.all.length - 1];
    if (!last || last.count === this.size) {
      if (this.all.length === MOST_STRETCHES) this.halve();
      last = { first: number, last: number, count: 0, line: 0, strangeness: 0, worst: undefined };
      this.all.push(last);
    }
    last.last = number;
    last.count++;
    if (strangeness > last.strangeness) [last.line, last.strangeness] = [number, strangeness];
  }

  /** Join them in pairs. */
  halve() {
    this.size *= 2;
    const joined = [];
    for (let i = 0; i < this.all.length; i += 2) {
      const [one, other] = [this.all[i], this.all[i + 1]];
      const strangest = other.strangeness > one.strangeness ? other : one;
      joined.push({ ...strangest, first: one.first, last: other.last, count: one.count + other.count });
    }
    this.all = joined;
  }

  /**
   * The stretches, with what stands out in them.
   * @param {Finding[]} findings strangest first
   */
  with(findings) {
    const stretches = this.all.map((stretch) => ({ ...stretch }));
    for (const finding of findings) {
      let i = 0;
      if (!finding.lines.length) continue; // of lines that did not come
      for (const line of [finding.line, ...finding.lines]) {
        if (line < stretches[i].first) i = 0;
        while (i < stretches.length - 1 && stretches[i].last < line) i++;
        const stretch = stretches[i];
        if (stretch.worst || line < stretch.first || line > stretch.last) continue;
        Object.assign(stretch, { worst: finding, line, strangeness: finding.strangeness });
      }
    }
    return stretches;
  }
}
