import { UngrainError } from '../../errors.js';
import { TorchGenerator } from '../../random/torch-generator.js';
import type { Value } from '../../tensor.js';
import { attempt, compareValues, failedCheck } from '../compare.js';
import type { ParityCheck } from '../contract.js';
import { drawBernoulli, drawNormal, drawNormal64, equal, float32, float64, int64, type Drawn } from './calls.js';

/** `["randint", 10, 5]` */
export type Operation = readonly [name: string, ...numbers: number[]];

const NAME = /^sequence\.seed(-?\d+)\.(\d+)\.(\w+)$/;
const NUMBER = /-?\d+(?:\.\d+)?/g;

/**
 * Calls that follow each other on one generator, for each seed that the tensors name.
 *
 * @param meaning what the names stand for in PyTorch, from which the constants are taken: `torch.empty(k).normal_(1, 0.5)`
 */
export function* checkSequences(
  tensors: ReadonlyMap<string, Value>,
  operations: readonly Operation[],
  meaning: Readonly<Record<string, string>>,
): Iterable<ParityCheck> {
  const unchecked = new Set([...tensors.keys()].filter((name) => name.startsWith('sequence.')));
  const seeds = new Set([...unchecked].map((name) => NAME.exec(name)?.[1]).filter((seed) => seed !== undefined));
  for (const seed of seeds) {
    const generator = new TorchGenerator(BigInt(seed));
    for (const [i, operation] of operations.entries()) {
      const name = `sequence.seed${seed}.${String(i).padStart(2, '0')}.${operation[0]}`;
      unchecked.delete(name);
      const check = attempt(name, () => checkOperation(name, drawOperation(generator, operation, meaning), tensors));
      if (operation[0] !== 'manual_seed' || check.error > 0) yield check;
    }
  }
  for (const name of unchecked) yield failedCheck(name, 'the list of operations has no such call');
  if (seeds.size === 0 && operations.length > 0) yield failedCheck('sequence', 'no tensors for the list of operations');
}

function checkOperation(name: string, drawn: Drawn | null, tensors: ReadonlyMap<string, Value>): ParityCheck {
  if (!drawn) return { name, error: 0, tolerance: 0 };
  const expected = tensors.get(name);
  return expected ? compareValues(name, drawn.value, expected, drawn.closeness) : failedCheck(name, 'no such tensor');
}

/** What an operation draws; null if it draws nothing. */
function drawOperation(
  generator: TorchGenerator,
  [name, ...numbers]: Operation,
  meaning: Readonly<Record<string, string>>,
): Drawn | null {
  const [first, second] = [numbers[0] ?? NaN, numbers[1] ?? NaN];
  switch (name) {
    case 'rand':
      return equal(float32(generator.rand([first])));
    case 'rand64':
      return equal(float64(generator.rand64(first)));
    case 'randn':
      return drawNormal(generator, [first], 0, 1);
    case 'randn64':
      return drawNormal64(generator, [first]);
    case 'randint':
      return equal(int64(generator.randint64(0n, BigInt(first), second)));
    case 'randint_big': {
      // torch.randint(0, 2**33, (k,))
      const [low, base, exponent] = constantsIn(meaning, name, 3);
      return equal(int64(generator.randint64(BigInt(low!), BigInt(base!) ** BigInt(exponent!), first)));
    }
    case 'randperm':
      return equal(int64(BigInt64Array.from(generator.permutation(first), BigInt)));
    case 'bernoulli': {
      // torch.bernoulli(torch.full((k,), 0.25))
      const [probability] = constantsIn(meaning, name, 1);
      return drawBernoulli(generator, [first], probability!);
    }
    case 'normal': {
      // torch.empty(k).normal_(1, 0.5)
      const [mean, std] = constantsIn(meaning, name, 2);
      return drawNormal(generator, [first], mean!, std!);
    }
    case 'uniform': {
      // torch.empty(k).uniform_(-2, 2)
      const [low, high] = constantsIn(meaning, name, 2);
      return equal(float32(generator.uniform([first], low!, high!)));
    }
    case 'manual_seed':
      generator.manualSeed(first);
      return null;
    default:
      throw new UngrainError('unknown-call', `No operation of a sequence is named '${name}'.`, 'failure');
  }
}

/** The numbers in the expression that an operation stands for. */
function constantsIn(meaning: Readonly<Record<string, string>>, operation: string, count: number): readonly number[] {
  const [, text = ''] = Object.entries(meaning).find(([name]) => name.split(' ')[0] === operation) ?? [];
  const constants = text.match(NUMBER)?.map(Number) ?? [];
  if (constants.length !== count)
    throw new UngrainError(
      'unknown-call',
      `'${operation}' is explained as '${text}', not with ${count} numbers.`,
      'failure',
    );
  return constants;
}
