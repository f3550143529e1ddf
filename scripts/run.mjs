/**
 * What stands behind `npm run setup`, `demo`, `test` and `bench`, on a machine that has only Node and npm. This file
 * refuses a Node that is too old, in words that one can still read, and leaves the rest to tasks.mjs.
 */
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const oldest = manifest.engines.node.replace('>=', ''); // 20.19
const [major, minor] = numbers(process.versions.node);
const [oldestMajor, oldestMinor] = numbers(oldest);

if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
  console.error(
    `Ungrain needs Node ${oldest} or newer, and this is Node ${process.versions.node}: see https://nodejs.org`,
  );
  process.exitCode = 1;
} else {
  const { runTask } = await import('./tasks.mjs');
  process.exitCode = await runTask(process.argv.slice(2));
}

function numbers(version) {
  return version.split('.').map(Number);
}
