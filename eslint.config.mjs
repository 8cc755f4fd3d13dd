import js from '@eslint/js';
import perfectionist from 'eslint-plugin-perfectionist';
import tsdoc from 'eslint-plugin-tsdoc';
import tseslint from 'typescript-eslint';

// The house rules of docs/design.md: who may import what.
const only = (what, where) => ({ group: what, message: `only ${where} may import this` });

export default tseslint.config(
  { ignores: ['dist/', 'build*/', 'node_modules/', 'prebuilds/', 'out/'] },
  js.configs.recommended,
  {
    plugins: { perfectionist },
    rules: {
      // Node's own, packages, then our files from the far ones to the near.
      'perfectionist/sort-imports': [
        'error',
        {
          groups: ['builtin', 'external', 'subpath', 'parent', 'sibling'],
          newlinesBetween: 'ignore',
          internalPattern: [],
        },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { tsdoc },
    rules: {
      'tsdoc/syntax': 'error',
      // Indexing a typed array inside its bounds is the rule in numeric code; the compiler cannot know it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      // What a caller's own callback threw is handed back as it is.
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/dot-notation': 'off',
      // ArrayLike has indices and no iterator, and for-of over typed arrays is slower.
      '@typescript-eslint/prefer-for-of': 'off',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            only(['onnx-proto*', 'protobufjs*'], 'lib/model'),
            only(['onnxruntime-*'], 'lib/backends/onnxruntime'),
          ],
        },
      ],
    },
  },
  {
    files: ['lib/model/**', 'lib/backends/onnxruntime/**', 'test/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['calibrators/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [only(['../lib/*', '!../lib/native.js', '!../lib/errors.js'], 'lib')] },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setImmediate: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
);
