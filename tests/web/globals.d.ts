// What the page's files use and none of them declares. A plain `module.exports = …` would make tsc take a file for a
// module and hide its names from the others, so engine/exports.js writes Object.assign(module.exports, …).
declare const module: { exports: object } | undefined; // in Node.js
declare function loglingEngine(): void; // all of engine/, in engine.js of a site
