'use strict';

// What the engine computes, for the tests: node runner.js ENGINE.JS reads one JSON request from stdin and writes one JSON
// answer.
// Numbers travel as JSON, which keeps every bit of a float64 in both languages.

const { readFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');

const {
  Forecast,
  Adaptive,
  Judge,
  LogCheck,
  LogReader,
  NextLines,
  Noise,
  NormalRules,
  NumberFields,
  Profile,
  RAW,
  AS_DEFAULT,
  State,
  Table,
  Vocabulary,
  WeightsFileError,
  bitsPerCharacter,
  codePoints,
  complete,
  completions,
  continueLog,
  decodeWeights,
  describeStrangeness,
  findingAsJson,
  findingsAsCsv,
  formatNormalRules,
  learnFrom,
  nextCharacters,
  parseNormalRules,
  primed,
  readSideBySide,
  reportAsHtml,
  reportAsMarkdown,
  ruleOf,
  scoreLines,
  suggest,
  surprise,
  verdictOf,
  templateOf,
  weightedSurprise,
  wordsOf,
} = require(process.argv[2]);

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc');

/** @type {Record<string, (request: any) => unknown>} */
const answers = {
  refusal: ({ base64 }) => {
    try {
      decodeWeights(base64);
    } catch (error) {
      if (error instanceof WeightsFileError) return { fault: error.fault, message: error.message };
      throw error;
    }
    return null;
  },
  refusals: ({ files }) =>
    files.map((/** @type {string} */ base64) => {
      try {
        decodeWeights(base64);
      } catch (error) {
        if (error instanceof WeightsFileError) return error.message;
        throw error;
      }
      return null;
    }),
  lines: ({ base64, cuts, reading }) => {
    const data = Buffer.from(base64, 'base64');
    const settings = reading ? { ...AS_DEFAULT, ...reading } : RAW;
    const reader = new LogReader(settings, data.subarray(0, 64 * 1024));
    const ends = [...cuts, data.length];
    /** @type {number[]} */
    const numbers = [];
    const lines = ends.flatMap((end, i) => {
      const read = reader.feed(data.subarray(ends[i - 1] ?? 0, end));
      numbers.push(...reader.numbers);
      return read;
    });
    const last = reader.finish();
    return { lines: [...lines, ...last], numbers: [...numbers, ...reader.numbers] };
  },
  csv: ({ findings }) => findingsAsCsv(findings),
  reports: ({ about, findings }) => ({
    html: reportAsHtml(about, findings),
    markdown: reportAsMarkdown(about, findings),
  }),
  verdicts: ({ counts }) => counts.map(verdictOf),
  strangeness: ({ values }) => values.map(describeStrangeness),
  rules: ({ lines, rules }) => ({
    rules: templatesOf(lines).map(ruleOf),
    normal: templatesOf(lines).map((template) => new NormalRules(rules).cover(template)),
    again: parseNormalRules(formatNormalRules(rules)),
  }),
  card: ({ base64 }) => decodeWeights(base64).card,
  weights: ({ base64 }) => {
    const { weights } = decodeWeights(base64).model;
    return Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, Array.from(tensor)]));
  },
  tokens: ({ base64, text }) => {
    const { vocabulary } = decodeWeights(base64).model;
    const tokens = vocabulary.encode(text);
    return { tokens: Array.from(tokens), text: vocabulary.decode(tokens), size: vocabulary.size };
  },
  logits: ({ base64, text }) => {
    const { model } = decodeWeights(base64);
    const state = new State(model);
    return Array.from(model.vocabulary.encode(text), (token) => Array.from(state.read(token)));
  },
  primed: ({ base64, context, begun }) =>
    Array.from(primed(decodeWeights(base64).model, context, begun).logits),
  copies: ({ base64, texts }) => {
    const { model } = decodeWeights(base64);
    /** @type {State[]} */
    const states = [new State(model)];
    return texts.map((/** @type {string[]} */ endings) => {
      while (states.length < endings.length) states.push(states[states.length - 1].copy());
      const tokens = endings.map((text) => model.vocabulary.encode(text));
      for (let i = 0; i < tokens[0].length; i++) {
        readSideBySide(
          states,
          tokens.map((ids) => ids[i]),
        );
      }
      return states.map((state) => Array.from(state.logits));
    });
  },
  completions: ({ base64, context, begun, alternatives, longest }) => {
    const { model } = decodeWeights(base64);
    const state = primed(model, context, begun);
    return {
      next: nextCharacters(state.logits, model.vocabulary),
      completions: complete(model, context, begun, { alternatives, longest }),
      again: [1, 2].map(() => completions(state, { alternatives, longest })),
    };
  },
  suggestions: ({ base64, context, begun }) => {
    const { model } = decodeWeights(base64);
    return suggest(primed(model, context, begun), begun);
  },
  kinds: ({ good, lines }) => {
    const next = new NextLines(good.length ? profileOf([good]) : new Profile());
    for (const line of lines) next.add(line);
    return next.kinds();
  },
  noise: ({ good, context, lines, before }) => {
    const noise = new Noise(good.length ? profileOf([good]) : new Profile(), context);
    return lines.map((/** @type {string} */ line) => noise.isNoise(line, before));
  },
  quantities: ({ context, futures }) => {
    const fields = new NumberFields(context);
    for (const lines of futures) fields.add(lines);
    return fields.list();
  },
  futures: ({ base64, context, options }) => {
    const { model, profile } = decodeWeights(base64);
    const noise = new Noise(profile ?? new Profile(), context);
    const samples = continueLog(model, context, { ...options, noise });
    const isNoise = (/** @type {string} */ line) => noise.isNoise(line, []);
    return samples.map(({ lines }) => ({ lines, noise: lines.filter(isNoise).length }));
  },
  ranking: ({ lines, bits }) => ({
    templates: templatesOf(lines),
    surprises: lines.map((/** @type {string} */ line) =>
      weightedSurprise(line, new Float64Array(codePoints(line).length + 1).fill(bits)),
    ),
  }),
  words: ({ lines }) =>
    lines.map((/** @type {string} */ line) => {
      const words = wordsOf(line);
      const { moment } = new Judge(new Profile()).judge(line);
      return {
        words: words.map(({ text, begin, end, place }) => [text, line.slice(begin, end), place]),
        template: templateOf(line, words),
        moment: moment ? [moment.seconds, moment.round] : null,
      };
    }),
  check: ({ base64, good, lines, rules = [], surprises }) => {
    let { profile, expected } = base64
      ? decodeWeights(base64)
      : { profile: new Profile(), expected: undefined };
    if (good) {
      const table = new Table();
      for (const log of good) table.add(log, true);
      ({ profile, expected } = learnFrom(
        table,
        good.find((/** @type {string[]} */ log) => log.length) ?? [],
      ));
    }
    const check = new LogCheck(profile, new NormalRules(rules), expected);
    lines.forEach((/** @type {string} */ line, /** @type {number} */ i) =>
      check.add(i + 1, line, surprises ? { surprise: surprises[i] } : {}),
    );
    const { standOut, normal, standing, familiar } = check.findings();
    return {
      profile: profileAsJson(profile),
      found: {
        lines: check.lines,
        stand_out: standOut,
        normal,
        findings: standing.map(asJson),
        familiar: familiar.map(asJson),
      },
    };
  },
  plausibilities: ({ lines, next }) => {
    const forecast = new Forecast(lines);
    return next.map((/** @type {string} */ line) =>
      forecast.knownKind(line) === undefined ? null : forecast.plausibility(line),
    );
  },
  samples: ({ base64, context, options }) => continueLog(decodeWeights(base64).model, context, options),
  adapted: ({ characters, logits, text, recalled }) => {
    const adaptive = new Adaptive(new Vocabulary(characters));
    return Array.from(codePoints(text), (code, i) =>
      adaptive.charge(logits ? Float64Array.from(logits[i]) : undefined, code, recalled[i]),
    );
  },
  growth: ({ characters, text, times }) => {
    const adaptive = new Adaptive(new Vocabulary(characters));
    const logits = new Float64Array(characters.length + 2);
    const used = () => {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    let before = 0;
    for (let i = 0; i < times; i++) {
      for (const code of codePoints(text)) adaptive.charge(logits, code);
      before ||= used();
    }
    return used() - before;
  },
  scores: ({ base64, lines, context, adapts }) => {
    const { model } = decodeWeights(base64);
    const adaptive = adapts ? new Adaptive(model.vocabulary) : undefined;
    const scores = scoreLines(model, lines, context, adaptive);
    return {
      bitsPerCharacter: bitsPerCharacter(scores),
      lines: scores.map((score) => ({
        ...score,
        byCharacter: Array.from(score.byCharacter),
        surprise: surprise(score.byCharacter),
      })),
    };
  },
};

/** @param {string[][]} logs that were fine */
function profileOf(logs) {
  const table = new Table();
  for (const log of logs) table.add(log, true);
  return learnFrom(table, logs[0]).profile;
}

/** @param {string[]} lines */
function templatesOf(lines) {
  return lines.map((line) => templateOf(line, wordsOf(line)));
}

/** @param {any} finding */
function asJson(finding) {
  const { words, ...others } = findingAsJson(finding);
  // The places of Python's words are in characters.
  const place = (/** @type {number} */ at) => Array.from(finding.text.slice(0, at)).length;
  return {
    ...others,
    strangeness: finding.strangeness,
    words: words.map((word) => ({ ...word, begin: place(word.begin), end: place(word.end) })),
  };
}

/** @param {any} profile */
function profileAsJson(profile) {
  const { grams, rates, literal, values, ...others } = profile;
  return {
    ...others,
    grams: Array.from(grams, ([key, { count, types }]) => [key, count, types]),
    rates: Array.from(rates, ([key, { count, most, gap }]) => [key, count, most, gap]),
    literal: Array.from(literal),
    values: Array.from(values, ([key, usual]) => [
      key,
      usual.low,
      usual.high,
      usual.lowScale,
      usual.highScale,
    ]),
  };
}

const request = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(answers[request.question](request)));
