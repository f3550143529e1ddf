/** One jest run over the TypeScript sources of every package; only the command-line tests use the built files. */
export default {
  roots: ['<rootDir>/packages', '<rootDir>/bench'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: '<rootDir>/scripts/jest-environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@ungrain/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@ungrain/([^/]+)/package\\.json$': '<rootDir>/packages/$1/package.json',
    '^@ungrain/([^/]+)/([^/]+)$': '<rootDir>/packages/$1/src/$2/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/dist/'],
  testTimeout: 300_000,
  maxWorkers: 2,
};
