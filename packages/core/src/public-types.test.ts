import { expectTypeOf, test } from 'vitest';
import type { ModelWriter } from './adapter.js';
import type {
  BitwidthPolicy,
  ModelPort,
  Options,
  Quantized,
  QuantizedTensor,
  Quantizer,
  Recipe,
  Report,
  Rounder,
  Schedule,
  TrainingRun,
  quantize,
  registry,
  train,
} from './index.js';
import { isLowbitError, type LowbitError } from './index.js';
import type { FitContext, Ops, Site, SliceParameters } from './method.js';

/** What `npm run typecheck` holds: a change of these types is a change for users. */
test('the type of a model goes through quantize and train', () => {
  interface Model {
    readonly bytes: Uint8Array;
  }
  const port = {} as ModelPort<Model>;
  expectTypeOf<ReturnType<typeof quantize<Model>>>().toEqualTypeOf<Promise<Quantized<Model>>>();
  expectTypeOf<Quantized<Model>['model']>().toEqualTypeOf<Model>();
  expectTypeOf<Quantized<Model>['report']>().toEqualTypeOf<Report>();
  expectTypeOf<ReturnType<typeof train<Model>>>().toEqualTypeOf<TrainingRun<Model>>();
  expectTypeOf(port.write).returns.toEqualTypeOf<ModelWriter<Model>>();
});

test('a recipe takes names and values, and nothing that is misspelt', () => {
  expectTypeOf<{ bits: 4; weights: 'absmax'; granularity: 'group:32' }>().toExtend<Recipe>();
  expectTypeOf<{ weights: Quantizer; bits: BitwidthPolicy; schedule: Schedule }>().toExtend<Recipe>();
  expectTypeOf<{ granularity: 'row' }>().not.toExtend<Recipe>();
  expectTypeOf<Recipe>().toHaveProperty('data');
});

test('plugins are plain objects with one required verb', () => {
  const smallest = {
    kind: 'quantizer',
    api: 2,
    name: 'mine',
    roles: ['weight'],
    bits: { weight: [8] },
    fit: (values: Float32Array, { bits }: FitContext): SliceParameters => ({
      kind: 'affine',
      levels: 2 ** bits,
      scale: values[0] ?? 1,
    }),
  } as const;
  expectTypeOf(smallest).toExtend<Quantizer>();
  expectTypeOf<Parameters<typeof registry>[0]>().toExtend<
    readonly (Quantizer | BitwidthPolicy | Schedule | Rounder)[]
  >();
  expectTypeOf<Options>().toExtend<Readonly<Record<string, string | number | boolean>>>();
  expectTypeOf<NonNullable<Quantizer['forward']>>().toEqualTypeOf<
    <T>(ops: Ops<T>, x: T, site: Site<T>) => T
  >();
});

test('what comes in and out is read-only, and errors are told apart by their type', () => {
  expectTypeOf<QuantizedTensor['shape']>().toEqualTypeOf<readonly number[]>();
  expectTypeOf(isLowbitError).guards.toEqualTypeOf<LowbitError>();
});
