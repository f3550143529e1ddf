/** What the scripts know of the repository: where it is, which packages it has, what their builds leave behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** The folders of the packages that pnpm-workspace.yaml lists, relative to the root. */
export function packageFolders() {
  const listed = /^packages:\n((?:[ ]+- .+\n)+)/m.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'));
  return [...listed[1].matchAll(/- ['"]?([^'"\n]+)/g)]
    .flatMap(([, pattern]) => {
      if (!pattern.endsWith('/*')) return [pattern];
      const parent = pattern.slice(0, -2);
      return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
    })
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort();
}

/** Types in a package's dist whose source is gone: the compiler leaves them where they are, to be published by mistake. */
export function staleOutput(folder) {
  const dist = join(root, folder, 'dist');
  if (!existsSync(dist)) return [];
  return readdirSync(dist, { recursive: true })
    .filter((file) => file.endsWith('.d.ts'))
    .filter((file) => !existsSync(join(root, folder, 'src', file.replace(/\.d\.ts$/, '.ts'))))
    .map((file) => join(dist, file));
}
