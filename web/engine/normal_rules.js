// Which lines someone called normal: templates, one a line. `#` stands for a number or an identifier, `*` for any text. A
// template has no time, so that it holds next month as well.

const COMMENT = '//';
const DATE_IN_TEMPLATE =
  /(?:\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? +)?(?:# +)?\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6},? +#(?:,? +#)*|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +#/g;

/**
 * The template of a line, without its time and without any other date.
 * @param {string} line
 */
function templateOf(line) {
  const template = foldingKey(dropTime(line)).replace(DATE_IN_TEMPLATE, '*');
  return template.startsWith(COMMENT) ? `*${template.slice(1)}` : template;
}

/**
 * The rule for lines like a finding.
 * @param {Finding} finding
 */
function ruleOf({ text, figures }) {
  const isCut = Array.from(text).length + 1 < figures.characters;
  return templateOf(text) + (isCut ? '*' : '');
}

/** Templates to compare lines with. */
class NormalRules {
  /** @param {string[]} templates */
  constructor(templates) {
    this.templates = templates;
    this.exact = new Set(templates.filter((template) => !template.includes('*')));
    this.open = templates.filter((template) => template.includes('*')).map((template) => template.split('*'));
  }

  /**
   * Whether a line is like one of the templates, with its time or without.
   * @param {string} line
   */
  describe(line) {
    if (!this.templates.length) return false;
    const forms = new Set([line, foldingKey(line), foldingKey(dropTime(line)), templateOf(line)]);
    return Array.from(forms).some(
      (form) => this.exact.has(form) || this.open.some((parts) => hasParts(form, parts)),
    );
  }
}

/**
 * Whether a text is these parts with any text between them. Takes time in proportion to the text.
 * @param {string} text
 * @param {string[]} parts two or more
 */
function hasParts(text, parts) {
  const last = parts.length - 1;
  if (!text.startsWith(parts[0])) return false;
  let at = parts[0].length;
  for (let i = 1; i < last; i++) {
    const found = text.indexOf(parts[i], at);
    if (found < 0) return false;
    at = found + parts[i].length;
  }
  return text.length - parts[last].length >= at && text.endsWith(parts[last]);
}

/**
 * The rules of a text: one a line, without comments, blank lines and repeats.
 * @param {string} text
 */
function parseNormalRules(text) {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  return Array.from(new Set(lines.filter((line) => line.trim() && !line.startsWith(COMMENT))));
}

/** @param {string[]} rules */
function formatNormalRules(rules) {
  const head = [
    `${COMMENT} Lines that are normal, one template a line.`,
    `${COMMENT} # is a number or an identifier, * is any text.`,
  ];
  return [...head, ...rules].join('\n') + '\n';
}
