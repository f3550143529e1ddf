import type { Shape, Tensor } from '../tensor.js';
import type { TorchGenerator } from './torch-generator.js';
import {
  constantInitializer,
  fans,
  kaimingUniform,
  normalInitializer,
  overwritten,
  uniformFan,
  xavierUniform,
  type Initializer,
} from './torch-initializers.js';

/** A parameter of a module: its name in the state_dict, its shape and its first value. */
export interface ParameterDeclaration {
  readonly name: string;
  readonly shape: Shape;
  readonly initialize: Initializer;
}

interface ConvolutionParameters {
  readonly in: number;
  readonly out: number;
  readonly kernel: readonly [height: number, width: number];
  readonly groups?: number;
  readonly bias?: boolean;
}

/*
 * The parameters of PyTorch's modules with their default initialisation, in the order in which the constructors draw
 * them. (Batch, layer and group norm start from constants and draw nothing.)
 */

/** torch.nn.Conv2d: weight [out, in/groups, kh, kw]. */
export function conv2dParameters(options: ConvolutionParameters): readonly ParameterDeclaration[] {
  const { in: channels, out, kernel, groups = 1, bias = true } = options;
  return weightAndBias([out, channels / groups, ...kernel], out, bias);
}

/** torch.nn.ConvTranspose2d: weight [in, out/groups, kh, kw]. */
export function convTranspose2dParameters(options: ConvolutionParameters): readonly ParameterDeclaration[] {
  const { in: channels, out, kernel, groups = 1, bias = true } = options;
  return weightAndBias([channels, out / groups, ...kernel], out, bias);
}

/** torch.nn.Linear: weight [out, in]. */
export function linearParameters(features: number, out: number, bias = true): readonly ParameterDeclaration[] {
  return weightAndBias([out, features], out, bias);
}

/** torch.nn.Embedding: weight [count, size]. */
export function embeddingParameters(count: number, size: number): readonly ParameterDeclaration[] {
  return [{ name: 'weight', shape: [count, size], initialize: normalInitializer() }];
}

/** torch.nn.MultiheadAttention with equal query, key and value sizes: its output layer is drawn before its input's. */
export function multiheadAttentionParameters(size: number, bias = true): readonly ParameterDeclaration[] {
  const output = linearParameters(size, size, bias).map((declaration) => ({
    ...declaration,
    name: `out_proj.${declaration.name}`,
    initialize: declaration.name === 'bias' ? overwritten(declaration.initialize, 0) : declaration.initialize,
  }));
  const input = [
    { name: 'in_proj_weight', shape: [3 * size, size], initialize: xavierUniform() },
    { name: 'in_proj_bias', shape: [3 * size], initialize: constantInitializer(0) },
  ];
  return [...output, ...(bias ? input : input.slice(0, 1))];
}

/** The first values of parameters, drawn in the order of the list. */
export function drawParameters(
  generator: TorchGenerator,
  declarations: readonly ParameterDeclaration[],
): Map<string, Tensor> {
  return new Map(declarations.map(({ name, shape, initialize }) => [name, initialize(generator, shape)]));
}

function weightAndBias(shape: Shape, out: number, bias: boolean): readonly ParameterDeclaration[] {
  const weight = { name: 'weight', shape, initialize: kaimingUniform() };
  return bias ? [weight, { name: 'bias', shape: [out], initialize: uniformFan(fans(shape).in) }] : [weight];
}
