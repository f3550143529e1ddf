import { failedCheck, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';
import { CONDITIONAL_PATHS, scoreWeight, sumOf, type ConditionalPath } from '../flow-matching/conditional-paths.js';
import { assignment, sinkhorn, squaredDistances } from '../flow-matching/optimal-transport.js';
import type { FileCheck } from './file-check.js';
import { compareNumbers, doublesOf, type Doubles } from './numbers.js';

const caseSchema = z.looseObject({
  name: z.string(),
  sigma: z.number().optional(),
  lambda_t: z.union([z.number(), z.array(z.number())]).nullish(),
  assignment: z.array(z.int()).optional(),
  total_cost: z.number().optional(),
  reg: z.number().optional(),
});
type FlowCase = z.output<typeof caseSchema>;

const fileSchema = z.looseObject({
  t: z.array(z.number()),
  cases: z.array(caseSchema),
  tolerance: z.object({ f64_abs: z.number(), sinkhorn_plan_abs: z.number() }),
});
type FlowFile = z.output<typeof fileSchema>;

/** Conditional flow matching as in the library torchcfm: points of paths, and the plans of optimal transport. */
export const checkConditionalFlow: FileCheck = async function* (source, path) {
  const file = fileSchema.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  const get = (name: string): Doubles => doublesOf(tensors, name);
  for (const entry of file.cases) {
    const name = `${path.replace(/\.json$/, '')} ${entry.name}`;
    if (entry.assignment) yield* checkAssignment(name, entry, get, file);
    else if (entry.reg !== undefined)
      yield compareNumbers(
        `${name} plan`,
        sinkhorn(costOf(get), entry.reg).flat(),
        get('ot/sinkhorn_plan').data,
        file.tolerance.sinkhorn_plan_abs,
      );
    else yield* checkPath(name, entry, get, file);
  }
};

function* checkPath(
  name: string,
  entry: FlowCase,
  get: (name: string) => Doubles,
  file: FlowFile,
): Iterable<ParityCheck> {
  // `independent_sigma0` is the same path of another width.
  const path = pathOf(entry.name.replace(/_sigma.*$/, '').replaceAll('_', '-'));
  if (!path || entry.sigma === undefined) {
    yield failedCheck(name, 'no path of this name is known here');
    return;
  }
  const { sigma } = entry;
  const [noise, data, fresh] = ['x0', 'x1', 'epsilon'].map((tensor) => rowsOf(get(tensor))) as [Rows, Rows, Rows];
  const walk = (part: 'point' | 'velocity'): number[] =>
    file.t.flatMap((t, i) => [...sumOf(path[part](t, sigma), noise[i]!, data[i]!, fresh[i]!)]);
  yield compareNumbers(`${name} x_t`, walk('point'), get(`${entry.name}/x_t`).data, file.tolerance.f64_abs);
  yield compareNumbers(`${name} u_t`, walk('velocity'), get(`${entry.name}/u_t`).data, file.tolerance.f64_abs);
  if (entry.lambda_t === null || entry.lambda_t === undefined) return;
  const weights = [entry.lambda_t].flat();
  const actual = weights.map((_, i) => scoreWeight(path, file.t[i]!, sigma));
  yield compareNumbers(`${name} lambda_t`, actual, weights, file.tolerance.f64_abs);
}

const pathOf = (name: string): ConditionalPath | undefined =>
  name in CONDITIONAL_PATHS ? CONDITIONAL_PATHS[name as keyof typeof CONDITIONAL_PATHS] : undefined;

type Rows = readonly Float64Array[];

const costOf = (get: (name: string) => Doubles) => squaredDistances(rowsOf(get('x0')), rowsOf(get('x1')));

function rowsOf({ data, shape: [rows = 1] }: Doubles): Rows {
  const size = data.length / rows;
  return Array.from({ length: rows }, (_, i) => data.subarray(i * size, (i + 1) * size));
}

function* checkAssignment(
  name: string,
  entry: FlowCase,
  get: (name: string) => Doubles,
  { tolerance }: FlowFile,
): Iterable<ParityCheck> {
  const cost = costOf(get);
  const columns = assignment(cost);
  const total = columns.reduce((sum, column, row) => sum + cost[row]![column]!, 0) / cost.length;
  const plan = columns.flatMap((column) => cost.map((_, j) => (j === column ? 1 / cost.length : 0)));
  yield compareNumbers(`${name} cost`, cost.flat(), get('ot/cost').data, tolerance.f64_abs);
  yield compareNumbers(`${name} assignment`, columns, entry.assignment!, 0);
  yield compareNumbers(`${name} total_cost`, [total], [entry.total_cost ?? NaN], tolerance.f64_abs);
  yield compareNumbers(`${name} plan`, plan, get('ot/plan').data, tolerance.f64_abs);
}
