// What the page's scripts see of Node when a test loads them there. A plain `module.exports = …` or a call of
// `require` would make tsc take the script for a module and hide its names from the others, so they write
//     if (typeof module !== 'undefined') Object.assign(module.exports, { headSize });
// and, where one needs another, module.require('./transformer.js').
declare const module: { exports: object; require(path: string): any } | undefined;
