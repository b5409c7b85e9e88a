// The view that completes a line while it is typed: the likeliest rest in grey after the caret, and the other ways below.

const ALTERNATIVES = 5;
const CHARACTERS_SHOWN = 12; // of the next character's distribution
const LEAST_SHOWN = 0.001; // probability
const QUIET = 900; // milliseconds without typing before a suggestion is spoken
const END_OF_LINE = '⏎';

/**
 * @param {Workers} workers
 * @param {SharedLog} log
 * @returns {View}
 */
function startComplete(workers, log) {
  const completer = new Completer(workers, byId('editor', HTMLTextAreaElement), log);
  log.onChange(() => completer.ask());
  return {
    title: 'Complete',
    drop: 'Drop it: its last lines are what you go on from',
    open: (file) => openLastLines(file, log, byId('completions-note')),
    show: () => completer.ask(),
  };
}

class Completer {
  /**
   * @param {Workers} workers
   * @param {HTMLTextAreaElement} editor
   * @param {SharedLog} log
   */
  constructor(workers, editor, log) {
    this.workers = workers;
    this.log = log;
    this.editor = editor;
    this.running = new AbortController();
    /** @type {Completion[]} */
    this.completions = [];
    this.chosen = 0;
    this.dismissed = false; // by Esc, until the text changes
    this.speakLater = debounce(() => this.speak(), QUIET);
    editor.addEventListener('keydown', (event) => this.press(event));
    editor.addEventListener('scroll', () => this.follow());
    document.addEventListener('selectionchange', () => {
      if (document.activeElement === editor) this.ask();
    });
    onClick('take', () => this.take(this.chosen));
    onClick('new-line', () => this.insert('\n'));
    this.asked = '';
  }

  /** The lines before the caret's, and the caret's line up to it; undefined where nothing can be completed. */
  place() {
    const { value, selectionStart, selectionEnd } = this.editor;
    const next = value[selectionEnd];
    if (selectionStart !== selectionEnd || (next !== undefined && next !== '\n')) return undefined;
    const lines = value.slice(Math.max(0, selectionStart - LONGEST_CONTEXT), selectionStart).split('\n');
    const begun = cleanLines(lines.pop() ?? '')[0] ?? '';
    const before = lines.map((line) => line + '\n').join('');
    return { context: cleanLines(before, this.log.readingFor(before)), begun };
  }

  /** Ask for what may follow the caret, unless it was asked already. */
  async ask() {
    const place = this.place();
    const asked = JSON.stringify(place ?? null);
    if (asked === this.asked) return this.follow();
    this.asked = asked;
    this.dismissed = false;
    this.running.abort();
    this.running = new AbortController();
    this.offer([], []);
    if (!place) return undefined;
    const take = (/** @type {Suggestions} */ { completions, next }) => this.offer(completions, next);
    return this.workers.run(
      'suggestions',
      { ...place, alternatives: ALTERNATIVES },
      take,
      this.running.signal,
    );
  }

  /**
   * @param {Completion[]} completions
   * @param {Suggestions['next']} next
   */
  offer(completions, next) {
    this.completions = completions;
    this.chosen = 0;
    this.showCompletions();
    if (completions.length) this.speakLater();
    byId('next-characters').replaceChildren(
      ...next
        .filter(({ probability }) => probability >= LEAST_SHOWN)
        .slice(0, CHARACTERS_SHOWN)
        .map(({ character, probability }) =>
          element('li', '', ...likelihoodRow(probability, visible(character))),
        ),
    );
  }

  showCompletions() {
    const list = byId('completions');
    const begun = this.completions.length ? (this.place()?.begun ?? '') : '';
    list.replaceChildren(
      ...this.completions.map(({ text, probability }, i) => {
        const rest = element('span', 'rest', text || `${END_OF_LINE} the line ends here`);
        const option = element(
          'li',
          '',
          ...likelihoodRow(probability, element('span', 'quiet', begun.slice(-24)), rest),
        );
        option.id = `rest-${i}`;
        option.setAttribute('role', 'option');
        option.setAttribute('aria-selected', String(i === this.chosen));
        // Without this, pressing the button would move the caret.
        option.addEventListener('pointerdown', (event) => event.preventDefault());
        option.addEventListener('click', () => this.take(i));
        return option;
      }),
    );
    const offered = this.offered() !== undefined;
    byId('take', HTMLButtonElement).disabled = !this.completions.length;
    if (offered) this.editor.setAttribute('aria-activedescendant', `rest-${this.chosen}`);
    else this.editor.removeAttribute('aria-activedescendant');
    byId('completions-note').textContent = this.place()
      ? ''
      : 'Put the caret at the end of a line, and its rest is offered here.';
    this.follow();
  }

  /** What a Tab would insert. */
  offered() {
    const rest = this.dismissed ? undefined : this.completions[this.chosen];
    return rest && (rest.text || '\n');
  }

  /** Lay the grey text right behind the caret. */
  follow() {
    const ghost = byId('ghost');
    const offered = this.offered();
    const { value, selectionStart } = this.editor;
    const before = value.slice(0, selectionStart);
    const begun = before.slice(before.lastIndexOf('\n') + 1);
    const above = '\n'.repeat(before.split('\n').length - 1);
    const grey = offered === undefined ? '' : offered === '\n' ? END_OF_LINE : offered;
    ghost.replaceChildren(above + begun, element('span', 'rest', grey));
    ghost.scrollTop = this.editor.scrollTop;
    ghost.scrollLeft = this.editor.scrollLeft;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Escape') this.dismissed = true; // completions that have not come yet, too
    const offered = this.offered();
    if (offered === undefined && event.key !== 'Escape') return;
    const atEnd = this.editor.selectionEnd === this.editor.value.length;
    if (event.key === 'Tab') this.take(this.chosen);
    else if (event.key === 'Escape') this.showCompletions();
    else if (event.key === 'ArrowDown' && atEnd) this.choose(this.chosen + 1);
    else if (event.key === 'ArrowUp' && atEnd && this.chosen) this.choose(this.chosen - 1);
    else return;
    event.preventDefault();
  }

  /** @param {number} i */
  choose(i) {
    this.chosen = Math.max(0, Math.min(i, this.completions.length - 1));
    this.showCompletions();
  }

  /** @param {number} i */
  take(i) {
    const rest = this.completions[i];
    if (rest) this.insert(rest.text || '\n');
  }

  /** @param {string} text */
  insert(text) {
    const { editor } = this;
    editor.focus();
    // Ctrl+Z can undo only what is inserted in this way.
    if (document.execCommand('insertText', false, text)) return;
    editor.setRangeText(text, editor.selectionStart, editor.selectionEnd, 'end');
    editor.dispatchEvent(new Event('input'));
  }

  speak() {
    const [best] = this.completions;
    if (!best || this.dismissed || document.activeElement !== this.editor) return;
    byId('suggestion').textContent =
      `${best.text || 'The line ends'}, ${formatProbability(best.probability)}`;
  }
}

/** @param {string} character */
function visible(character) {
  if (character === '\n') return `${END_OF_LINE} end of the line`;
  if (character === ' ') return '␣ space';
  if (character === REPLACEMENT) return 'any character it does not know';
  return character;
}
