// Findings as CSV for spreadsheets, and as JSON for programs: the same fields as `logling check --json`.

/**
 * @param {Finding[]} findings strangest first
 * @returns {string}
 */
function findingsAsCsv(findings) {
  const head = ['rank', 'line', 'count', 'stands_out', 'strangeness', 'kind', 'why', 'text'];
  const rows = findings.map((finding, i) => [
    i + 1,
    finding.line,
    finding.count,
    finding.standsOut ? 'yes' : 'no',
    finding.strangeness,
    finding.kind,
    finding.why,
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
 * @param {AboutCheck} about
 * @param {Finding[]} list strangest first
 * @param {Findings} findings of the whole log
 */
function findingsAsJson(about, list, findings) {
  const perCharacter = (/** @type {number} */ bits, characters = findings.characters) =>
    characters ? bits / characters : null;
  return JSON.stringify(
    {
      file: about.name,
      good: about.good,
      complete: about.complete,
      lines: about.lines,
      stand_out: about.standOut,
      ignored: about.ignored,
      characters: findings.characters,
      bits_per_char: perCharacter(findings.bits),
      adapted_bits_per_char: perCharacter(findings.adapted),
      findings: list.map(
        ({ line, lines, count, text, strangeness, standsOut, kind, why, before, after, figures }) => ({
          line,
          lines,
          count,
          text,
          strangeness,
          stands_out: standsOut,
          kind,
          why,
          before,
          after,
          ...figures,
        }),
      ),
      timeline: findings.stretches.map(({ first, last, bits, characters, worst }) => ({
        first,
        last,
        bits_per_char: perCharacter(bits, characters),
        strangeness: worst?.strangeness ?? null,
        line: worst?.line ?? null,
      })),
    },
    null,
    1,
  );
}
