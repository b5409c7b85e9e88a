// The view that checks a log: its strangest lines, the lines around them, and a strip of the whole log. Results appear
// while the check runs, and stay when it is stopped.

const ROWS_SHOWN = 40; // at first, and as many more each time
const REFRESH = 250; // milliseconds between two drawings of the results so far
const FAMILIAR = 1.3; // times the bits on the log that the model was trained for: up to here a log is familiar
const FOREIGN = 2.5; // from here on it is another kind of log
const STRANGE_EXAMPLE = 'ERROR: disk 2 is failing, 24 sectors lost';

/**
 * @param {Workers} workers
 * @param {Card} card
 * @returns {View}
 */
function startCheck(workers, card) {
  const view = new CheckView(workers, card);
  const text = byId('lines-to-check', HTMLTextAreaElement);
  const file = byId('file', HTMLInputElement);
  byId('check-form').addEventListener('submit', (event) => {
    event.preventDefault();
    view.check(view.file ?? new File([text.value], 'pasted lines'));
  });
  text.addEventListener('input', () => view.choose(undefined));
  file.addEventListener('change', () => {
    if (file.files?.[0]) view.open(file.files[0]);
    file.value = '';
  });
  text.value = exampleLog(card);
  let begun = false;
  return {
    title: 'Check',
    drop: 'Drop it: the page looks for what is strange in it',
    open: (dropped) => view.open(dropped),
    show() {
      if (!begun && text.value && !view.file) view.check(new File([text.value], 'the example'));
      else view.draw();
      begun = true;
    },
  };
}

/**
 * The card's sample, with one strange line added.
 * @param {Card} card
 */
function exampleLog({ sample }) {
  if (typeof sample !== 'string' || !sample) return '';
  const lines = sample.trimEnd().split('\n');
  lines.splice(Math.ceil((2 * lines.length) / 3), 0, STRANGE_EXAMPLE);
  return lines.join('\n') + '\n';
}

class CheckView {
  /**
   * @param {Workers} workers
   * @param {Card} card
   */
  constructor(workers, card) {
    this.workers = workers;
    this.card = card;
    /** @type {File | undefined} */
    this.file = undefined; // the file that was opened, until lines are written
    /** @type {LogCheck | undefined} */
    this.run = undefined;
    this.readings = new ReadingMenu(byId('reading', HTMLSelectElement), workers.model, card);
    this.began = 0;
    this.drawn = 0;
    this.rows = ROWS_SHOWN;
    /** @type {Set<string>} */
    this.hidden = new Set(); // keys of lines that are ignored from now on
    this.list = new FindingsList(byId('checked-lines'), (finding) => this.ignore(finding));
    this.strip = new Strip((finding) => this.ignore(finding));
    this.listen();
  }

  listen() {
    onClick('stop', () => this.run?.stop());
    onClick('save-csv', () => this.save('csv'));
    onClick('save-json', () => this.save('json'));
    onClick('more', () => {
      this.rows += ROWS_SHOWN;
      this.draw();
    });
    byId('order').addEventListener('change', () => this.draw());
    for (const id of ['learn', 'reading']) {
      byId(id).addEventListener('change', () => {
        if (this.run) this.check(this.run.file);
      });
    }
  }

  /** @param {File | undefined} file */
  choose(file) {
    this.file = file;
    const text = byId('lines-to-check', HTMLTextAreaElement);
    for (const example of byId('check-note').querySelectorAll('.example')) example.remove();
    if (file) text.value = '';
    text.placeholder = file ? `${file.name}, ${formatBytes(file.size)}. Or paste lines here.` : '';
  }

  /** @param {File} file */
  open(file) {
    this.choose(file);
    this.check(file);
  }

  /** @param {File} file */
  async check(file) {
    this.run?.stop();
    const ignored = this.patterns();
    if (!ignored) return;
    const run = new LogCheck(this.workers, file, {
      learns: byId('learn', HTMLInputElement).checked,
      ignored,
      choose: (head) => this.readings.choose(head),
    });
    this.begin(run);
    try {
      await run.run(() => this.refresh());
    } catch (error) {
      if (this.run === run) this.fail(error);
    }
    if (this.run !== run) return;
    this.setRunning(false);
    byId('check-summary').textContent = this.summary(run);
    this.draw();
  }

  /** @param {LogCheck} run */
  begin(run) {
    this.run = run;
    this.began = this.drawn = performance.now();
    this.rows = ROWS_SHOWN;
    this.hidden.clear();
    this.strip.choose(-1);
    byId('check-problem').textContent = '';
    byId('check-summary').textContent = `Checking ${run.file.name} …`;
    byId('checked').hidden = false;
    this.setRunning(true);
    this.draw();
  }

  /** @param {unknown} error */
  fail(error) {
    const words = error instanceof Error ? error.message : String(error);
    const isEmpty = !this.file && !this.run?.file.size;
    byId('check-problem').textContent = isEmpty
      ? 'There is nothing to check yet: paste lines, or open a log.'
      : error instanceof UnreadableLog
        ? words
        : `The check failed: ${words}. Reload the page to try again.`;
  }

  /** The patterns of lines to ignore. Shows a message and returns undefined if one is not a regular expression. */
  patterns() {
    const problem = byId('patterns-problem');
    problem.textContent = '';
    const patterns = byId('patterns', HTMLTextAreaElement).value.split('\n').filter(Boolean);
    for (const pattern of patterns) {
      try {
        new RegExp(pattern);
      } catch (error) {
        byId('ignore', HTMLDetailsElement).open = true;
        problem.textContent = `Not a regular expression: ${pattern} (${error instanceof Error ? error.message : error})`;
        return undefined;
      }
    }
    return patterns;
  }

  /** @param {boolean} running */
  setRunning(running) {
    byId('under-way').hidden = !running;
    for (const id of ['save-csv', 'save-json']) byId(id).hidden = running;
  }

  refresh() {
    if (performance.now() - this.drawn < REFRESH) return;
    this.drawn = performance.now();
    this.draw();
  }

  draw() {
    const { run } = this;
    if (!run) return;
    const { findings } = run;
    const left = findings.groups.filter(({ key }) => !this.hidden.has(key));
    const shown = left.slice(0, this.rows);
    if (byId('order', HTMLSelectElement).value === 'number') shown.sort((a, b) => a.number - b.number);
    this.list.show(shown, (finding) => findings.countOf(finding));
    byId('more').hidden = left.length <= this.rows;
    this.strip.show(findings.stretches);
    this.drawScores(run);
    this.drawProgress(run);
    for (const id of ['strip-box', 'scores']) byId(id).hidden = !findings.lines;
  }

  /** @param {LogCheck} run */
  drawScores({ findings, settings }) {
    const { bits, adapted, characters } = findings;
    const perCharacter = (/** @type {number} */ sum) => (sum / characters || 0).toFixed(3);
    /** @type {[string, string][]} */
    const scores = [[perCharacter(bits), 'bits per character, by the model alone']];
    if (settings.learns)
      scores.push([perCharacter(adapted), 'bits, by what it learned from this file as well']);
    if (isNumber(this.card.bits_per_char)) {
      scores.push([this.card.bits_per_char.toFixed(3), 'bits on the log that it was trained for']);
    }
    byId('scores').replaceChildren(
      ...scores.map(([score, words]) =>
        element('div', '', element('dd', '', score), element('dt', '', words)),
      ),
    );
  }

  /** @param {LogCheck} run */
  drawProgress(run) {
    const { progress, findings } = run;
    const seconds = (performance.now() - this.began) / 1000;
    byId('check-progress', HTMLProgressElement).value = progress;
    const left =
      seconds > 1.5 && progress > 0 ? `, about ${formatDuration(seconds / progress - seconds)} left` : '';
    byId('check-status').textContent =
      `${formatQuantity(findings.lines, 'line')}, ${Math.floor(100 * progress)} % of ${formatBytes(run.file.size)}${left}`;
  }

  /** @param {LogCheck} run */
  summary(run) {
    const { findings, stopped, reader } = run;
    if (!findings.lines) return stopped ? 'Stopped.' : '';
    const lines = formatQuantity(findings.lines, 'line');
    const what = stopped ? `Stopped after ${lines} of ${run.file.name}.` : `${lines} checked.`;
    const ignored = findings.ignored ? ` ${formatQuantity(findings.ignored, 'line')} ignored.` : '';
    return what + ignored + this.verdict(findings) + (reader ? oddities(reader) : '');
  }

  /** @param {Findings} findings */
  verdict({ stretches }) {
    const usual = this.card.bits_per_char;
    if (!isNumber(usual) || usual <= 0) return '';
    // The median: a few strange lines do not make a log strange.
    const costs = stretches.map(({ bits, characters }) => bits / characters).sort((a, b) => a - b);
    const ratio = costs[Math.floor(costs.length / 2)] / usual;
    if (ratio <= FAMILIAR) return ' It reads like the log that the model was trained for.';
    if (ratio <= FOREIGN) return ' It is less familiar than the log that the model was trained for.';
    return ' This is not the kind of log that the model was trained for: let it learn from the file while it reads.';
  }

  /** @param {Finding} finding */
  ignore(finding) {
    const pattern = finding.key.split('#').map(escapeRegExp).join('\\S+');
    const box = byId('patterns', HTMLTextAreaElement);
    box.value += `${box.value && !box.value.endsWith('\n') ? '\n' : ''}^${pattern}$\n`;
    byId('ignore', HTMLDetailsElement).open = true;
    this.hidden.add(finding.key);
    this.draw();
    byId('ranked-title').focus();
  }

  /** @param {'csv' | 'json'} kind */
  save(kind) {
    const { run } = this;
    if (!run) return;
    const name = `${run.file.name.replace(/\W+/g, '-')}-findings.${kind}`;
    const about = { name: run.file.name, complete: !run.stopped, learns: run.settings.learns };
    if (kind === 'csv') saveFile(name, 'text/csv', findingsAsCsv(run.findings));
    else saveFile(name, 'application/json', findingsAsJson(run.findings, about));
  }
}

/** @param {LogReader} reader */
function oddities({ oddities: { invalid, control, cut } }) {
  const told = [
    invalid && `${formatQuantity(invalid, 'line')} held bytes that are no valid text`,
    control && `${formatQuantity(control, 'line')} held control characters, which are left out`,
    cut && `${formatQuantity(cut, 'line')} cut after ${formatCount(MAX_CHARACTERS)} characters`,
  ].filter(Boolean);
  return told.length ? ` ${told.join('; ')}.` : '';
}

/** The strip over the whole log, and the stretch of it that is chosen. */
class Strip {
  /** @param {(finding: Finding) => void} ignore */
  constructor(ignore) {
    this.box = byId('strip');
    this.list = new FindingsList(byId('stretch-lines'), ignore);
    /** @type {Stretch[]} */
    this.stretches = [];
    this.chosen = -1;
    this.box.addEventListener('pointerdown', (event) => {
      const { left, width } = this.box.getBoundingClientRect();
      this.choose(Math.floor(((event.clientX - left) / width) * this.stretches.length));
    });
    this.box.addEventListener('keydown', (event) => this.press(event));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const last = this.stretches.length - 1;
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[
      event.key
    ];
    if (by) this.choose(this.chosen + by);
    else if (event.key === 'Home') this.choose(0);
    else if (event.key === 'End') this.choose(last);
    else return;
    event.preventDefault();
  }

  /** @param {number} chosen -1 for none */
  choose(chosen) {
    this.chosen =
      chosen < 0 && this.chosen <= 0 ? chosen : Math.max(0, Math.min(chosen, this.stretches.length - 1));
    this.show(this.stretches);
  }

  /** @param {Stretch[]} stretches */
  show(stretches) {
    this.stretches = stretches;
    const stretch = stretches[this.chosen];
    drawStrip(this.box, stretches, this.chosen);
    byId('strip-first').textContent = stretches.length ? 'line 1' : '';
    byId('strip-last').textContent = stretches.length
      ? `line ${formatCount(stretches[stretches.length - 1].last)}`
      : '';
    this.box.setAttribute('aria-valuemax', String(Math.max(1, stretches.length)));
    this.box.setAttribute('aria-valuenow', String(Math.max(0, this.chosen) + 1));
    this.box.setAttribute(
      'aria-valuetext',
      stretch ? describeStretch(stretch) : 'Choose a stretch with the arrow keys',
    );
    byId('stretch').hidden = !stretch;
    byId('stretch-title').textContent = stretch ? describeStretch(stretch) : '';
    this.list.show(stretch?.worst ? [stretch.worst] : [], () => 1);
  }
}

/** @param {Stretch} stretch */
function describeStretch({ first, last, bits, characters, worst }) {
  const lines =
    first === last ? `Line ${formatCount(first)}` : `Lines ${formatCount(first)} to ${formatCount(last)}`;
  const strangest = worst ? `the strangest is line ${formatCount(worst.number)}` : 'all ignored';
  return `${lines}: ${(bits / characters).toFixed(2)} bits per character; ${strangest}.`;
}
