// Findings as rows of a list. Each row unfolds to show the lines around it.

class FindingsList {
  /**
   * @param {HTMLElement} list
   * @param {(finding: Finding) => void} ignore what happens when lines like this are to be ignored
   */
  constructor(list, ignore) {
    this.list = list;
    this.ignore = ignore;
    /** @type {WeakMap<Finding, HTMLLIElement>} */
    this.rows = new WeakMap();
  }

  /**
   * @param {Finding[]} findings in the order to show
   * @param {(finding: Finding) => number} countOf how many near-duplicates each stands for
   */
  show(findings, countOf) {
    arrange(
      this.list,
      findings.map((finding) => {
        const row = this.rows.get(finding) ?? this.row(finding);
        this.rows.set(finding, row);
        const times = countOf(finding);
        const badge = row.querySelector('.times');
        if (badge) badge.textContent = times > 1 ? `× ${formatCount(times)}` : '';
        return row;
      }),
    );
  }

  /** @param {Finding} finding */
  row(finding) {
    const toggle = element('button', 'toggle');
    toggle.type = 'button';
    toggle.setAttribute('aria-label', `The lines around line ${formatCount(finding.number)}`);
    const around = [element('ol', 'around'), element('ol', 'around'), this.actions(finding)];
    const row = element(
      'li',
      '',
      around[0],
      element(
        'div',
        'finding',
        toggle,
        element('span', 'number', formatCount(finding.number)),
        element('code', 'text', ...shadeText(finding.text, finding.byCharacter)),
        element('span', 'times'),
        element('span', 'figure', finding.surprise.toFixed(1), element('span', 'visually-hidden', ' bits')),
      ),
      around[1],
      around[2],
    );
    const unfold = (/** @type {boolean} */ open) => {
      toggle.setAttribute('aria-expanded', String(open));
      for (const part of around) part.hidden = !open;
      if (!open) return;
      around[0].replaceChildren(...linesAround(finding.before, finding.number - finding.before.length));
      around[1].replaceChildren(...linesAround(finding.after, finding.number + 1));
    };
    unfold(false);
    toggle.addEventListener('click', () => unfold(toggle.getAttribute('aria-expanded') === 'false'));
    return row;
  }

  /** @param {Finding} finding */
  actions(finding) {
    const button = element('button', 'small', 'Ignore lines like this');
    button.type = 'button';
    button.addEventListener('click', () => this.ignore(finding));
    const cost = finding.bits / finding.characters;
    const words = element('span', 'note', `${cost.toFixed(2)} bits per character`);
    return element('div', 'actions', button, words);
  }
}

/**
 * @param {string[]} lines
 * @param {number} first their first number
 */
function linesAround(lines, first) {
  return lines.map((line, i) =>
    element(
      'li',
      '',
      element('span', 'number', formatCount(first + i)),
      element('code', 'text', line || ' '),
    ),
  );
}
