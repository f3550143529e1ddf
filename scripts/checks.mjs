/** `npm test`: every check of the repository, counted on the last line. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, install } from './bootstrap.mjs';
import { inParallel, run, temporaryFolder, tool } from './processes.mjs';
import { command, stage } from './stages.mjs';
import { prepareNative } from './tfjs-native.mjs';
import { readJson } from './workspace.mjs';

/** Runs all stages, whatever fails, and gives the exit code. Counted are jest's tests, and one for each other stage. */
export async function runChecks() {
  const results = (await install()) ? await runStages() : [{ passed: 0, failed: 1 }];
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  console.log(`${total('passed')} passed, ${total('failed')} failed`);
  return total('failed') === 0 ? 0 : 1;
}

async function runStages() {
  const built = await build();
  const typescript = [
    ['lint', command([...tool('eslint'), '.', '--max-warnings=0'])],
    ['types', command([...tool('tsc', 'typescript'), '-p', 'tsconfig.json', '--noEmit'])],
    ['readmes', command([process.execPath, 'scripts/check-readmes.mjs'])],
    ['format', command([...tool('prettier'), '--check', '.', '--log-level=warn'])],
  ];
  return [
    ...(await inParallel(2, [['tfjs', nativeTensorflow], ...typescript], ([name, work]) => stage(name, work))),
    await stage('jest', runJest),
    await stage('packages', built ? command([process.execPath, 'scripts/check-packages.mjs']) : notBuilt),
  ];
}

/** TensorFlow's native library, with which jest runs some tests more. Without it they are skipped, and it says why. */
async function nativeTensorflow() {
  const { folder, reason } = await prepareNative();
  if (folder) Object.assign(process.env, { UNGRAIN_TFJS_NATIVE: folder, TF_CPP_MIN_LOG_LEVEL: '2' });
  return folder
    ? { passed: 1, failed: 0 }
    : { passed: 0, failed: 0, skipped: `The tfjs engine is tested in plain JavaScript only: ${reason}` };
}

const notBuilt = async () => ({ passed: 0, failed: 1, output: 'The packages were not built.' });

async function runJest() {
  const report = join(temporaryFolder(), 'jest.json');
  const [node, jest] = tool('jest');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const { code, output } = await run([node, ...flags, jest, '--ci', '--json', `--outputFile=${report}`]);
  return { ...countTests(report, code), output };
}

/** Test files that could not run count as a failed test each; so does a jest that crashed or found no tests. */
function countTests(report, code) {
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites } = readJson(report);
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed, failed: failed || (code === 0 && passed > 0 ? 0 : 1) };
}
