import tseslint from 'typescript-eslint'

/** Imports run one way: api and worker -> core; scripts may use everything. */
const forbid = (group, message) => ({ 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] })

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.data/', 'coverage/', 'client/schema.d.ts'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }]
    }
  },
  { files: ['api/**', 'worker/**', 'core/**'], rules: { 'no-console': 'error' } },
  { files: ['core/**'], rules: forbid(['**/api/*', '**/worker/*', '**/scripts/*'], 'core knows neither its callers nor the scripts') },
  {
    files: ['api/**'],
    rules: forbid(['**/worker/*', '!**/worker/handlers', '**/scripts/*'], 'the API reads only the registry of handlers from the worker')
  },
  { files: ['client/**'], rules: forbid(['node:*', '**/api/*', '**/core/*', '**/worker/*', '**/scripts/*'], 'the client also runs in a browser, alone') },
  {
    files: ['web/**'],
    rules: forbid(['node:*', '**/api/*', '**/core/*', '**/worker/*', '**/scripts/*'], 'the page runs in a browser, and knows the API only through the client')
  },
  { files: ['worker/**'], rules: forbid(['**/api/*', '**/scripts/*'], 'the worker never imports the API') },
  { files: ['tests/**'], rules: { '@typescript-eslint/no-unsafe-argument': 'off', '@typescript-eslint/no-unsafe-return': 'off', '@typescript-eslint/no-unsafe-call': 'off' } }
)
