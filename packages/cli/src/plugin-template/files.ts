import { version } from '../versions.js';
import { PART_TEMPLATES, type PluginNames } from './kinds.js';

export type PartKind = keyof typeof PART_TEMPLATES;

/** `soft-fade` → `softFade` */
const camelCase = (name: string): string => name.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The files of a new plugin's package, by their path in it. */
export function pluginFiles(name: string, kind: PartKind): ReadonlyMap<string, string> {
  const names: PluginNames = { name, camel: camelCase(name) };
  const { list, suffix, example, source, test } = PART_TEMPLATES[kind];
  return new Map([
    ['package.json', json(manifest(name, kind))],
    ['tsconfig.json', json(TSCONFIG)],
    ['.gitignore', 'dist/\nnode_modules/\n'],
    ['README.md', readme(name, kind, example.replaceAll('NAME', name))],
    [
      'src/index.ts',
      `import type { Plugin } from '@ungrain/core';
import { ${names.camel}${suffix} } from './${name}.js';

export const ${names.camel}Plugin: Plugin = {
  name: '${name}',
  apiVersion: 1,
  ${list}: [${names.camel}${suffix}],
};
`,
    ],
    [`src/${name}.ts`, source(names)],
    [`src/${name}.test.ts`, test(names)],
  ]);
}

const manifest = (name: string, kind: PartKind) => ({
  name,
  version: '0.1.0',
  description: `A ${kind} for Ungrain.`,
  keywords: ['ungrain-plugin'],
  type: 'module',
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  files: ['dist'],
  scripts: { build: 'tsc', test: `tsc && node --test dist/${name}.test.js`, prepare: 'tsc' },
  dependencies: { zod: '^4.0.0' },
  peerDependencies: { '@ungrain/core': `^${version}` },
  devDependencies: { '@types/node': '^20.19.0', '@ungrain/core': `^${version}`, typescript: '~6.0.3' },
});

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    declaration: true,
    rootDir: 'src',
    outDir: 'dist',
    types: ['node'],
  },
  include: ['src'],
};

const readme = (name: string, kind: PartKind, example: string): string => `# ${name}

A ${kind} for [Ungrain](https://www.npmjs.com/package/@ungrain/cli).

\`\`\`sh
npm install
npm test                          # builds it and holds it to the laws of every ${kind}
npx ungrain list --plugin .       # it is there
npx ${example}
\`\`\`

Every command takes \`--plugin\` with a path or the name of an installed package. A project that always wants it lists it in
\`ungrain.config.ts\` (.js and .json do as well), which every command reads in the folder where it runs:

\`\`\`ts
export const plugins = ['${name}'];
\`\`\`
`;
