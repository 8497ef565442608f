import js from '@eslint/js';
import ts from 'typescript-eslint';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelteConfig from './svelte.config.js';

// dependency-cruiser checks the arrows between rooms, but cannot see type-only imports inside .svelte files: these rules can.
/**
 * @param {string[]} files
 * @param {string} regex
 * @param {string} message
 */
const svelteArrow = (files, regex, message) => ({
  files,
  rules: /** @type {import('eslint').Linter.RulesRecord} */ ({
    'no-restricted-imports': ['error', { patterns: [{ regex, message }] }],
  }),
});

export default defineConfig(
  // Embedders are projects of their own, with compilers of their own: the tests that install them check them.
  globalIgnores(['out', 'dist', 'node_modules', '.cache', 'coverage', 'tests/package/embedders']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'], tsconfigRootDir: import.meta.dirname },
    },
    rules: { '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }] },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig },
    },
  },
  svelteArrow(
    ['src/recorder/**/*.svelte'],
    '/(main|desk|store|cli|live)/|/viewer/(?!replay\\.js$)',
    'The panel uses shared and viewer/replay.ts only.',
  ),
  svelteArrow(
    ['src/viewer/panels/**/*.svelte'],
    '/(recorder|main|desk|store|cli|live)/|^(\\.\\./)+sources/',
    'A viewer panel uses components, state, model and shared.',
  ),
  svelteArrow(
    ['src/viewer/components/**/*.svelte'],
    '/(recorder|main|desk|store|cli|live|panels|state|sources)/',
    'A component knows shared and model only.',
  ),
  svelteArrow(['examples/**/*.svelte'], '(^|/)src/', 'The example uses the public entries only.'),
  {
    files: ['scripts/**/*.mjs', '*.js', '.dependency-cruiser.cjs'],
    languageOptions: { globals: globals.node },
    extends: [ts.configs.disableTypeChecked],
  },
);
