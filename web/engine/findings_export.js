// Findings as CSV for spreadsheets, and as JSON for programs.

/**
 * @param {Findings} findings
 * @returns {string}
 */
function findingsAsCsv(findings) {
  const head = ['rank', 'line', 'alarm', 'bits', 'characters', 'times', 'text'];
  const rows = findings.groups.map((finding, i) => [
    i + 1,
    finding.number,
    finding.surprise.toFixed(3),
    finding.bits.toFixed(3),
    finding.characters,
    findings.countOf(finding),
    finding.text,
  ]);
  return [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

// A spreadsheet computes what begins so, also behind spaces and quotes. The same as in service/admin/runs_csv.py.
// eslint-disable-next-line no-control-regex
const FORMULA = /^[\t\r\n]|^[\s\x00-\x1f\u200b-\u200f\u2060\ufeff"'“”‘’]*[=+\-@|%＝＋－＠]/;

/**
 * A cell as in RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 * @param {string | number} value
 */
function csvCell(value) {
  if (typeof value === 'number') return String(value);
  const harmless = FORMULA.test(value) && !/^-?[0-9]+(\.[0-9]+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/**
 * @param {Findings} findings
 * @param {{ name: string, complete: boolean, learns: boolean }} about the check
 */
function findingsAsJson(findings, { name, complete, learns }) {
  const perCharacter = (/** @type {number} */ bits) =>
    findings.characters ? bits / findings.characters : null;
  return JSON.stringify(
    {
      file: name,
      complete,
      lines: findings.lines,
      ignored: findings.ignored,
      characters: findings.characters,
      bits_per_char: perCharacter(findings.bits),
      adapted_bits_per_char: learns ? perCharacter(findings.adapted) : null,
      findings: findings.groups.map((finding) => ({
        line: finding.number,
        alarm: finding.surprise,
        bits: finding.bits,
        characters: finding.characters,
        times: findings.countOf(finding),
        text: finding.text,
        before: finding.before,
        after: finding.after,
      })),
      timeline: findings.stretches.map(({ first, last, bits, characters, worst }) => ({
        first,
        last,
        bits_per_char: characters ? bits / characters : null,
        alarm: worst?.surprise ?? null,
        line: worst?.number ?? null,
      })),
    },
    null,
    1,
  );
}
