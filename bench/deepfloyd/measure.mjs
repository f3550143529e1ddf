#!/usr/bin/env node
/**
 * Memory and time of a part of DeepFloyd IF beside diffusers, on the same weights, one after the other:
 *
 *   node bench/deepfloyd/make-weights.mjs I-M /somewhere/large
 *   node bench/deepfloyd/measure.mjs /somewhere/large unet|text_encoder [--rows 2] [--repeats 3] [--threads 2]
 *
 * Ours runs with its weights mapped, and again with them copied into the layouts that are fastest; a text encoder also with
 * its matrices as int8 (`int8.mjs` writes them, and says how near they come). Reported are the fastest call, the seconds until the first answer, and the largest resident memory: that which belongs to
 * the process alone (anonymous) and all of it, in which pages of mapped files count that the system can have back. The peer
 * needs Python with torch, diffusers and transformers (UNGRAIN_PYTHON, else python3); without it, ours is measured alone.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});
if (positionals.length !== 2 || !['unet', 'text_encoder'].includes(positionals[1])) {
  console.error(
    'Usage: node bench/deepfloyd/measure.mjs FOLDER unet|text_encoder [--rows 2] [--repeats 3] [--threads 2]',
  );
  process.exit(2);
}
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const flags = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
const sides = {
  ...(positionals[1] === 'text_encoder' && {
    oursInt8: [
      process.execPath,
      [here('ours.mjs'), ...positionals, ...flags, '--low-memory', '--int8', `${positionals[0]}/int8`],
    ],
  }),
  ours: [process.execPath, [here('ours.mjs'), ...positionals, ...flags, '--low-memory']],
  oursPrepacked: [process.execPath, [here('ours.mjs'), ...positionals, ...flags]],
  diffusers: [process.env.UNGRAIN_PYTHON ?? 'python3', [here('peer.py'), ...positionals, ...flags]],
};

const figures = {};
for (const [side, [command, args]] of Object.entries(sides)) {
  try {
    figures[side] = await measured(command, args);
  } catch (error) {
    figures[side] = { missing: String(error.message).trim().split('\n').at(-1) };
  }
  console.error(`${side}: ${JSON.stringify(figures[side])}`);
}
const ratio = (figure) => Number((figures.ours[figure] / figures.diffusers[figure]).toFixed(3));
console.log(
  JSON.stringify({
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)])),
    ...figures,
    ratios: figures.diffusers.missing
      ? null
      : Object.fromEntries(
          ['seconds', 'loadSeconds', 'anonymousGigabytes', 'residentGigabytes'].map((f) => [f, ratio(f)]),
        ),
  }),
);

function measured(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const peak = { anonymousGigabytes: 0, residentGigabytes: 0 };
    let [text, errors] = ['', ''];
    const watch = setInterval(() => look(child.pid, peak), 20);
    child.stdout.on('data', (part) => (text += part));
    child.stderr.on('data', (part) => (errors += part));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ ...JSON.parse(text.trim().split('\n').at(-1)), ...peak });
      else reject(new Error(errors || `${command} ended with ${code}`));
    });
  });
}

/** Where the system tells (Linux). */
function look(pid, peak) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const gigabytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1e6;
    peak.anonymousGigabytes = Math.max(peak.anonymousGigabytes, gigabytes('RssAnon'));
    peak.residentGigabytes = Math.max(peak.residentGigabytes, gigabytes('VmRSS'));
  } catch {
    // it has ended
  }
}
