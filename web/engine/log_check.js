// One check of a log: its lines in order, and what stands out among them. See service/checking/log_check.py.
//
// A line is as strange as the rarest of what is seen in it: its words and characters, its numbers, how often such lines
// come, and its time. Lines of one template that are strange for the same reason are one finding.

const LINES_AROUND = 3;
const MOST_GROUPS = 2000; // kinds of lines at a time
const ALIKE = 0.7; // of the words of two lines of one kind
const SHARE_COVERED = 0.5; // of the lines of a burst; from here on it is no finding beside those that hold them

/**
 * A line that was judged, with what the model says of it.
 * @typedef {Judgement & { number: number, text: string, figures: Record<string, number> }} JudgedLine
 */

/** When a gram came, as far as the windows reach. */
class Arrivals {
  constructor() {
    /** @type {number[]} */
    this.indexes = [];
    this.tick = -1;
    this.index = -1;
    this.number = 1;
    this.text = '';
    this.template = '';
  }

  /**
   * @param {number} index
   * @param {number} reach lines
   */
  add(index, reach) {
    if (!reach) return;
    this.indexes.push(index);
    // What left the windows is dropped now and then: that is cheaper than each time.
    if (this.indexes[0] <= index - 2 * reach) this.indexes = this.indexes.slice(-this.since(index - reach));
  }

  /**
   * How many are above an index, of which most are.
   * @param {number} index
   */
  since(index) {
    let [low, high] = [0, this.indexes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.indexes[middle] > index) high = middle;
      else low = middle + 1;
    }
    return this.indexes.length - low;
  }
}

/** Lines come in order, and findings go out. */
class LogCheck {
  /**
   * @param {Profile} profile
   * @param {NormalRules} [rules]
   * @param {ExpectedLines} [expected] lines that are to come, as they did in good logs
   */
  constructor(profile, rules = new NormalRules([]), expected = undefined) {
    this.profile = profile;
    this.rules = rules;
    this.expected = expected;
    this.judge = new Judge(profile);
    this.lines = 0;
    this.normal = 0;
    this.strangeness = 0; // of the newest line by itself: one in so many normal lines; 0 where it is called normal
    /** @type {Map<string, Finding>} */
    this.groups = new Map();
    this.followers = new Followers(profile);
    this.stretches = new Stretches();
    this.arrivals = new Map(Array.from(profile.rates.keys(), (gram) => [gram, new Arrivals()]));
    this.reach = profile.windows[profile.windows.length - 1] ?? 0;
    /** @type {string[]} */
    this.before = [];
    /** @type {Finding[]} */
    this.waiting = []; // for the lines after them
    /** @type {Moment | undefined} */
    this.last = undefined;
    this.tick = profile.timed ? -1 : 0;
    this.numbers = new Int32Array(Math.max(LINES_AROUND + 1, this.reach)); // of the last lines, by their index
    /** @type {Set<string>} */
    this.seen = new Set(); // of the expected lines
    /** @type {Map<number, string> | undefined} */
    this.examples = undefined; // of expected lines, by gram
    this.forgotten = 0; // lines of groups that stand out
  }

  /**
   * The next line.
   * @param {number} number in the file
   * @param {string} text
   * @param {Record<string, number>} [figures] what the model says; `surprise`: bits of its worst characters
   * @param {Judgement} [judgement]
   */
  add(number, text, figures = {}, judgement = this.judge.judge(text)) {
    const line = { ...judgement, number, text, figures };
    const facts = this.judge.facts(line.key);
    const index = this.lines++;
    this.numbers[index % this.numbers.length] = number;
    const shown = firstCharacters(text, KEPT_AROUND);
    for (const { after, around } of this.waiting) {
      after.push(shown);
      around.push(number);
    }
    this.waiting = this.waiting.filter(({ after }) => after.length < LINES_AROUND);
    this.followers.add(line.key, facts.sequence);
    if (this.expected?.always.has(line.key)) this.seen.add(line.key);
    const isNormal = this.rules.cover(line.template);
    this.strangeness = isNormal ? 0 : 1;
    if (isNormal) this.normal++;
    else {
      this.addByItself(line, facts);
      this.addByValue(line);
      this.addByClock(line);
    }
    this.advance(line.moment);
    this.addByArrivals(index, line, facts, isNormal);
    this.stretches.add(number, this.strangeness);
    this.before = [...this.before.slice(-LINES_AROUND + 1), shown];
    if (this.groups.size > MOST_GROUPS) this.forget();
  }

  /**
   * @param {JudgedLine} line
   * @param {SequenceFacts} facts
   */
  addByItself(line, facts) {
    const words = this.profile.oneIn('words', facts.score);
    const { surprise } = line.figures;
    // As precise as a tail: then the float64 of a page and the float32 of a command are equally strange.
    const characters = surprise === undefined ? 1 : this.profile.oneIn('surprise', roundedScore(surprise));
    const strangeness = (this.strangeness = Math.max(words, characters));
    const key = `line ${facts.unseen || line.template}`;
    const group = this.groups.get(key);
    if (group && group.strangeness >= strangeness) {
      group.add(line.number);
      return;
    }
    const isOfWords = words >= Math.min(characters, this.profile.standOut); // which say more than characters
    const finding = this.found(isOfWords && facts.unseen ? 'new' : 'rare', key, line, strangeness);
    finding.why = isOfWords ? this.whyWords(line.text, facts) : 'its characters are unusual';
    finding.words = shadedWords(wordsOf(line.text), facts.bits).filter(
      ({ end }) => end <= finding.text.length,
    );
    this.keep(finding);
  }

  /**
   * What is said of the word that costs most.
   * @param {string} text
   * @param {SequenceFacts} facts
   */
  whyWords(text, { bits, sequence }) {
    const names = wordsOf(text).map(({ begin, end }) => quotedWords(text.slice(begin, end)));
    if (!names.length) return 'it has no words';
    const at = bits.reduce((best, cost, i) => (cost.bits > bits[best].bits ? i : best), 0);
    const { seen } = bits[at];
    const isEnd = at === names.length;
    const expected = this.followers.likeliest(sequence, at);
    if (expected && !at) return `${names[0]} where most lines begin with ${quotedWords(expected)}`;
    if (expected)
      return `${isEnd ? 'the line ends' : names[at]} where most such lines have ${quotedWords(expected)}`;
    if (isEnd) return `${seen ? 'few lines end' : 'no known line ends'} after ${names[at - 1]}`;
    if (!this.profile.knows(sequence[at])) return `${names[at]} is not known`;
    if (!at) return `${seen ? 'few lines begin' : 'no known line begins'} with ${names[0]}`;
    return `${names[at]} is ${seen ? 'rare' : 'not known'} after ${names[at - 1]}`;
  }

  /** @param {JudgedLine} line */
  addByValue(line) {
    if (!line.value) return;
    const strangeness = this.profile.oneIn('values', line.value);
    this.strangeness = Math.max(this.strangeness, strangeness);
    if (strangeness < this.profile.standOut) return;
    const word = this.judge.judge(line.text).strangest;
    if (!word) return;
    const { begin, end, place } = word;
    const finding = this.found('value', `value ${place}`, line, strangeness);
    finding.why = this.profile.describeValue(place, line.text.slice(begin, end));
    if (end <= finding.text.length) finding.words = [{ begin, end, weight: 1 }];
    this.keep(finding);
  }

  /** @param {JudgedLine} line */
  addByClock(line) {
    if (!this.profile.timed || !line.moment || !this.last) return;
    const step = secondsBetween(this.last, line.moment);
    const usual = step > 0 ? this.profile.longestPause : this.profile.farthestBack;
    const strangeness = this.profile.oneIn('clock', pauseScore(Math.abs(step), usual));
    this.strangeness = Math.max(this.strangeness, strangeness);
    if (strangeness < this.profile.standOut) return;
    const finding = this.found('value', `clock ${line.template}`, line, strangeness);
    const most = `; at most ${describeSeconds(usual)} was usual`;
    finding.why =
      step > 0
        ? `comes ${describeSeconds(step)} after the line before${most}`
        : `the clock goes back by ${describeSeconds(-step)}${usual ? most : '; it never did before'}`;
    this.keep(finding);
  }

  /**
   * Move on by a line: by the seconds that passed, where lines have times; pauses count up to the longest.
   * @param {Moment | undefined} now
   */
  advance(now) {
    const { timed, longestPause } = this.profile;
    if (!timed) this.tick = this.lines - 1;
    else if (now) {
      const step = this.last ? secondsBetween(this.last, now) : 0;
      this.tick = Math.max(0, this.tick) + Math.min(Math.max(step, 0), longestPause);
      this.last = now;
    }
  }

  /**
   * @param {number} index
   * @param {JudgedLine} line
   * @param {SequenceFacts} facts
   * @param {boolean} isNormal
   */
  addByArrivals(index, line, { pairs }, isNormal) {
    const { windows, lines, rates, standOut } = this.profile;
    let best;
    for (const gram of pairs) {
      const arrivals = /** @type {Arrivals} */ (this.arrivals.get(gram));
      const { most } = /** @type {Rate} */ (rates.get(gram));
      this.noteMissed(this.groups, gram, this.tick, line);
      arrivals.add(index, this.reach);
      const { number, text, template } = line;
      Object.assign(arrivals, { tick: this.tick, index, number, text, template });
      for (let i = 0; i < windows.length; i++) {
        const count = arrivals.since(index - windows[i]);
        if (count <= most[i]) continue;
        const strangeness = this.profile.oneIn('more', moreScore(count, most[i], windows[i], lines));
        if (strangeness >= standOut && (!best || strangeness > best.strangeness))
          best = { strangeness, gram, count, width: windows[i], most: most[i] };
      }
    }
    if (!best || isNormal) return;
    this.strangeness = Math.max(this.strangeness, best.strangeness);
    const key = `more ${best.gram}`;
    const isKnown = this.groups.has(key);
    const finding = this.found('more', key, line, best.strangeness);
    const among = formatCount(Math.min(best.width, index + 1));
    finding.why = `${formatCount(best.count)} such lines within ${among} lines, where at most ${formatCount(best.most)} came before`;
    const group = this.keep(finding);
    if (isKnown) return;
    // The burst began before it was one.
    const { indexes } = /** @type {Arrivals} */ (this.arrivals.get(best.gram));
    for (const earlier of indexes.slice(-best.count, -1))
      group.add(this.numbers[earlier % this.numbers.length]);
    group.lines.sort((a, b) => a - b);
  }

  /**
   * Tell of something regular that stayed away too long, up to a tick at which it arrives or the log ends.
   * @param {Map<string, Finding>} groups
   * @param {number} gram
   * @param {number} tick
   * @param {JudgedLine} [arrived]
   */
  noteMissed(groups, gram, tick, arrived) {
    const { rates, duration, timed, standOut, logs } = this.profile;
    const rate = /** @type {Rate} */ (rates.get(gram));
    const arrivals = /** @type {Arrivals} */ (this.arrivals.get(gram));
    const share = rate.count / duration;
    const gap = tick - arrivals.tick;
    if (gap <= rate.gap || rate.count < FEWEST_TO_MISS || rate.gap * share > REGULAR) return;
    const isFirst = arrivals.index < 0;
    const strangeness = this.profile.oneIn('fewer', fewerScore(gap, rate.gap, share));
    if (strangeness < standOut || (isFirst && logs > 1)) return;
    const isHere = !isFirst || Boolean(arrived);
    const { number, text, template } = isHere ? (isFirst && arrived) || arrivals : this.example(gram);
    const key = `fewer ${arrivals.index} ${number}`;
    const group = groups.get(key);
    if (this.rules.cover(template) || (group && group.strangeness >= strangeness)) return;
    const [away, usual] = [gap, rate.gap].map((ticks) =>
      timed ? describeSeconds(ticks) : formatQuantity(ticks, 'line'),
    );
    const finding = new Finding('fewer', key, number, text, strangeness);
    if (!isFirst) finding.why = `such lines stay away for ${away} from here on; at most ${usual} was usual`;
    else if (arrived)
      finding.why = `the first such line comes only after ${away}; at most ${usual} was usual`;
    else if (text) finding.why = `such a line came at least every ${usual}, and does not come in ${away}`;
    else finding.why = `a kind of line that came at least every ${usual} does not come in ${away}`;
    finding.template = template;
    finding.span = [arrivals.index, this.lines];
    if (isHere) finding.add(number);
    else finding.around = [];
    groups.set(key, finding);
  }

  /**
   * A line of a good log with what does not come; an empty one where none is known.
   * @param {number} gram
   */
  example(gram) {
    this.examples ??= linesOfGrams(this.expected, this.judge);
    const text = this.examples.get(gram) ?? '';
    return { number: 1, text, template: templateOf(text, wordsOf(text)) };
  }

  /**
   * @param {Kind} kind
   * @param {string} key
   * @param {JudgedLine} line
   * @param {number} strangeness
   */
  found(kind, key, line, strangeness) {
    const finding = new Finding(kind, key, line.number, line.text, strangeness);
    finding.template = line.template;
    finding.before = this.before;
    const earlier = this.before.map((_, i) => this.lines - 1 - this.before.length + i);
    finding.around = [...earlier.map((index) => this.numbers[index % this.numbers.length]), line.number];
    finding.sequence = this.judge.facts(line.key).sequence;
    finding.figures = line.figures;
    return finding;
  }

  /**
   * Add a line to its group, and return the group; the strangest line stands for it.
   * @param {Finding} finding
   */
  keep(finding) {
    let group = this.groups.get(finding.key);
    if (!group || finding.strangeness > group.strangeness) {
      this.waiting.push(finding);
      if (group) [finding.lines, finding.count] = [group.lines, group.count];
      this.groups.set(finding.key, finding);
      group = finding;
    }
    group.add(finding.line);
    return group;
  }

  /** Keep the strangest half of the groups, and how many lines of the others stand out. */
  forget() {
    const strangest = Array.from(this.groups).sort(([, a], [, b]) => b.strangeness - a.strangeness);
    this.groups = new Map(strangest.slice(0, MOST_GROUPS / 2));
    for (const [, group] of strangest.slice(MOST_GROUPS / 2))
      if (group.strangeness >= this.profile.standOut) this.forgotten += group.count;
  }

  /** What was found up to now, as if the log ended here. */
  findings() {
    const { standOut } = this.profile;
    const findings = new Findings();
    const { standing, familiar } = findings;
    /** @type {Set<number>} */
    const covered = new Set();
    let beyond = this.forgotten; // lines that stand out, whose numbers are not kept
    /** @type {number[][]} */
    const absences = [];
    for (const finding of this.ordered()) {
      const { kind, lines } = finding;
      const isOfLine = kind === 'new' || kind === 'rare';
      const isAbsence = kind === 'fewer' && lines.length > 0;
      if (finding.strangeness < standOut) {
        if (covered.has(finding.line)) continue;
        const kin = isOfLine ? familiar.find((other) => areAlike(other, finding)) : undefined;
        if (kin) kin.join(finding);
        else if (familiar.length < MOST_FAMILIAR) familiar.push(finding.copy());
        continue;
      }
      if (kind === 'more' && shareOf(lines, covered) >= SHARE_COVERED) continue;
      if (isAbsence && overlap(finding.span, absences) >= SHARE_COVERED) continue;
      const kin = isOfLine ? standing.find((other) => areAlike(other, finding)) : undefined;
      if (kin) {
        kin.join(finding);
      } else if (standing.length < MOST_FINDINGS) {
        standing.push(Object.assign(finding.copy(), { standsOut: true }));
      }
      if (isAbsence) absences.push(finding.span);
      for (const line of lines) covered.add(line);
      if (lines.length) beyond += finding.count - lines.length;
    }
    const lineCount = Math.min(covered.size + beyond, this.lines - this.normal);
    findings.standing = byEpisode(standing);
    findings.familiar = byEpisode(familiar);
    const stretches = this.stretches.with(findings.standing);
    const { lines, normal } = this;
    return Object.assign(findings, { lines, normal, standOut: lineCount, stretches });
  }

  /** All groups, and what has not come up to now, strangest first. */
  ordered() {
    const groups = new Map(this.groups);
    for (const gram of this.arrivals.keys()) this.noteMissed(groups, gram, this.tick + 1);
    const missing = this.expected ? missingLines(this.expected, this.seen) : [];
    const wanted = missing.filter(({ template }) => !this.rules.cover(template));
    return strangestFirst([...groups.values(), ...wanted]);
  }
}

/**
 * Whether two findings are of one kind: most of their words are the same, in the same places.
 * @param {Finding} one
 * @param {Finding} other
 */
function areAlike(one, other) {
  const { length } = one.sequence;
  if (!['new', 'rare'].includes(one.kind) || length !== other.sequence.length) return false;
  let same = 0;
  for (let i = 0; i < length; i++) if (one.sequence[i] === other.sequence[i]) same++;
  return same >= 3 && same >= ALIKE * length;
}

/**
 * The largest share of a span of lines that another span covers.
 * @param {number[]} span
 * @param {number[][]} others
 */
function overlap([begin, end], others) {
  const shared = others.map((other) => Math.min(end, other[1]) - Math.max(begin, other[0]));
  return (shared.length ? Math.max(...shared) : 0) / (end - begin);
}

/**
 * @param {number[]} lines
 * @param {Set<number>} covered
 */
function shareOf(lines, covered) {
  return lines.filter((line) => covered.has(line)).length / lines.length;
}
