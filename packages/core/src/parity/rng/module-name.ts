import { UngrainError } from '../../errors.js';
import {
  conv2dParameters,
  convTranspose2dParameters,
  embeddingParameters,
  linearParameters,
  multiheadAttentionParameters,
  type ParameterDeclaration,
} from '../../random/torch-modules.js';
import type { Closeness } from '../compare.js';

/** A module's arguments by the names of PyTorch's constructor: 3, false, [2, 3]. */
type Arguments = ReadonlyMap<string, number | boolean | readonly number[]>;

interface ModuleRule {
  /** The constructor's arguments, in order. */
  readonly names: readonly string[];
  readonly parameters: (given: Arguments) => readonly ParameterDeclaration[];
  readonly closeness: Closeness;
}

const convolution =
  (build: typeof conv2dParameters) =>
  (given: Arguments): readonly ParameterDeclaration[] =>
    build({
      in: numberIn(given, 'in_channels'),
      out: numberIn(given, 'out_channels'),
      kernel: pairIn(given, 'kernel_size'),
      groups: numberIn(given, 'groups', 1),
      bias: given.get('bias') !== false,
    });

const RULES: ReadonlyMap<string, ModuleRule> = new Map<string, ModuleRule>([
  [
    'Conv2d',
    {
      names: ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'dilation', 'groups', 'bias'],
      parameters: convolution(conv2dParameters),
      closeness: 'equal',
    },
  ],
  [
    'ConvTranspose2d',
    {
      names: ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'output_padding', 'groups', 'bias'],
      parameters: convolution(convTranspose2dParameters),
      closeness: 'equal',
    },
  ],
  [
    'Linear',
    {
      names: ['in_features', 'out_features', 'bias'],
      parameters: (given) =>
        linearParameters(numberIn(given, 'in_features'), numberIn(given, 'out_features'), given.get('bias') !== false),
      closeness: 'equal',
    },
  ],
  [
    'Embedding',
    {
      names: ['num_embeddings', 'embedding_dim'],
      parameters: (given) => embeddingParameters(numberIn(given, 'num_embeddings'), numberIn(given, 'embedding_dim')),
      closeness: { absolute: 2e-6 },
    },
  ],
  [
    'MultiheadAttention',
    {
      names: ['embed_dim', 'num_heads', 'dropout', 'bias'],
      parameters: (given) => multiheadAttentionParameters(numberIn(given, 'embed_dim'), given.get('bias') !== false),
      closeness: 'equal',
    },
  ],
]);

/**
 * The parameters of a module written as in Python: `Conv2d(4,6,3,groups=2,bias=False)`.
 * @throws UngrainError `unknown-call`
 */
export function parseModule(text: string): {
  readonly parameters: readonly ParameterDeclaration[];
  readonly closeness: Closeness;
} {
  const [, name = '', list = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  const rule = RULES.get(name);
  if (!rule) throw new UngrainError('unknown-call', `No module is written '${text}'.`, 'failure');
  // Commas outside of the parentheses of a tuple separate arguments.
  const given = list.split(/,(?![^(]*\))/).map((argument, i): [string, ReturnType<typeof parseArgument>] => {
    const [value = '', key = rule.names[i] ?? ''] = argument.split('=').reverse();
    if (!rule.names.includes(key))
      throw new UngrainError('unknown-call', `${text} has an unknown argument.`, 'failure');
    return [key, parseArgument(value)];
  });
  return { parameters: rule.parameters(new Map(given)), closeness: rule.closeness };
}

function parseArgument(text: string): number | boolean | readonly number[] {
  if (text === 'True' || text === 'False') return text === 'True';
  return text.startsWith('(') ? text.slice(1, -1).split(',').map(Number) : Number(text);
}

function numberIn(given: Arguments, name: string, preset = NaN): number {
  const value = given.get(name) ?? preset;
  return typeof value === 'number' ? value : NaN;
}

function pairIn(given: Arguments, name: string): readonly [number, number] {
  const value = given.get(name);
  const [first = NaN, second = first] = Array.isArray(value) ? (value as readonly number[]) : [Number(value)];
  return [first, second];
}
