// Which lines someone called normal: templates, one a line. `#` stands for a number, an identifier or a time, `*` for any
// text. See service/checking/normal_rules.py.

const COMMENT = '//';
const LONGEST_WRITTEN = 1000; // characters of a rule that is made of a line
const DATE_IN_TEMPLATE =
  /(?:\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? +)?(?:# +)?\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6},? +#(?:,? +#)*|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +#/g;

/**
 * The rule for lines of a template: without dates, so that it holds next month as well, and not too long.
 * @param {string} template
 */
function ruleOf(template) {
  const dateless = template.replace(DATE_IN_TEMPLATE, '*');
  const rule = dateless.startsWith(COMMENT) ? `*${dateless.slice(1)}` : dateless;
  const kept = firstCharacters(rule, LONGEST_WRITTEN);
  return kept === rule ? rule : `${kept}*`;
}

/** Templates to compare lines with. */
class NormalRules {
  /** @param {string[]} rules */
  constructor(rules) {
    this.whole = new Set(rules.filter((rule) => !rule.includes('*')));
    this.parts = rules.filter((rule) => rule.includes('*')).map((rule) => rule.split('*'));
  }

  /**
   * Whether lines of this template are normal.
   * @param {string} template
   */
  cover(template) {
    return this.whole.has(template) || this.parts.some((parts) => hasParts(template, parts));
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
    `${COMMENT} # is a number, an identifier or a time, * is any text.`,
  ];
  return [...head, ...rules].join('\n') + '\n';
}
