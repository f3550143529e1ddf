import type { Tensor, Value } from '@ungrain/core';
import { guarded, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import type { Engine } from '@ungrain/graph';
import { loadUnet } from '../unet/load-unet.js';
import { compare, compareScaled, wanted } from './checks.js';
import { parityFiles } from './parity-files.js';

const FOLDER = 'reference/unet';
/** Largest difference of an output, and of a module's output in units of its own largest value. */
const TOLERANCES = { output: 5e-5, activation: 1e-4 };

/** Where the UNet of a file of references lies, by how the file is called. */
const FOLDERS: Readonly<Record<string, string>> = { stage1: 'stage1/unet', stage2: 'stage2/unet', single: 'single' };

/** Forward passes of the UNets, and the outputs of their modules. */
export async function* checkUnets(source: ParitySource, engine: Engine): AsyncGenerator<ParityCheck, void, void> {
  for (const path of await source.list(FOLDER)) {
    const [, stem = ''] = /([^/]+)\.safetensors$/.exec(path) ?? [];
    if (stem === '' || stem.endsWith('_activations')) continue;
    const folder = FOLDERS[stem.split('_', 1)[0]!];
    yield* guarded(`unet ${stem}`, async function* () {
      if (!folder) throw new Error('it is not known which UNet this is of');
      const cases = await source.tensors(path);
      const activations = `${FOLDER}/${stem}_activations.safetensors`;
      const traced = (await source.exists(activations)) ? await source.tensors(activations) : null;
      yield* checkCases(parityFiles(source, folder), engine, stem, cases, traced);
    });
  }
}

async function* checkCases(
  files: ReturnType<typeof parityFiles>,
  engine: Engine,
  stem: string,
  cases: ReadonlyMap<string, Value>,
  activations: ReadonlyMap<string, Value> | null,
): AsyncGenerator<ParityCheck, void, void> {
  const names = [...new Set([...cases.keys()].map((key) => key.slice(0, key.lastIndexOf('.'))))];
  const { network } = await loadUnet(files, { engine, traced: activations !== null });
  try {
    let explained = false;
    for (const name of names) {
      const outputs = await network.run(inputsOf(cases, name));
      yield compare(
        `unet ${stem} ${name}`,
        outputs['output'] as Tensor,
        wanted(cases, `${name}.output`),
        TOLERANCES.output,
      );
      // The case whose modules were recorded is told by its input, which conv_in alone depends on.
      if (!activations || explained || !sameAs(outputs['conv_in'] as Tensor, wanted(activations, 'conv_in'))) continue;
      explained = true;
      // In the order of the forward pass: the first that is off is where an error begins.
      for (const module of modulesIn(outputs, activations))
        yield compareScaled(
          `unet ${stem} ${name} ${module}`,
          outputs[module] as Tensor,
          wanted(activations, module),
          TOLERANCES.activation,
        );
    }
    if (activations && !explained) throw new Error(`no case has the recorded activations`);
  } finally {
    await network.dispose();
  }
}

/** Names of recorded modules as the network came to them, then those that it never came to. */
const modulesIn = (outputs: object, activations: ReadonlyMap<string, unknown>): readonly string[] => [
  ...new Set([...Object.keys(outputs).filter((module) => activations.has(module)), ...activations.keys()]),
];

function inputsOf(cases: ReadonlyMap<string, Value>, name: string): Record<string, Value> {
  const value = (key: string): Value => ({ dtype: 'float32', ...wanted(cases, `${name}.${key}`) });
  return {
    x: value('sample'),
    time: value('timestep'),
    text: value('encoder_hidden_states'),
    ...(cases.has(`${name}.class_labels`) && { noiseLevel: value('class_labels') }),
  };
}

const sameAs = (a: Tensor, b: Tensor): boolean =>
  a.data.length === b.data.length && a.data.every((x, i) => Math.abs(x - b.data[i]!) < 1e-3);
