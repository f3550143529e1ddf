#!/usr/bin/env node
/**
 * Speed beside PyTorch, on this machine, in one go: `npm run -s bench -- train-step`, `-- inference`, and beside
 * diffusers' schedulers `-- sampler-step`.
 * Ours and the peer run by turns, each in a process of its own, so that both meet the same disturbances; compared are
 * the fastest times. The last line is one JSON object with the ratio ours / PyTorch.
 *
 * `--without PASS,…` (or `all`) switches passes of our graph compiler off, which shows what each of them brings.
 * `--engine tfjs` runs ours on the TensorFlow.js of the working folder: `cd $(node scripts/tfjs-native.mjs)` gives one
 * with its native library; this file is then called by its path.
 *
 * The peer is a Python program, run by UNGRAIN_PYTHON or python3: for the network UNGRAIN_PEER, else
 * ../shared/peers/torch_cs180.py.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const NETWORK_PEER = process.env.UNGRAIN_PEER ?? here('../../shared/peers/torch_cs180.py');
const BENCHMARKS = {
  'train-step': {
    ours: 'train-step.mjs',
    peer: NETWORK_PEER,
    needs: ['torch'],
    peerArguments: ['--infer-batches', '1'],
    figures: ({ train_step_s }) => ({ step: train_step_s.min }),
    unit: 'seconds a step',
  },
  inference: {
    ours: 'inference.mjs',
    peer: NETWORK_PEER,
    needs: ['torch'],
    peerArguments: ['--infer-batches', '1,64'],
    figures: ({ infer_ms_per_sample_min }) => ({
      batch1: infer_ms_per_sample_min['1'],
      batch64: infer_ms_per_sample_min['64'],
    }),
    unit: 'milliseconds a sample',
  },
  'sampler-step': {
    ours: 'sampler-step.mjs',
    peer: here('scheduler-step.py'),
    needs: ['torch', 'diffusers'],
    peerArguments: [],
    figures: (milliseconds) => milliseconds,
    unit: 'milliseconds a step',
  },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'onnx' },
    rounds: { type: 'string', default: '4' },
    threads: { type: 'string', default: '2' },
    without: { type: 'string', default: '' },
  },
});
const name = positionals[0];
const benchmark = BENCHMARKS[name];
const rounds = Number(values.rounds);
if (!benchmark || !(rounds >= 1)) {
  console.error(
    `Usage: npm run -s bench -- ${Object.keys(BENCHMARKS).join('|')} [--rounds 4] [--threads 2] [--engine tfjs] [--without PASS,…]`,
  );
  process.exit(2);
}

const python = process.env.UNGRAIN_PYTHON ?? 'python3';
const missing = await whyNoPeer();
const best = { ours: {}, pytorch: {} };
const peakGigabytes = {};
for (let round = 1; round <= rounds; round++) {
  await measure(
    'ours',
    process.execPath,
    [here(benchmark.ours), '--engine', values.engine, '--threads', values.threads, '--without', values.without],
    (result) => result,
  );
  if (!missing)
    await measure(
      'pytorch',
      python,
      [benchmark.peer, '--threads', values.threads, ...benchmark.peerArguments],
      benchmark.figures,
    );
  const shown = Object.entries(best).map(([who, figures]) => `${who} ${JSON.stringify(figures)}`);
  console.error(`round ${round} of ${rounds}, best ${benchmark.unit}: ${missing ? shown[0] : shown.join(', ')}`);
}

const ratios = missing
  ? {}
  : Object.fromEntries(
      Object.keys(best.ours).map((figure) => [figure, round4(best.ours[figure] / best.pytorch[figure])]),
    );
console.log(
  JSON.stringify({
    benchmark: name,
    ratio: missing ? null : Math.max(...Object.values(ratios)),
    ...(Object.keys(ratios).length > 1 && { ratios }),
    unit: benchmark.unit,
    ...best,
    peakGigabytes,
    engine: values.engine,
    rounds,
    threads: Number(values.threads),
    ...(values.without && { without: values.without }),
    ...(missing && { missing }),
  }),
);

/** Runs one side and keeps the smallest of each of its figures. */
async function measure(who, command, args, figuresOf) {
  const { text, gigabytes } = await output(command, args).catch(({ message }) => {
    console.error(`bench: ${message}`);
    process.exit(1);
  });
  const figures = figuresOf(JSON.parse(lastLine(text)));
  if (gigabytes !== null) peakGigabytes[who] = Math.max(peakGigabytes[who] ?? 0, gigabytes);
  for (const [figure, value] of Object.entries(figures))
    best[who][figure] = Math.min(best[who][figure] ?? Infinity, value);
}

async function whyNoPeer() {
  const { peer, needs } = benchmark;
  if (!existsSync(peer)) return 'There is no PyTorch program to run beside; name one by UNGRAIN_PEER.';
  try {
    await output(python, ['-c', `import ${needs.join(', ')}`]);
    return null;
  } catch {
    const packages = needs.join(' ');
    return `${python} cannot import ${needs.join(' and ')}; install it (pip install ${packages}) or name another Python by UNGRAIN_PYTHON.`;
  }
}

function output(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [text, errors] = ['', ''];
    let gigabytes = null;
    const watch = setInterval(() => (gigabytes = peakMemory(child.pid) ?? gigabytes), 100);
    child.stdout.on('data', (part) => (text += part));
    child.stderr.on('data', (part) => (errors += part));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ text, gigabytes });
      else reject(new Error(`${args[0]} failed: ${lastLine(errors)}`));
    });
  });
}

/** The most memory a process has had resident so far, where the system tells (Linux). */
function peakMemory(pid) {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : (Number(kilobytes) * 1024) / 1e9;
  } catch {
    return null; // it has ended, or there is no such file here
  }
}

function lastLine(text) {
  return text.trim().split('\n').at(-1);
}

function round4(value) {
  return Number(value.toFixed(4));
}
