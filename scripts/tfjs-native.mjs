/**
 * TensorFlow.js with its native library, for tests: `node scripts/tfjs-native.mjs` prints the folder in whose
 * node_modules it lies, or says why it cannot be had.
 *
 * The package's own install script would fetch the library from a host that many machines do not reach. The same
 * library lies in the PyPI package tensorflow-cpu, so this takes it from there and compiles the binding against it. All
 * of it goes into a folder of the user's cache: nothing is installed into Node, Python or this workspace.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, run } from './processes.mjs';

const TFJS = '4.22.0';
/** The last release with TensorFlow's C API in a library of its own is newer; this one is what the binding was written for. */
const TENSORFLOW = '2.12.0';
/** The binding compiles and runs up to this version. */
const NEWEST_NODE = 22;
/** No step takes longer than this where it works. */
const PATIENCE = { seconds: 180 };

/** What of the wheel is needed, and where it goes. */
const UNPACK = `
import glob, os, shutil, sys, zipfile
archive, to = zipfile.ZipFile(glob.glob('wheel/*.whl')[0]), sys.argv[1]
headers = ('tensorflow/c/', 'tsl/c/', 'tensorflow/core/platform/', 'tsl/platform/')
for name in archive.namelist():
    inside = name.removeprefix('tensorflow/')
    header = inside.removeprefix('include/')
    if inside in ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'): place = 'lib/' + inside
    elif header != inside and header.endswith('.h') and any('/' + part in '/' + header for part in headers): place = inside
    else: continue
    path = os.path.join(to, place)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with archive.open(name) as source, open(path, 'wb') as target: shutil.copyfileobj(source, target, 1 << 20)
for link, target in (('libtensorflow.so.2', 'libtensorflow_cc.so.2'), ('libtensorflow.so', 'libtensorflow.so.2'),
                     ('libtensorflow_framework.so', 'libtensorflow_framework.so.2')):
    os.symlink(target, os.path.join(to, 'lib', link))
`;

const CHECK = `
const tf = require('@tensorflow/tfjs-node');
const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync().join();
if (product !== '19,22,43,50' || tf.getBackend() !== 'tensorflow') throw new Error(product);
`;

/** @returns `{ folder }` in whose node_modules @tensorflow/tfjs-node lies, or the `reason` why there is none */
export async function prepareNative() {
  const reason = whyNot();
  if (reason) return { reason };
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ungrain');
  const folder = join(cache, `tfjs-native-${TFJS}-${TENSORFLOW}-node${process.versions.modules}`);
  if (existsSync(folder)) return { folder };
  const work = `${folder}.${process.pid}.tmp`;
  try {
    mkdirSync(work, { recursive: true });
    await make(work);
    if (!existsSync(folder)) renameSync(work, folder);
    return { folder };
  } catch (error) {
    return { reason: error.message };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What is missing on this machine, in a sentence. */
function whyNot() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'its native library is built on 64-bit Linux only.';
  if (Number(process.versions.node.split('.')[0]) > NEWEST_NODE)
    return `its native library runs on Node ${NEWEST_NODE} and older.`;
  if (!headers()) return 'the header files of Node are missing.';
  return null;
}

/** The folder that holds include/node. */
const headers = () =>
  [dirname(dirname(process.execPath)), '/usr', '/usr/local'].find((at) =>
    existsSync(join(at, 'include/node/node_api.h')),
  );

async function make(cwd) {
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1'];
  const pip = ['python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--retries=1'];
  const wheel = ['--python-version=3.11', '--platform=manylinux_2_17_x86_64', '--platform=manylinux2014_x86_64'];
  await Promise.all([
    step('npm could not install it', [...npm(), ...install, `@tensorflow/tfjs-node@${TFJS}`], cwd),
    step('pip could not download TensorFlow', [...pip, ...wheel, '--dest=wheel', `tensorflow-cpu==${TENSORFLOW}`], cwd),
  ]);
  const at = join(cwd, 'node_modules/@tensorflow/tfjs-node');
  await step('Python could not unpack TensorFlow', ['python3', '-c', UNPACK, join(at, 'deps')], cwd);
  rmSync(join(cwd, 'wheel'), { recursive: true });

  const binary = createRequire(join(at, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  const compile = [process.execPath, binary, 'install', '--build-from-source', `--nodedir=${headers()}`];
  const env = { ...process.env, npm_config_nodedir: headers(), npm_config_node_gyp: await nodeGyp() };
  await step('its binding could not be compiled', compile, at, env);
  rmSync(join(at, 'build'), { recursive: true, force: true });
  await step('it does not run', [process.execPath, '-e', CHECK], cwd, { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' });
}

/** The compiler's driver that comes with npm. */
async function nodeGyp() {
  const path = process.env.npm_execpath; // …/npm/bin/npm-cli.js
  const beside = path?.endsWith('npm-cli.js') ? join(dirname(dirname(path)), 'node_modules') : '';
  const { output } = await run([...npm(), 'root', '--global']);
  return [beside, join(output, 'npm/node_modules')]
    .map((modules) => join(modules, 'node-gyp/bin/node-gyp.js'))
    .find((file) => existsSync(file));
}

async function step(failure, command, cwd, env = process.env) {
  const { code, output } = await run(command, { cwd, env, ...PATIENCE });
  if (code !== 0) throw new Error(`${failure} (${lastLine(output)}).`);
}

const lastLine = (text) => text.trim().split('\n').at(-1).replace(/\.$/, '');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, reason } = await prepareNative();
  if (folder) console.log(folder);
  else console.error(`TensorFlow.js with its native library cannot be had: ${reason}`);
  process.exitCode = folder ? 0 : 1;
}
