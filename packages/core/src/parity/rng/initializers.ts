import { UngrainError } from '../../errors.js';
import { TorchGenerator } from '../../random/torch-generator.js';
import {
  fans,
  kaimingNormal,
  kaimingUniform,
  truncatedNormal,
  xavierNormal,
  xavierUniform,
  type Initializer,
} from '../../random/torch-initializers.js';
import { drawParameters } from '../../random/torch-modules.js';
import type { Shape, Value } from '../../tensor.js';
import { attempt, compareValues, failedCheck, type Closeness } from '../compare.js';
import { passed, type ParityCheck } from '../contract.js';
import { float32, shapeOf } from './calls.js';
import { parseModule } from './module-name.js';

/** Of normal numbers, for a standard deviation of 1. */
const NORMAL_DISTANCE = 2e-6;

const FUNCTION_NAME = /^initfn\.(\w+?)_?(?:_std(\d+(?:\.\d+)?))?\.(\d+(?:x\d+)*)$/;
const MODULE_NAME = /^module\.(\w+\(.*\))\.([\w.]+)$/;

interface NamedInitializer {
  readonly initialize: Initializer;
  readonly closeness: Closeness;
}

const near = (std: number): Closeness => ({ absolute: NORMAL_DISTANCE * std });

/** torch.nn.init's functions by the names of the tensors: `trunc_normal_std0.02`. */
const FUNCTIONS: ReadonlyMap<string, (shape: Shape, std: number) => NamedInitializer> = new Map([
  ['kaiming_uniform', () => ({ initialize: kaimingUniform({ a: 0 }), closeness: 'equal' })],
  ['kaiming_normal_relu', (shape) => ({ initialize: kaimingNormal(), closeness: near(Math.sqrt(2 / fans(shape).in)) })],
  ['xavier_uniform', () => ({ initialize: xavierUniform(), closeness: 'equal' })],
  [
    'xavier_normal',
    (shape) => ({ initialize: xavierNormal(), closeness: near(Math.sqrt(2 / (fans(shape).in + fans(shape).out))) }),
  ],
  ['trunc_normal', (_, std) => ({ initialize: truncatedNormal({ std }), closeness: near(std) })],
] satisfies [string, (shape: Shape, std: number) => NamedInitializer][]);

/**
 * The functions of torch.nn.init and the default initialisation of modules, each on a fresh generator. Their seed is not
 * written beside them: it is the first candidate from which most of them come out right.
 */
export function checkInitializers(
  tensors: ReadonlyMap<string, Value>,
  seeds: readonly bigint[],
): readonly ParityCheck[] {
  const named = [...tensors].filter(([name]) => name.startsWith('initfn.') || name.startsWith('module.'));
  const results = seeds.map((seed) => named.map(([name, expected]) => checkInitializer(name, expected, seed)));
  const right = results.map((checks) => checks.filter(passed).length);
  return results[right.indexOf(Math.max(...right))] ?? named.map(([name]) => failedCheck(name, 'no seed is given'));
}

function checkInitializer(name: string, expected: Value, seed: bigint): ParityCheck {
  const generator = new TorchGenerator(seed);
  return attempt(name, () =>
    name.startsWith('initfn.')
      ? checkFunction(name, expected, generator)
      : checkModuleParameter(name, expected, generator),
  );
}

function checkFunction(name: string, expected: Value, generator: TorchGenerator): ParityCheck {
  const [, functionName = '', std = '1', shapeText] = FUNCTION_NAME.exec(name) ?? [];
  const named = FUNCTIONS.get(functionName);
  if (!named) throw new UngrainError('unknown-call', `No initialiser is named '${name}'.`, 'failure');
  const shape = shapeOf(shapeText);
  const { initialize, closeness } = named(shape, Number(std));
  return compareValues(name, float32(initialize(generator, shape)), expected, closeness);
}

function checkModuleParameter(name: string, expected: Value, generator: TorchGenerator): ParityCheck {
  const [, module = '', parameter = ''] = MODULE_NAME.exec(name) ?? [];
  const { parameters, closeness } = parseModule(module);
  const drawn = drawParameters(generator, parameters).get(parameter);
  if (!drawn) throw new UngrainError('unknown-call', `${module} has no parameter '${parameter}'.`, 'failure');
  return compareValues(name, float32(drawn), expected, closeness);
}
