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

// The page's scripts share one global namespace, so a name may be used in a file that does not define it: that
// every name exists somewhere, with the right type, is for tsc to check.
const classicScript = {
  'no-undef': 'off',
  'no-unused-vars': ['error', { vars: 'local' }],
};

module.exports = [
  { ignores: ['web/weights.js'] },
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
