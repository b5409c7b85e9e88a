// The view that checks a log: what stands out in it, the strip over it, and the whole log beside. Results appear while the
// check runs, and stay when it is stopped.

const ROWS_SHOWN = 40; // at first, and as many more each time
const REFRESH = 250; // milliseconds between two drawings of the results so far, at least
const REFRESH_SHARE = 0.025; // of the time since the check began: drawing takes that time from a long check's workers
const STRANGE_EXAMPLE = 'ERROR: disk 2 is failing, 24 sectors lost';

/**
 * @param {Workers} workers
 * @param {WeightsFile} file
 * @param {string[]} madeUp lines that the model made up, for a card without an example
 * @param {ModelChoice} [choice] in a page of several models
 * @returns {View & { check: (file: File) => void }} `check` asks no other model
 */
function startCheck(workers, { card, profile }, madeUp, choice) {
  const view = new CheckView(workers, card, profile, choice);
  const told = card.example ?? [];
  const example = told.length ? [...told, ''].join('\n') : exampleLog(madeUp);
  let begun = false;
  return {
    title: 'Check',
    drop: 'Drop it: the page looks for what is strange in it',
    open: (dropped) => view.open(dropped),
    check: (file) => view.show(file),
    compare: (dropped) => view.compare(dropped),
    show() {
      if (!begun && !view.file && example) view.show(new File([example], 'An example'), !told.length);
      begun = true;
    },
  };
}

/**
 * Made-up lines, with one strange line added.
 * @param {string[]} madeUp
 */
function exampleLog(madeUp) {
  if (!madeUp.length) return '';
  const at = Math.ceil((2 * madeUp.length) / 3);
  return [...madeUp.slice(0, at), STRANGE_EXAMPLE, ...madeUp.slice(at), ''].join('\n');
}

class CheckView {
  /**
   * @param {Workers} workers
   * @param {Card} card
   * @param {Profile | undefined} profile
   * @param {ModelChoice} [choice]
   */
  constructor(workers, card, profile, choice) {
    this.workers = workers;
    this.choice = choice;
    this.profile = profile;
    /** @type {File | undefined} */
    this.file = undefined;
    this.isExample = false;
    /** @type {File[]} */
    this.good = []; // logs that were fine
    /** @type {FileCheck | undefined} */
    this.run = undefined;
    /** @type {WholeLog | undefined} */
    this.log = undefined;
    /** @type {string[]} */
    this.known = []; // rules that the check was begun with
    this.bar = new LogBar((file) => {
      this.good = this.good.filter((other) => other !== file);
      this.check();
    });
    this.kinds = new KindFilter(() => this.draw());
    this.began = 0;
    this.drawn = 0;
    this.rows = ROWS_SHOWN;
    this.readings = new ReadingMenu(byId('reading', HTMLSelectElement), workers.model, card);
    this.rules = new RulesList(rulesOf(card), () => this.applyRules());
    const actions = {
      choose: (/** @type {Finding} */ finding) => this.choose(finding),
      callNormal: (/** @type {Finding} */ finding) => {
        this.rules.add(ruleOf(finding.template));
        byId('undo').focus();
      },
    };
    this.list = new FindingsList(byId('findings'), actions);
    this.familiar = new FindingsList(byId('familiar'), actions);
    this.pane = new LogPane((line) => this.chooseLine(line), workers.signal);
    this.strip = new Strip(({ first, line }) => {
      this.pane.goTo(line || first);
      this.chooseLine(line || first);
    }, workers.signal);
    this.listen();
  }

  listen() {
    onFiles('file', ([file]) => this.open(file));
    onFiles('good', (files) => this.compare(files));
    for (const name of ['paste', 'options', 'export']) {
      onClick(`show-${name}`, () => this.fold(name, !byId(name).hidden));
    }
    byId('check-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.open(new File([byId('lines-to-check', HTMLTextAreaElement).value], 'Pasted lines'));
    });
    document.addEventListener('paste', (event) => this.paste(event), { signal: this.workers.signal });
    this.workers.signal.addEventListener('abort', () => this.end());
    onClick('stop', () => this.run?.stop());
    onClick('compare-instead', () => byId('good').click());
    onClick('save-csv', () => this.save('csv'));
    onClick('save-json', () => this.save('json'));
    onClick('save-html', () => this.save('html'));
    copyOnClick(byId('copy-report'), () => reportAsMarkdown(this.about(), this.counted().list));
    onClick('more', () => {
      this.rows += ROWS_SHOWN;
      this.draw();
    });
    byId('order').addEventListener('change', () => this.draw());
    byId('reading').addEventListener('change', () => this.check());
  }

  /**
   * @param {string} name of a part that its button unfolds
   * @param {boolean} hidden
   */
  fold(name, hidden) {
    byId(name).hidden = hidden;
    byId(`show-${name}`).setAttribute('aria-expanded', String(!hidden));
  }

  /** @param {ClipboardEvent} event of lines or a file pasted anywhere but into a box */
  paste(event) {
    if (
      byId('check-view').hidden ||
      (event.target instanceof HTMLElement && event.target.matches('input, textarea'))
    )
      return;
    const [file] = event.clipboardData?.files ?? [];
    const text = event.clipboardData?.getData('text') ?? '';
    if (file ?? text) this.open(file ?? new File([text], 'Pasted lines'));
  }

  /** End what is under way, and show nothing more. */
  end() {
    this.run?.stop();
    this.log?.stop();
    this.run = this.log = undefined;
  }

  /**
   * Check a log of a person's: in a page of several models with the one that reads it best, unless one was chosen. Then that
   * one is proposed.
   * @param {File} file
   */
  async open(file) {
    const { choice } = this;
    if (choice && !choice.isChosen && !this.good.length) {
      this.file = file;
      this.end();
      byId('checked').hidden = true;
      this.bar.show({ file, isExample: false, good: [], run: undefined });
      if ((await choice.openWithBest(file)) || this.file !== file) return;
    } else if (choice && !this.good.length) choice.propose(file, () => this.file === file);
    this.show(file);
  }

  /**
   * @param {File} file
   * @param {boolean} [isExample]
   */
  show(file, isExample = false) {
    this.file = file;
    this.isExample = isExample;
    this.fold('paste', true);
    this.rules.endUndo();
    this.check();
  }

  /** @param {File[]} files that were fine */
  compare(files) {
    this.good = [...this.good, ...files];
    this.check();
  }

  async check() {
    const { file } = this;
    this.bar.show(this);
    if (!file) return;
    this.run?.stop();
    this.log?.stop();
    const log = (this.log = new WholeLog(file));
    this.known = this.rules.rules;
    const workers = this.isExample && !this.good.length ? new OnPage(this.workers.model) : this.workers;
    const run = new FileCheck(workers, file, {
      good: this.good,
      normal: this.known,
      profile: this.isExample ? this.profile?.ofSingleLines() : this.profile,
      choose: (head) => {
        const reading = this.readings.choose(head);
        if (!log.isBegun) this.read(log, asItStands(reading, head));
        return reading;
      },
    });
    this.begin(run);
    try {
      await run.run(() => this.refresh());
    } catch (error) {
      if (this.run === run) this.fail(error);
    }
    if (this.run !== run) return;
    if (!run.findings.lines && !run.stopped && !byId('check-problem').textContent) this.fail();
    this.setRunning(false);
    this.draw();
    byId('notes').textContent = remarksOn(run, this.isOlder());
  }

  /**
   * Read the whole log for the pane beside, and for the times on the strip.
   * @param {WholeLog} log
   * @param {Reading} reading
   */
  async read(log, reading) {
    await log.read(reading, () => this.log === log && this.pane.grow());
    if (this.log === log) this.draw();
  }

  /** @param {FileCheck} run */
  begin(run) {
    this.run = run;
    this.began = this.drawn = performance.now();
    this.rows = ROWS_SHOWN;
    this.kinds.reset();
    this.strip.show([], () => undefined);
    if (this.log) this.pane.open(this.log);
    for (const id of ['check-problem', 'verdict', 'verdict-so-far', 'notes']) byId(id).textContent = '';
    byId('foreign').hidden = true;
    byId('checked').hidden = false;
    this.setRunning(true);
    this.draw();
  }

  /** @param {unknown} [error] none where the log has no lines */
  fail(error) {
    const words = error instanceof Error ? error.message : String(error);
    const { name, size } = this.file ?? { name: '', size: 0 };
    byId('check-problem').textContent =
      !size || !error
        ? `There is nothing to check: ${name} ${size ? 'has no lines' : 'is empty'}. Paste lines, or open a log.`
        : error instanceof UnreadableLog
          ? words
          : `The check failed: ${words}. Reload the page to try again.`;
  }

  /** @param {boolean} running */
  setRunning(running) {
    byId('under-way').hidden = !running;
    byId('checked').setAttribute('aria-busy', String(running));
  }

  isRunning() {
    return byId('checked').getAttribute('aria-busy') === 'true';
  }

  refresh() {
    const now = performance.now();
    if (now - this.drawn < Math.max(REFRESH, REFRESH_SHARE * (now - this.began))) return;
    this.drawn = now;
    this.draw();
  }

  /** What is to be shown: the findings without those that are called normal since the check began, and the counts. */
  counted() {
    const findings = this.run?.findings;
    if (!findings) return { list: [], lines: 0, standOut: 0, ignored: 0, missing: 0 };
    const rules = new NormalRules(this.rules.rules);
    const [strange, normal] = [
      /** @type {Set<number>} */ (new Set()),
      /** @type {Set<number>} */ (new Set()),
    ];
    let familiar = 0; // lines of what is familiar, and called normal
    const list = findings.list.filter(({ template, count, lines, standsOut }) => {
      const isNormal = rules.cover(template);
      if (standsOut) for (const line of lines) (isNormal ? normal : strange).add(line);
      else if (isNormal) familiar += count;
      return !isNormal;
    });
    for (const line of strange) normal.delete(line);
    const ignored = findings.normal + normal.size + familiar;
    const missing = list.filter(({ standsOut, lines }) => standsOut && !lines.length).length;
    return { list, lines: findings.lines, standOut: findings.standOut - normal.size, ignored, missing };
  }

  /**
   * A rule that the check knew and that is gone needs another check, and so does one of a line that stands together with
   * others: they are not called normal. For any other new one it is enough to leave out findings.
   */
  applyRules() {
    const { rules } = this.rules;
    const normal = new NormalRules(rules);
    const isGone = this.known.some((rule) => !rules.includes(rule));
    const isPart = this.run?.findings.list.some(
      ({ isEpisode, template }) => isEpisode && normal.cover(template),
    );
    if (isGone || isPart) this.check();
    else this.draw();
  }

  draw() {
    const { run } = this;
    if (!run) return;
    const counted = this.counted();
    const hasLines = counted.lines > 0;
    for (const id of ['found', 'log-side', 'strip-box', 'show-export']) byId(id).hidden = !hasLines;
    this.bar.show(this);
    this.drawProgress(run);
    if (!hasLines) return;
    this.drawVerdict(counted);
    const standing = counted.list.filter(({ standsOut }) => standsOut);
    this.kinds.show(standing);
    this.drawFindings(counted);
    this.pane.mark(standing);
    this.strip.show(this.stretches(counted.list), (number) => timeOf(this.log?.lines[number - 1] ?? ''));
  }

  /** @param {ReturnType<CheckView['counted']>} counted */
  drawVerdict(counted) {
    const running = this.isRunning();
    const words = verdictOf({ ...counted, good: this.names() });
    // While the check runs, its sentence changes all the time: only the last is read out.
    byId('verdict').textContent = running ? '' : words;
    byId('verdict-so-far').textContent = running ? `So far: ${words}` : '';
    byId('foreign').hidden = running || this.good.length > 0 || !isForeign(counted);
  }

  /** Whether only the surprise of a model that was made by an older version is known. */
  isOlder() {
    return !this.profile && !this.good.length;
  }

  names() {
    return this.good.map(({ name }) => name);
  }

  /** @param {ReturnType<CheckView['counted']>} counted */
  drawFindings({ list, lines, standOut, ignored }) {
    const ofKind = list.filter((finding) => this.kinds.passes(finding));
    const shown = ofKind.slice(0, this.rows);
    if (byId('order', HTMLSelectElement).value === 'number') shown.sort((a, b) => a.line - b.line);
    this.list.show(shown.filter(({ standsOut }) => standsOut));
    const familiar = shown.filter(({ standsOut }) => !standsOut);
    this.familiar.show(familiar);
    const rest = lines - standOut - ignored;
    byId('familiar-title').hidden = !familiar.length;
    byId('familiar-title').textContent =
      `Familiar: the strangest of the ${standOut ? 'other ' : ''}${formatQuantity(rest, 'line')}`;
    byId('more').hidden = ofKind.length <= this.rows;
  }

  /**
   * The stretches, without what is called normal: then the strangest other finding of a stretch takes its place.
   * @param {Finding[]} list
   * @returns {Stretch[]}
   */
  stretches(list) {
    const stretches = this.run?.findings.stretches ?? [];
    const rules = new NormalRules(this.rules.rules);
    return stretches.map((stretch) => {
      const { first, last, worst } = stretch;
      if (!worst || !rules.cover(worst.template)) return stretch;
      const isHere = (/** @type {number} */ line) => first <= line && line <= last;
      const other = list.find(({ lines }) => lines.some(isHere));
      const line = other?.lines.find(isHere) ?? 0;
      return {
        ...stretch,
        line,
        strangeness: other?.strangeness ?? 0,
        worst: other?.standsOut ? other : undefined,
      };
    });
  }

  /** @param {FileCheck} run */
  drawProgress(run) {
    const { progress, findings } = run;
    const seconds = (performance.now() - this.began) / 1000;
    byId('check-progress', HTMLProgressElement).value = progress;
    const left =
      seconds > 1.5 && progress > 0 ? `, about ${formatDuration(seconds / progress - seconds)} left` : '';
    byId('check-status').textContent = run.isLearning
      ? `Learning from the logs that were fine: ${Math.floor(100 * progress)} %${left}`
      : `${formatQuantity(findings.lines, 'line')}, ${Math.floor(100 * progress)} % of ${formatBytes(run.file.size)}${left}`;
  }

  /** @param {Finding} finding that was unfolded */
  choose(finding) {
    this.chooseFinding(finding);
    if (finding.lines.length) this.pane.goTo(finding.line);
  }

  /**
   * Mark the finding that a line of the log belongs to.
   * @param {number} number
   */
  chooseLine(number) {
    const found = this.counted().list.find(({ line, lines }) => line === number || lines.includes(number));
    this.chooseFinding(found);
  }

  /** @param {Finding | undefined} finding */
  chooseFinding(finding) {
    this.list.choose(finding);
    this.familiar.choose(finding);
  }

  /** @returns {AboutCheck} */
  about() {
    const { lines, standOut, ignored, missing } = this.counted();
    const complete = !this.isRunning() && !this.run?.stopped && !byId('check-problem').textContent;
    return { name: this.file?.name ?? '', lines, standOut, ignored, missing, complete, good: this.names() };
  }

  /** @param {'csv' | 'json' | 'html'} kind */
  save(kind) {
    const { run } = this;
    if (!run) return;
    const name = `${run.file.name.replace(/\W+/g, '-')}-findings.${kind}`;
    const { list } = this.counted();
    if (kind === 'csv') saveFile(name, 'text/csv', findingsAsCsv(list));
    else if (kind === 'html') saveFile(name, 'text/html', reportAsHtml(this.about(), list));
    else saveFile(name, 'application/json', findingsAsJson(this.about(), list, run));
  }
}

/**
 * How the lines of a log are read as they stand, with the numbers that a reading gives them. Entries of the journal's export
 * are lines.
 * @param {Reading} reading
 * @param {Uint8Array} head how the log begins
 * @returns {Reading}
 */
function asItStands(reading, head) {
  const isJournal = new LogReader(reading, head).exported !== undefined;
  return { ...RAW, encoding: reading.encoding, container: isJournal ? 'journal' : 'none' };
}

/**
 * The rules that a model brings.
 * @param {Card} card
 * @returns {string[]}
 */
function rulesOf({ normal }) {
  if (!Array.isArray(normal)) return [];
  return parseNormalRules(normal.filter((rule) => typeof rule === 'string').join('\n')).slice(0, MOST_RULES);
}

/**
 * What else there is to say about a check: that it was stopped, and what is odd in the log.
 * @param {FileCheck} run
 * @param {boolean} isOlder whether the model was made by an older version
 */
function remarksOn({ stopped, findings, file, reader }, isOlder) {
  const notes = stopped ? [`Stopped after ${formatQuantity(findings.lines, 'line')} of ${file.name}.`] : [];
  if (isOlder) {
    notes.push(
      'This model was made by an older version, which did not learn what is normal: lines are ranked by how much they surprise the model, and none stands out. The next committed run of the service brings a newer one.',
    );
  }
  const { invalid, control, cut } = reader?.oddities ?? { invalid: 0, control: 0, cut: 0 };
  const odd = [
    invalid && `${formatQuantity(invalid, 'line')} held bytes that are no valid text`,
    control && `${formatQuantity(control, 'line')} held control characters, which are left out`,
    cut && `${formatQuantity(cut, 'line')} cut after ${formatCount(MAX_CHARACTERS)} characters`,
  ].filter(Boolean);
  if (odd.length) notes.push(`${odd.join('; ')}.`);
  return notes.join(' ');
}
