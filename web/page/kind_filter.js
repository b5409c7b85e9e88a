// Which kinds of findings are listed: a button for each kind that stands out, with how many do.

class KindFilter {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.box = byId('kinds');
    this.onChange = onChange;
    this.chosen = ''; // empty: all
  }

  reset() {
    this.chosen = '';
  }

  /** @param {Finding} finding */
  passes({ kind }) {
    return !this.chosen || kind === this.chosen;
  }

  /** @param {Finding[]} findings those that stand out */
  show(findings) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (!counts.has(this.chosen)) this.chosen = '';
    const known = Object.entries(KIND_WORDS).filter(([kind]) => counts.has(kind));
    keepFocus(this.box, () =>
      this.box.replaceChildren(
        this.chip('', 'all', findings.length),
        ...known.map(([kind, words]) => this.chip(kind, words, counts.get(kind) ?? 0)),
      ),
    );
    this.box.hidden = known.length < 2;
  }

  /**
   * @param {string} kind
   * @param {string} words
   * @param {number} count
   */
  chip(kind, words, count) {
    const text = `${words.charAt(0).toUpperCase()}${words.slice(1)} ${formatCount(count)}`;
    const made = element('button', 'chip', text);
    made.type = 'button';
    made.dataset.kind = kind;
    made.setAttribute('aria-pressed', String(kind === this.chosen));
    made.addEventListener('click', () => {
      this.chosen = kind;
      this.onChange();
    });
    return made;
  }
}
