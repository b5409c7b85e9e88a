// The whole log beside its findings. Only the rows that can be seen are in the document, so a log of any length scrolls.

const ROW = 1.5; // rem
const ROWS_BESIDE = 8; // kept above and below what can be seen
const TALLEST = 8_000_000; // pixels: browsers cut what is taller. A longer log scrolls in larger steps.
const LONGEST_ROW = 2000; // characters shown of a line
const TYPING_SEARCH = 150; // milliseconds without typing before a search begins

class LogPane {
  /**
   * @param {(line: number) => void} onChoose what happens when a line is clicked
   * @param {AbortSignal} signal ends it
   */
  constructor(onChoose, signal) {
    this.scroller = byId('log-scroller');
    this.spacer = byId('log-spacer');
    this.rows = byId('log-rows');
    this.search = byId('search', HTMLInputElement);
    /** @type {WholeLog | undefined} */
    this.log = undefined;
    /** @type {Map<number, Finding>} */
    this.marked = new Map(); // by numbers of lines
    /** @type {number[] | undefined} */
    this.matches = undefined; // numbers of the lines that the search finds
    this.chosen = 0; // number of a line
    this.wanted = 0; // number of the line to show as soon as there is room
    this.searching = new AbortController();
    this.listen(onChoose, signal);
    signal.addEventListener('abort', () => this.searching.abort());
  }

  /**
   * @param {(line: number) => void} onChoose
   * @param {AbortSignal} signal
   */
  listen(onChoose, signal) {
    this.scroller.addEventListener('scroll', () => this.draw(), { passive: true });
    onResize(this.scroller, () => this.draw(), signal);
    this.rows.addEventListener('click', ({ target }) => {
      const row = target instanceof Element ? target.closest('li') : null;
      if (!row || String(getSelection())) return;
      this.choose(Number(row.dataset.line));
      onChoose(this.chosen);
    });
    this.search.addEventListener(
      'input',
      debounce(() => this.find(), TYPING_SEARCH, signal),
    );
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.step(event.shiftKey ? -1 : 1);
      if (event.key === 'Escape') this.search.value = '';
      if (event.key === 'Escape') this.find();
    });
    onClick('search-before', () => this.step(-1));
    onClick('search-after', () => this.step(1));
    copyOnClick(byId('copy-chosen'), () => this.log?.lines[this.chosen - 1]);
  }

  /** @param {WholeLog} log */
  open(log) {
    this.log = log;
    this.marked = new Map();
    this.matches = undefined;
    this.search.value = '';
    this.chosen = this.wanted = 0;
    this.scroller.scrollTop = 0;
    this.grow();
  }

  /** Show that the log has more lines than before. */
  grow() {
    this.describe();
    this.draw();
  }

  /** @param {Finding[]} findings that stand out */
  mark(findings) {
    this.marked = new Map(findings.flatMap((finding) => finding.lines.map((line) => [line, finding])));
    this.draw();
  }

  /**
   * Choose a line and scroll to it.
   * @param {number} line its number
   */
  goTo(line) {
    this.choose(line);
    this.wanted = line;
    this.draw();
  }

  /** @param {number} line */
  choose(line) {
    this.chosen = line;
    byId('copy-chosen', HTMLButtonElement).disabled = false;
    this.draw();
  }

  /**
   * Go to the next line that the search finds, or, without a search, to the next that stands out.
   * @param {1 | -1} by
   */
  step(by) {
    const stops = this.matches ?? Array.from(this.marked.keys()).sort((a, b) => a - b);
    if (!stops.length) return;
    const after = stops.findIndex((line) => line > this.chosen);
    const before = stops.findIndex((line) => line >= this.chosen) - 1;
    this.goTo(stops.at(by > 0 ? Math.max(after, 0) : before) ?? stops[0]);
  }

  /** Search for what is written in the box. An empty search shows all lines again, around the chosen one. */
  async find() {
    this.searching.abort();
    const { signal } = (this.searching = new AbortController());
    const { log } = this;
    const wanted = this.search.value;
    if (!log) return;
    /** @type {number[]} */
    const found = [];
    const isWhole = await inSlices(matching(log.lines, wanted), (line) => found.push(line), signal);
    if (!isWhole || signal.aborted) return;
    this.matches = wanted ? found : undefined;
    this.scroller.scrollTop = 0;
    this.wanted = this.chosen;
    this.describe();
    this.draw();
  }

  describe() {
    if (!this.log) return;
    const { lines, isCut } = this.log;
    const all = formatQuantity(lines.length, 'line');
    const whole = isCut ? `the first ${all}: more than 64 MB are not kept here` : all;
    byId('log-status').textContent = this.matches
      ? `${formatCount(this.matches.length)} of ${whole}`
      : whole.charAt(0).toUpperCase() + whole.slice(1);
  }

  draw() {
    const count = this.matches?.length ?? this.log?.lines.length ?? 0;
    const seen = this.scroller.clientHeight;
    if (!seen) return; // hidden: the observer draws when it is shown
    const row = ROW * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const [whole, tall] = [count * row, Math.min(count * row, TALLEST)];
    this.spacer.style.height = `${tall}px`;
    const scale = tall > seen ? (whole - seen) / (tall - seen) : 1; // pixels of the log for each that is scrolled
    this.scrollToWanted(row, seen, scale);
    const top = this.scroller.scrollTop;
    const first = Math.max(0, Math.floor((top * scale) / row) - ROWS_BESIDE);
    const last = Math.min(count, Math.ceil((top * scale + seen) / row) + ROWS_BESIDE);
    this.rows.style.transform = `translateY(${top - (top * scale - first * row)}px)`;
    this.rows.replaceChildren(
      ...Array.from({ length: Math.max(0, last - first) }, (_, i) => this.row(first + i)),
    );
  }

  /**
   * @param {number} row height in pixels
   * @param {number} seen pixels
   * @param {number} scale
   */
  scrollToWanted(row, seen, scale) {
    if (!this.wanted) return;
    const index = this.matches ? this.matches.indexOf(this.wanted) : this.wanted - 1;
    if (!this.matches && this.log && index >= this.log.lines.length && !this.log.isCut) return; // not read yet
    this.wanted = 0;
    if (index < 0) return;
    this.scroller.scrollTop = Math.max(0, ((index + 0.5) * row - seen / 2) / scale);
  }

  /** @param {number} index among the lines shown */
  row(index) {
    const line = this.matches?.[index] ?? index + 1;
    const text = this.log?.lines[line - 1] ?? '';
    const content = markWord(text.slice(0, LONGEST_ROW), this.matches ? this.search.value : '');
    const made = element(
      'li',
      this.marked.has(line) ? 'stands-out' : '',
      element('span', 'number', formatCount(line)),
      element('code', 'text', ...content, text.length > LONGEST_ROW ? ' …' : ''),
    );
    made.dataset.line = String(line);
    if (line === this.chosen) made.setAttribute('aria-current', 'true');
    return made;
  }
}

/**
 * The numbers of the lines that hold a text, in upper or lower case.
 * @param {string[]} lines
 * @param {string} wanted
 * @returns {Generator<number | undefined, void, void>}
 */
function* matching(lines, wanted) {
  if (!wanted) return;
  const pattern = new RegExp(escapeRegExp(wanted), 'iu');
  for (let i = 0; i < lines.length; i++) yield pattern.test(lines[i]) ? i + 1 : undefined;
}
