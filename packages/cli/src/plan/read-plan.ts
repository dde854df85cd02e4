import { LowbitError, parsePlan, type QuantizationPlan } from '@lowbit/core';

import { readInput } from '../files/read-input.js';

/**
 * Reads a plan from a JSON file: a plan itself, or a document of `lowbit quantize --json`, which has the plan in
 * its report.
 *
 * @throws LowbitError `plan-invalid` with every problem of the shape, or an error of the file system.
 */
export async function readPlan(path: string, signal: AbortSignal): Promise<QuantizationPlan> {
  const text = new TextDecoder().decode(await readInput(path, signal));
  return parsePlan(unwrap(parseJson(text, path)), path);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const received = (cause as Error).message;
    const remedy = 'A plan is what lowbit quantize --json prints as report.plan.';
    throw new LowbitError({ code: 'plan-invalid', where, expected: 'JSON', received, remedy }, { cause });
  }
}

function unwrap(document: unknown): unknown {
  const report = member(document, 'report') ?? document;
  return member(report, 'plan') ?? report;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
