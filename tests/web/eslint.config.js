'use strict';

const js = require('@eslint/js');
const globals = require('globals');

const rules = {
  ...js.configs.recommended.rules,
  strict: ['error', 'global'],
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
};

// The files of web/ share one scope, so a name may be used in a file that does not define it: tsc checks that every name
// exists and has the right type. 'use strict' is written once, on top of the script that they become.
const classicScript = {
  'no-undef': 'off',
  'no-unused-vars': ['error', { vars: 'local' }],
  strict: ['error', 'never'],
};

module.exports = [
  {
    files: ['web/**/*.js'],
    languageOptions: { sourceType: 'script', globals: { ...globals.browser, module: 'readonly' } },
    rules: { ...rules, ...classicScript },
  },
  {
    files: ['tests/web/**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { ...globals.node, ...globals.browser } },
    rules,
  },
];
