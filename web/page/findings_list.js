// Findings as rows of a list. A whole row is a button: it unfolds the lines around it, and what can be done about it.

/**
 * @typedef {object} FindingActions
 * @property {(finding: Finding) => void} choose the finding was unfolded
 * @property {(finding: Finding) => void} callNormal lines like it are to be listed no more
 */

class FindingsList {
  /**
   * @param {HTMLElement} list
   * @param {FindingActions} actions
   */
  constructor(list, actions) {
    this.list = list;
    this.actions = actions;
    /** @type {Map<string, FindingRow>} */
    this.rows = new Map(); // by what the findings are, so that a row stays unfolded while the check goes on
  }

  /** @param {Finding[]} findings in the order to show */
  show(findings) {
    /** @type {Map<string, FindingRow>} */
    const rows = new Map();
    for (const finding of findings) {
      const row = this.rows.get(finding.key) ?? new FindingRow(this.actions);
      row.show(finding);
      rows.set(finding.key, row);
    }
    this.rows = rows;
    arrange(
      this.list,
      Array.from(rows.values(), (row) => row.item),
    );
  }

  /**
   * Mark the row of a finding as the chosen one, if it is here.
   * @param {Finding | undefined} finding undefined for none
   */
  choose(finding) {
    for (const [key, row] of this.rows) row.choose(key === finding?.key);
  }
}

let rowsMade = 0;

class FindingRow {
  /** @param {FindingActions} actions */
  constructor(actions) {
    this.actions = actions;
    /** @type {Finding | undefined} */
    this.finding = undefined;
    this.shown = '';
    this.button = element('button', 'finding');
    this.button.type = 'button';
    this.details = element('div', 'details');
    this.details.id = `finding-${++rowsMade}`;
    this.details.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
    this.button.setAttribute('aria-controls', this.details.id);
    this.item = element('li', '', this.button, this.details);
    this.button.addEventListener('click', () => this.toggle());
  }

  /** @param {Finding} finding */
  show(finding) {
    this.finding = finding;
    const { count, strangeness, why, after, kind, isEpisode } = finding;
    const line = numberOf(finding);
    const shown = [line, count, strangeness, why, kind, after.length, isEpisode].join(' ');
    if (shown === this.shown) return; // a row that stays the same keeps its selection
    this.shown = shown;
    const words = isEpisode ? `${formatCount(count)}${SPACE}lines` : `×${SPACE}${formatCount(count)}`;
    this.button.replaceChildren(
      element('span', 'number', line ? formatCount(line) : '–'),
      element('code', 'text', ...shadeWords(finding)),
      element('span', 'times', count > 1 ? words : ''),
      element(
        'span',
        'why',
        element('span', `kind ${kind}`, line ? KIND_WORDS[kind] : 'missing'),
        ` ${describeStrangeness(strangeness)}${why ? ': ' : ''}`,
        ...sentenceWithCode(why),
      ),
    );
    if (!this.details.hidden) this.fill();
  }

  toggle() {
    const open = this.details.hidden;
    this.details.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    if (!open || !this.finding) return;
    this.fill();
    this.actions.choose(this.finding);
  }

  /** @param {boolean} chosen */
  choose(chosen) {
    if (chosen) this.item.setAttribute('aria-current', 'true');
    else this.item.removeAttribute('aria-current');
  }

  fill() {
    const { finding } = this;
    if (!finding) return;
    this.details.replaceChildren(
      element('ol', 'around', ...linesAround(finding)),
      element('div', 'actions', ...this.buttons(finding), figuresOf(finding)),
    );
  }

  /** @param {Finding} finding */
  buttons(finding) {
    const copy = element('button', 'small', 'Copy line');
    const normal = element('button', 'small', 'This is normal');
    copy.type = normal.type = 'button';
    copyOnClick(copy, () => finding.text);
    normal.addEventListener('click', () => this.actions.callNormal(finding));
    normal.title = 'Lines like it are listed no more';
    const show = element('button', 'small below', 'Show in the log');
    show.type = 'button';
    show.addEventListener('click', () => {
      this.actions.choose(finding);
      byId('log-side').scrollIntoView();
    });
    const calls = finding.kind === 'fewer' ? [] : [normal]; // of what stayed away a rule would name the usual lines
    const buttons = finding.text.trim() ? [...calls, copy] : [];
    return numberOf(finding) ? [...buttons, show] : buttons;
  }
}

/**
 * The number of a finding's line; 0 for lines that did not come.
 * @param {Finding} finding
 */
function numberOf({ line, lines }) {
  return lines.length ? line : 0;
}

/** @param {Finding} finding */
function figuresOf({ figures, lines, count }) {
  const list = element('dl', 'figures');
  for (const [name, value] of Object.entries(figures)) {
    const shown = Number.isInteger(value) ? formatCount(value) : value.toFixed(3);
    list.append(element('div', '', element('dt', '', name), element('dd', '', shown)));
  }
  const numbers = lines.slice(0, 20).map(formatCount).join(', ') + (count > 20 ? ' …' : '');
  if (lines.length)
    list.append(
      element('div', '', element('dt', '', count === 1 ? 'line' : 'lines'), element('dd', '', numbers)),
    );
  return element('details', '', element('summary', '', 'Figures'), list);
}

/**
 * The line of a finding and those around it; of lines that did not come, these, without numbers.
 * @param {Finding} finding
 */
function linesAround(finding) {
  return rowsOf(finding).map(({ number, text }, i) =>
    element(
      'li',
      i === finding.before.length ? 'here' : '',
      element('span', 'number', numberOf(finding) ? formatCount(number) : '–'),
      element('code', 'text', text || ' '),
    ),
  );
}
