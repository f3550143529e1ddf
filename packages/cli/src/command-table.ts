import type { Command } from 'commander';

/** A command's module: adds its arguments, flags and action. */
export interface CommandModule {
  define(command: Command): void;
}

/** A command as the front page of the help shows it. Its module is loaded only when it is used. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  load(): Promise<CommandModule>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'sample',
    summary: 'Draw images with a model.',
    example: 'ungrain sample digits --class 0..9 --count 4 --out digits.png',
    load: () => import('./commands/sample.js'),
  },
  {
    name: 'generate',
    summary: 'Draw what prompts say with DeepFloyd IF, and make it larger.',
    example:
      'ungrain generate "an oil painting of a snowy mountain village" --stage1 IF-I-M-v1.0 --stage2 IF-II-M-v1.0 --steps 20 --seed 100',
    load: () => import('./commands/generate.js'),
  },
  {
    name: 'compare',
    summary: 'Draw prompts with DeepFloyd IF in several numbers of steps, side by side.',
    example:
      'ungrain compare "a man wearing a hat" "a rocket ship" --steps 20,100 --stage1 IF-I-M-v1.0 --stage2 IF-II-M-v1.0',
    load: () => import('./commands/compare.js'),
  },
  {
    name: 'embed',
    summary: 'Write what a text encoder makes of prompts to a file, or make such a file of others.',
    example: 'ungrain embed "a rocket ship" "a pencil" --encoder IF-I-M-v1.0 --out pack.safetensors',
    load: () => import('./commands/embed.js'),
  },
  {
    name: 'plan',
    summary: 'Tell what `ungrain generate` would take, in memory and time, before anything is loaded.',
    example: 'ungrain plan --stage1 IF-I-M-v1.0 --stage2 IF-II-M-v1.0 --steps 20 --count 4',
    load: () => import('./commands/plan.js'),
  },
  {
    name: 'pull',
    summary: 'Get a model from the hub of Hugging Face; what was stopped goes on.',
    example: 'ungrain pull deepfloyd/IF-I-M-v1.0 --variant fp16',
    load: () => import('./commands/pull.js'),
  },
  {
    name: 'replay',
    summary: 'Make a file again from the run that it carries.',
    example: 'ungrain replay digits.png',
    load: () => import('./commands/replay.js'),
  },
  {
    name: 'show',
    summary: 'Print the run that a file carries.',
    example: 'ungrain show digits.png',
    load: () => import('./commands/show.js'),
  },
  {
    name: 'diff',
    summary: 'Tell what differs between the runs of two files, and between their pictures.',
    example: 'ungrain diff a.png b.png',
    load: () => import('./commands/diff.js'),
  },
  {
    name: 'noise',
    summary: 'Add noise to an image, as the forward process does.',
    example: 'ungrain noise seven.png --t 250,500,750',
    load: () => import('./commands/noise.js'),
  },
  {
    name: 'blur',
    summary: 'Blur an image, or what noise has made of it, the classical way to remove noise.',
    example: 'ungrain blur seven.png --t 250,500,750 --sigma 1.5',
    load: () => import('./commands/blur.js'),
  },
  {
    name: 'denoise',
    summary: 'Remove noise in one step and step by step, and compare.',
    example: 'ungrain denoise seven.png --t 250,500,750',
    load: () => import('./commands/denoise.js'),
  },
  {
    name: 'edit',
    summary: 'Begin from an image or a drawing with noise added, at several steps (SDEdit).',
    example: 'ungrain edit drawing.png --start 1,3,5,7,10,20 --class 7',
    load: () => import('./commands/edit.js'),
  },
  {
    name: 'inpaint',
    summary: 'Draw a part of an image anew.',
    example: 'ungrain inpaint seven.png --mask 0,14,28,14 --class 7',
    load: () => import('./commands/inpaint.js'),
  },
  {
    name: 'anagram',
    summary: 'Draw images that show something else in each view.',
    example: 'ungrain anagram --view rotate180 --class 6 --class 9 --best-of 32',
    load: () => import('./commands/anagram.js'),
  },
  {
    name: 'hybrid',
    summary: 'Draw images that show one thing from afar and another from near.',
    example: 'ungrain hybrid --low 3 --high 8 --score',
    load: () => import('./commands/hybrid.js'),
  },
  {
    name: 'train',
    summary: 'Train a network by a recipe; a run that was stopped can go on.',
    example: 'ungrain train digits-class --epochs 2 --out runs/digits',
    load: () => import('./commands/train.js'),
  },
  {
    name: 'plot',
    summary: 'Draw the learning curves of runs, and compare them.',
    example: 'ungrain plot runs/digits pytorch.jsonl --out curves.png',
    load: () => import('./commands/plot.js'),
  },
  {
    name: 'report',
    summary: 'Make every figure of a run from its folder.',
    example: 'ungrain report runs/digits --out results/digits',
    load: () => import('./commands/report.js'),
  },
  {
    name: 'evaluate',
    summary: 'Score what a model draws beside real images.',
    example: 'ungrain evaluate digits --count 1000 --guidance cfg:scale=5',
    load: () => import('./commands/evaluate.js'),
  },
  {
    name: 'import',
    summary: "Make a PyTorch checkpoint of the course's UNet into weights for a model.",
    example: 'ungrain import model.pt --model digits --out mine.safetensors',
    load: () => import('./commands/import.js'),
  },
  {
    name: 'export',
    summary: 'Write a model as an ONNX file, or its weights as safetensors.',
    example: 'ungrain export digits --format onnx --out digits.onnx',
    load: () => import('./commands/export.js'),
  },
  {
    name: 'list',
    summary: 'List models, samplers, schedules, spacings, guidances, views, energies, recipes or pulled models.',
    example: 'ungrain list samplers',
    load: () => import('./commands/list.js'),
  },
  {
    name: 'describe',
    summary: 'Describe one of them with its options.',
    example: 'ungrain describe cfg',
    load: () => import('./commands/describe.js'),
  },
  {
    name: 'check-view',
    summary: 'Tell from numbers whether a view keeps noise what it is, and so can make an anagram.',
    example: 'ungrain check-view rotate:degrees=45',
    load: () => import('./commands/check-view.js'),
  },
  {
    name: 'create-plugin',
    summary: 'Write a package with a guidance, sampler, schedule, model or view of your own.',
    example: 'ungrain create-plugin soft-fade --kind guidance',
    load: () => import('./commands/create-plugin.js'),
  },
  {
    name: 'parity',
    summary: 'Check this installation against a folder of reference vectors.',
    example: 'ungrain parity vectors/',
    load: () => import('./commands/parity.js'),
  },
];
