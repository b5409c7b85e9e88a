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

/**
 * Whether a line is like one of these templates.
 * @param {string[]} rules
 * @param {string} line
 */
function isNormal(rules, line) {
  if (!rules.length) return false;
  const templates = new Set([line, foldingKey(line), foldingKey(dropTime(line)), templateOf(line)]);
  return rules.some((rule) => Array.from(templates).some((template) => matchesRule(rule, template)));
}

/**
 * Whether a text is what a rule says, where `*` is any text. Takes time in proportion to the text.
 * @param {string} rule
 * @param {string} text
 */
function matchesRule(rule, text) {
  const [first, ...rest] = rule.split('*');
  const last = rest.pop();
  if (last === undefined) return text === rule;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
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
