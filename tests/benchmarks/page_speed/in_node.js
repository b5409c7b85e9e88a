'use strict';

// Our engine in Node: node in_node.js ENGINE_JS WEIGHTS_JS TASK MILLISECONDS
// Prints how many tokens in how many seconds, and in how many of the processor's.

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { runInThisContext } = require('node:vm');

const here = (/** @type {string} */ name) => join(__dirname, name);
const [engine, weights, task, milliseconds] = process.argv.slice(2);
for (const path of [engine, weights]) runInThisContext(readFileSync(path, 'utf8'));
for (const name of ['ours', 'rounds']) runInThisContext(readFileSync(here(`${name}.js`), 'utf8'));
runInThisContext(`
  engines.ours = new Ours(decodeWeights(LOGLING_WEIGHTS).model);
  makeLines(engines.ours.model);
`);

async function main() {
  await runInThisContext(`round('ours', '${task}', ${milliseconds} / 4)`);
  const before = process.cpuUsage();
  const done = await runInThisContext(`round('ours', '${task}', ${milliseconds})`);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ ...done, processor: (user + system) / 1e6 }));
}

main();
