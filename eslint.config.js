import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** All but the front ends. */
const BELOW_HOST = [
  'core',
  'samplers',
  'graph',
  'formats',
  'engine-onnx',
  'engine-tfjs',
  'training',
  'models-mnist',
  'models-deepfloyd',
  'media',
];

/**
 * Which of our packages each package may import: arrows point one way only, so that models never know samplers,
 * samplers never know models, and only `host` and the front ends know all of them.
 */
const MAY_IMPORT = {
  core: [],
  samplers: ['core'],
  graph: ['core'],
  formats: ['core'],
  'engine-onnx': ['core', 'graph', 'formats'],
  'engine-tfjs': ['core', 'graph', 'formats'],
  training: ['core', 'graph', 'formats'],
  'models-mnist': ['core', 'graph', 'formats'],
  'models-deepfloyd': ['core', 'graph', 'formats'],
  media: ['core'],
  host: BELOW_HOST,
  cli: [...BELOW_HOST, 'host'],
};

/** Folders of a package that may import more than the package itself does. */
const MAY_ALSO_IMPORT = { 'models-mnist/src/train': ['training'] };

const refuseAllBut = (allowed) => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          regex: `^@ungrain/(?!(?:${allowed.join('|') || 'nothing'})(?:/|$))`,
          message: 'Imports between packages point one way: see MAY_IMPORT in eslint.config.js.',
        },
      ],
    },
  ],
});

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', 'demo/', 'runs/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export: no default exports.' },
      ],
    },
  },
  ...Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
    files: [`packages/${name}/src/**/*.ts`],
    ignores: ['**/*.test.ts'],
    rules: refuseAllBut(allowed),
  })),
  ...Object.entries(MAY_ALSO_IMPORT).map(([folder, extra]) => ({
    files: [`packages/${folder}/**/*.ts`],
    ignores: ['**/*.test.ts'],
    rules: refuseAllBut([...MAY_IMPORT[folder.split('/')[0]], ...extra]),
  })),
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        globalThis: 'readonly',
        performance: 'readonly',
      },
    },
  },
);
