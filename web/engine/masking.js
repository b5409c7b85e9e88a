// Mask secrets, addresses and numbers of cards and accounts by masking_rules.js: see service/reading/redaction.py.

const SECRET = '<secret>';

/** @typedef {{ trace: RegExp, pattern: RegExp, mark: string, keeps: boolean, check?: (text: string) => boolean }} MaskingRule */

/** Masks the lines of one log, in order. */
class Redactor {
  /** @param {string[]} options kinds of values that are masked besides secrets */
  constructor(options = []) {
    this.rules = maskingRules(options);
    this.blockLinesLeft = 0;
  }

  /** @param {string} line */
  redact(line) {
    line = this.maskBlock(line);
    let lower = line.toLowerCase();
    for (const rule of this.rules) {
      if (!rule.trace.test(lower)) continue;
      const masked = maskBy(rule, line);
      if (masked !== line) lower = masked.toLowerCase();
      line = masked;
    }
    return line;
  }

  /**
   * Mask a line between BEGIN and END of a key or message, or one that looks like part of a key.
   * @param {string} line
   */
  maskBlock(line) {
    const { begin, end, body, header, lines } = MASKING_RULES.block;
    if (line.includes('-----BEGIN') && sharedPattern(begin).test(line)) {
      this.blockLinesLeft = sharedPattern(end).test(line) ? 0 : lines;
      return line;
    }
    if (!this.blockLinesLeft) return maskLone(line);
    const masked = line.replace(sharedPattern(body, 'g'), SECRET);
    const belongs = masked !== line || isBlank(line) || sharedPattern(header).test(line);
    this.blockLinesLeft = belongs && !sharedPattern(end).test(line) ? this.blockLinesLeft - 1 : 0;
    return masked;
  }
}

/** @param {string} line */
function maskLone(line) {
  const { widths, line: pattern } = MASKING_RULES.block;
  return widths.includes(line.length) && sharedPattern(pattern).test(line) ? SECRET : line;
}

/**
 * @param {MaskingRule} rule
 * @param {string} line
 */
function maskBy({ pattern, mark, keeps, check }, line) {
  return line.replace(pattern, (whole, ...rest) => {
    const kept = keeps && typeof rest[0] === 'string' ? rest[0] : '';
    return check && !check(whole.slice(kept.length)) ? whole : kept + mark;
  });
}

/** @type {Map<string, MaskingRule[]>} */
const maskingRulesOf = new Map();

/**
 * @param {string[]} options
 * @returns {MaskingRule[]}
 */
function maskingRules(options) {
  const key = options.join();
  let rules = maskingRulesOf.get(key);
  if (!rules) {
    const given = MASKING_RULES.rules.filter((rule) => !rule.option || options.includes(rule.option));
    rules = given.map((rule) => ({
      trace: new RegExp(rule.trace),
      pattern: new RegExp(withParts(rule.pattern, MASKING_RULES.parts), rule.ignore_case ? 'gi' : 'g'),
      mark: rule.mark ?? SECRET,
      keeps: rule.keeps ?? true,
      check: rule.check ? CHECKS[rule.check] : undefined,
    }));
    maskingRulesOf.set(key, rules);
  }
  return rules;
}

/** @type {Record<string, (text: string) => boolean>} */
const CHECKS = { luhn: isLuhn, mod97: isMod97 };

/**
 * Whether the check digit of a card number is right.
 * @param {string} text
 */
function isLuhn(text) {
  const digits = Array.from(text.replace(/[^0-9]/g, ''), Number).reverse();
  const sum = digits.reduce(
    (total, digit, i) => total + (i % 2 ? digit * 2 - (digit > 4 ? 9 : 0) : digit),
    0,
  );
  return new Set(digits).size > 1 && sum % 10 === 0;
}

/**
 * Whether the check digits of an IBAN are right.
 * @param {string} text
 */
function isMod97(text) {
  const letters = text.replaceAll(' ', '');
  const moved = letters.slice(4) + letters.slice(0, 4);
  const digits = Array.from(moved, (character) => parseInt(character, 36)).join('');
  return Array.from(digits, Number).reduce((rest, digit) => (rest * 10 + digit) % 97, 0) === 1;
}
