// The rules of what is normal: a list that anyone can see, change, undo, save and open. A change has its effect at once.

class RulesList {
  /**
   * @param {string[]} rules at first
   * @param {() => void} onChange
   */
  constructor(rules, onChange) {
    this.rules = rules;
    this.onChange = onChange;
    /** @type {string[] | undefined} */
    this.before = undefined; // the rules before the last change
    this.list = byId('rules');
    onClick('undo', () => {
      if (this.before) this.change(this.before, '');
      byId('verdict').focus();
    });
    onClick('save-rules', () => saveFile('normal.txt', 'text/plain', formatNormalRules(this.rules)));
    onFiles('open-rules', ([file]) => this.open(file));
    byId('rule-form').addEventListener('submit', (event) => {
      event.preventDefault();
      const box = byId('rule', HTMLInputElement);
      for (const rule of parseNormalRules(box.value)) this.add(rule);
      box.value = '';
    });
    this.draw();
  }

  /** @param {string} rule */
  add(rule) {
    if (this.rules.includes(rule)) return;
    this.change([...this.rules, rule], 'Called normal:', rule);
  }

  /** @param {string} rule */
  remove(rule) {
    this.change(
      this.rules.filter((other) => other !== rule),
      'No longer called normal:',
      rule,
    );
    byId('undo').focus();
  }

  /** @param {File} file */
  async open(file) {
    const rules = file.size > MOST_RULE_BYTES ? [] : parseNormalRules(await file.text());
    if (!rules.length || rules.length > MOST_RULES || rules.some((rule) => rule.includes('\0'))) {
      byId('rules-problem').textContent =
        `${file.name} is not a file of rules: it should be text with one rule a line, at most ${formatCount(MOST_RULES)} of them.`;
      return;
    }
    const all = Array.from(new Set([...this.rules, ...rules]));
    this.change(all, `${formatQuantity(rules.length, 'rule')} opened from ${file.name}.`);
  }

  /**
   * @param {string[]} rules
   * @param {string} words that say what changed; empty: nothing that could be undone
   * @param {string} [rule] that the words are about
   */
  change(rules, words, rule) {
    this.before = words ? this.rules : undefined;
    this.rules = rules;
    byId('rules-problem').textContent = '';
    byId('changed-words').replaceChildren(words, ' ', ...(rule ? [element('code', '', rule)] : []));
    byId('changed').hidden = !words;
    this.draw();
    this.onChange();
  }

  /** The last change can be undone no more. */
  endUndo() {
    this.before = undefined;
    byId('changed').hidden = true;
  }

  draw() {
    this.list.replaceChildren(
      ...this.rules.map((rule) => {
        const remove = element('button', 'small', 'Remove');
        remove.type = 'button';
        remove.setAttribute('aria-label', `Remove ${rule}`);
        remove.addEventListener('click', () => this.remove(rule));
        return element('li', '', element('code', 'text', rule), remove);
      }),
    );
    byId('rules-count').textContent = this.rules.length
      ? `· ${formatQuantity(this.rules.length, 'rule')}`
      : '';
    byId('save-rules', HTMLButtonElement).disabled = !this.rules.length;
  }
}

const MOST_RULES = 1000;
const MOST_RULE_BYTES = 1_000_000;
