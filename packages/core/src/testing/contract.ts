import { describeOptions, parseOptions, type Schema } from '../schema.js';
import { formatShape, sameShape, type Tensor } from '../tensor.js';

/**
 * A law that a part has to keep, for any test runner:
 *
 * ```ts
 * for (const { name, run } of samplerContract(mySampler)) test(name, run);
 * ```
 */
export interface ContractTest {
  readonly name: string;
  /** Rejects with a sentence if the law is broken. */
  run(): Promise<void>;
}

/** What a broken law throws. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

export const law = (name: string, run: () => Promise<void> | void): ContractTest => ({ name, run: async () => run() });

/** @throws ContractError with the sentence if the law does not hold */
export function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new ContractError(sentence);
}

export function mustHaveShape(what: string, x: Tensor, like: Tensor): void {
  const expected = formatShape(like.shape);
  must(sameShape(x.shape, like.shape), `${what} must have the shape ${expected}, not ${formatShape(x.shape)}.`);
  must(x.data.every(Number.isFinite), `${what} must not hold NaN or infinite numbers.`);
}

export function mustBeSame(what: string, a: Tensor, b: Tensor): void {
  must(sameShape(a.shape, b.shape), `${what}: the shapes are ${formatShape(a.shape)} and ${formatShape(b.shape)}.`);
  const at = a.data.findIndex((value, i) => !Object.is(value, b.data[i]));
  must(at < 0, `${what}: at ${at} there is ${a.data[at]} and ${b.data[at]}.`);
}

/** |a − b| ≤ tolerance·(1 + |b|), element by element. */
export function mustBeNear(what: string, a: Tensor, b: ArrayLike<number>, tolerance: number): void {
  const at = a.data.findIndex((value, i) => !(Math.abs(value - b[i]!) <= tolerance * (1 + Math.abs(b[i]!))));
  must(at < 0, `${what}: at ${at} there is ${a.data[at]} where ${b[at]} should be.`);
}

/** Does something and makes sure that it leaves tensors as they were. */
export async function leavingAlone<T>(
  what: string,
  inputs: readonly Tensor[],
  action: () => Promise<T> | T,
): Promise<T> {
  const before = inputs.map(({ data }) => data.slice());
  const result = await action();
  inputs.forEach(({ data }, i) =>
    must(
      data.every((value, at) => Object.is(value, before[i]![at])),
      `${what} must not change the tensors that it is given.`,
    ),
  );
  return result;
}

/** @throws ContractError unless the action is rejected because it was aborted */
export async function mustAbort(what: string, action: () => Promise<unknown>): Promise<void> {
  const outcome = await action().then(
    () => null,
    (error: unknown) => error,
  );
  const { code, name } = (outcome ?? {}) as { readonly code?: string; readonly name?: string };
  must(code === 'aborted' || name === 'AbortError', `${what} must stop with an error when it is aborted.`);
}

/** The laws of options: defaults for all, described, and the same after a way through JSON. */
export const optionLaws = (schema: Schema<unknown>): readonly ContractTest[] => [
  law('has options with defaults, which stay the same through JSON', () => {
    const options = parseOptions(schema, {}, 'the part');
    const again = parseOptions(schema, JSON.parse(JSON.stringify(options)) as unknown, 'the part');
    must(JSON.stringify(again) === JSON.stringify(options), 'Options must be the same after a way through JSON.');
  }),
  law('says what its options mean', () => {
    for (const { name, help } of describeOptions(schema))
      must(help !== '', `Option '${name}' must have a .describe('…').`);
  }),
  law('refuses options that it does not know', () => {
    must(!schema.safeParse({ 'no such option': 1 }).success, 'The schema must be a z.strictObject.');
  }),
];
