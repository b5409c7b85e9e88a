// The view that completes a line while it is typed: in grey after the caret as far as the model is sure, and beside it the
// words that may come.

const MOSTLY = 0.3; // probability of a number, from which the page says that one comes
const CHARACTERS_SHOWN = 12; // of the next character's distribution
const LEAST_SHOWN = 0.001; // probability
const QUIET = 900; // milliseconds without typing before a suggestion is spoken
const END_OF_LINE = '⏎';
const SHOWN_BEFORE = 24; // characters of the line before a suggestion

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
    open: (file) => openLastLines(file, log, byId('editor-problem')),
    show: () => completer.show(),
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
    /** @type {Suggestion[]} */
    this.suggestions = [];
    this.number = 0; // probability that a number comes next
    this.chosen = -1; // none: nothing is sure, and nothing was chosen
    this.dismissed = false; // by Esc, until the text changes
    this.speakLater = debounce(() => this.speak(), QUIET, workers.signal);
    editor.addEventListener('keydown', (event) => this.press(event));
    editor.addEventListener('scroll', () => this.follow());
    document.addEventListener(
      'selectionchange',
      () => {
        if (document.activeElement === editor) this.ask();
      },
      { signal: workers.signal },
    );
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

  /** Show the last lines, which are what is gone on from, and ask. */
  show() {
    if (document.activeElement !== this.editor) this.editor.scrollTop = this.editor.scrollHeight;
    return this.ask();
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
    this.offer({ suggestions: [], number: 0, next: [] });
    if (!place) return undefined;
    const take = (/** @type {Suggestions} */ suggestions) => this.offer(suggestions);
    return this.workers.run('suggestions', place, take, this.running.signal);
  }

  /** @param {Suggestions} suggestions */
  offer({ suggestions, number, next }) {
    this.suggestions = suggestions;
    this.number = number;
    this.chosen = this.first;
    this.showSuggestions(next.length > 0);
    if (suggestions.length) this.speakLater();
    byId('next-characters').replaceChildren(
      ...next
        .filter(({ probability }) => probability >= LEAST_SHOWN)
        .slice(0, CHARACTERS_SHOWN)
        .map(({ character, probability }) =>
          element('li', '', ...likelihoodRow(probability, visible(character))),
        ),
    );
  }

  /** The first that can be chosen: what is sure, or none. */
  get first() {
    return this.suggestions[0]?.isSure ? 0 : -1;
  }

  /** @param {boolean} [hasCome] whether the model has answered */
  showSuggestions(hasCome = true) {
    const list = byId('completions');
    const place = this.place();
    const begun = place?.begun ?? '';
    list.replaceChildren(
      ...this.suggestions.map(({ text, probability }, i) => {
        const rest = element('span', 'rest', shownRest(text));
        const option = element(
          'li',
          '',
          ...likelihoodRow(probability, element('span', 'quiet', begun.slice(-SHOWN_BEFORE)), rest),
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
    byId('take', HTMLButtonElement).disabled = !offered;
    if (offered) this.editor.setAttribute('aria-activedescendant', `rest-${this.chosen}`);
    else this.editor.removeAttribute('aria-activedescendant');
    byId('completions-note').textContent = place
      ? hasCome
        ? this.noteWords()
        : ''
      : 'Put the caret at the end of a line, and its rest is offered here.';
    this.follow();
  }

  /** What is not in the list. */
  noteWords() {
    const where = this.suggestions[0]?.isSure ? 'After the grey text' : 'Next';
    if (this.number >= MOSTLY)
      return `${where} comes a number or a time. Which one, the model could only guess.`;
    return this.suggestions.length ? '' : 'Nothing is likely enough to be suggested.';
  }

  /** What a Tab would insert. */
  offered() {
    const rest = this.dismissed ? undefined : this.suggestions[this.chosen];
    return rest && (rest.text || '\n');
  }

  /** Lay the grey text right behind the caret. */
  follow() {
    const ghost = byId('ghost');
    const offered = this.offered();
    const { value, selectionStart } = this.editor;
    const before = value.slice(0, selectionStart);
    const grey = offered === undefined ? '' : offered === '\n' ? END_OF_LINE : offered;
    const rest = element('span', 'rest', grey);
    ghost.replaceChildren(before, rest);
    // Between other lines there is no room for a second row.
    if (selectionStart < value.length && rest.getClientRects().length > 1) rest.remove();
    ghost.scrollTop = this.editor.scrollTop;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Escape') this.dismissed = true; // completions that have not come yet, too
    const atEnd = this.editor.selectionEnd === this.editor.value.length;
    const isOpen = !this.dismissed && this.suggestions.length > 0;
    if (event.key === 'Tab' && this.offered() !== undefined) this.take(this.chosen);
    else if (event.key === 'Escape') this.showSuggestions();
    else if (event.key === 'ArrowDown' && isOpen && atEnd) this.choose(this.chosen + 1);
    else if (event.key === 'ArrowUp' && isOpen && atEnd && this.chosen > this.first)
      this.choose(this.chosen - 1);
    else return;
    event.preventDefault();
  }

  /** @param {number} i */
  choose(i) {
    this.chosen = Math.max(this.first, Math.min(i, this.suggestions.length - 1));
    this.showSuggestions();
  }

  /** @param {number} i */
  take(i) {
    const rest = this.suggestions[i];
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
    const [best] = this.suggestions;
    if (!best || this.dismissed || document.activeElement !== this.editor) return;
    byId('suggestion').textContent =
      `${best.text || 'The line ends'}, ${formatProbability(best.probability)}`;
  }
}

/** @param {string} text */
function shownRest(text) {
  if (!text) return `${END_OF_LINE} the line ends here`;
  return text.trim() ? text : text.replace(/ /g, '␣');
}

/** @param {string} character */
function visible(character) {
  if (character === '\n') return `${END_OF_LINE} end of the line`;
  if (character === ' ') return '␣ space';
  if (character === REPLACEMENT) return 'any character it does not know';
  return character;
}
