import {
  type LayerDescriptor,
  LowbitError,
  parsePlan,
  type QuantizationPlan,
  type Registry,
} from '@lowbit/core';
import { readJson } from '../files/read-json.js';

/**
 * Reads a plan from a JSON file: a plan itself, or a document of `lowbit quantize --json`, which has the plan in
 * its report.
 *
 * @throws LowbitError `plan-invalid`, `unknown-plugin`, `unsupported-bits`, `unsupported-option` with every problem, or an error of the file system.
 */
export async function readPlan(
  path: string,
  methods: Registry,
  signal: AbortSignal,
): Promise<QuantizationPlan> {
  const remedy = 'A plan is what lowbit quantize --json prints as report.plan.';
  return parsePlan(unwrap(await readJson(path, { code: 'plan-invalid', remedy }, signal)), path, methods);
}

function unwrap(document: unknown): unknown {
  const report = member(document, 'report') ?? document;
  return member(report, 'plan') ?? report;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/**
 * Checks that a stored plan names places of activations that the model offers in the form that is asked for.
 *
 * @param where - the plan's file
 * @throws LowbitError `plan-mismatch`.
 */
export function checkSites(
  { activations = [] }: QuantizationPlan,
  layers: readonly LayerDescriptor[],
  where: string,
): void {
  const offered = new Set(layers.flatMap(({ sites }) => sites.map(({ id }) => id)));
  const stranger = activations.find(({ id }) => !offered.has(id));
  if (stranger === undefined) return;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: `${where}: '${stranger.id}'`,
    expected: 'a place of activations that this model offers',
    remedy: 'Give the --target that the plan was made for (an old plan: --integers too), or make a new plan.',
  });
}
