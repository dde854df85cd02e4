import { isFloatType } from '../model/data-types.js';
import { constantSource } from '../graph/constant-source.js';
import { type Definition, isStandard, resolve } from '../graph/scope.js';
import { isQuantizedOperator } from './skip-reasons.js';
import { defined } from '@lowbit/core/adapter';

/** What a value that is made of constants alone is made of. */
export interface Origin {
  /** Whether integers, or operators that quantize, are among them. */
  readonly integers: boolean;
  /** Where only some rows of the constants are taken: the name of their indices, which nothing need know beforehand. */
  readonly rows?: string;
}

/** Operators that compute floats from stored codes: every operand counts. */
const computing = new Set(['Add', 'BitShift', 'BitwiseAnd', 'Concat', 'Div', 'Mul', 'Sub']);

/** Operators that move or convert values: what their first input is made of counts. */
const moving = new Set(['Cast', 'Identity', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze']);

/** More operators than this lie between no code and its value. */
const longestPath = 64;

const known = new WeakMap<Definition, { readonly origin: Origin | undefined }>();

/** What a value is made of; `undefined` where anything but constants takes part. */
export function originOf(definition: Definition | undefined, steps = longestPath): Origin | undefined {
  if (definition === undefined || steps === 0) return undefined;
  const found = known.get(definition) ?? { origin: findOrigin(definition, steps) };
  known.set(definition, found);
  return found.origin;
}

/** Whether a value is decoded from constants of integers, for instance by `Cast`, `Mul` and `Add`. */
export function comesFromIntegers(definition: Definition | undefined): boolean {
  const origin = originOf(definition);
  return origin?.integers === true && origin.rows === undefined;
}

function findOrigin(definition: Definition, steps: number): Origin | undefined {
  const constant = constantSource(definition);
  if (constant !== undefined) return { integers: !isFloatType(constant.tensor.dataType) };
  if (definition.kind !== 'node') return undefined;
  const { node, scope } = definition;
  const of = (names: readonly string[]) =>
    joined(names.filter((name) => name !== '').map((name) => originOf(resolve(scope, name), steps - 1)));
  if (isQuantizedOperator(node)) return quantized(of(node.input.slice(0, 1)));
  if (moving.has(node.opType)) return of(node.input.slice(0, 1));
  if (computing.has(node.opType)) return of(node.input);
  return isStandard(node, 'Gather') ? gathered(of, node.input) : undefined;
}

/** Of an operator that quantizes or decodes, by what it takes first. Rows of floats that it takes are an activation. */
function quantized(origin: Origin | undefined): Origin | undefined {
  if (origin === undefined || (origin.rows !== undefined && !origin.integers)) return undefined;
  return { ...origin, integers: true };
}

/** Of a table and its indices: those may be constant or computed from constants, or take rows. */
function gathered(
  of: (names: readonly string[]) => Origin | undefined,
  [table = '', indices = '']: readonly string[],
): Origin | undefined {
  const both = of([table, indices]);
  if (both !== undefined) return both;
  const rows = of([table]);
  return rows && { ...rows, rows: indices };
}

function joined(origins: readonly (Origin | undefined)[]): Origin | undefined {
  const all = origins.filter((origin) => origin !== undefined);
  const rows = new Set(all.flatMap((origin) => origin.rows ?? []));
  if (all.length === 0 || all.length < origins.length || rows.size > 1) return undefined;
  const [only] = rows;
  return { integers: all.some(({ integers }) => integers), ...defined({ rows: only }) };
}
