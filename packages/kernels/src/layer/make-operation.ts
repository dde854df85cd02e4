import { LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import { isShape } from './check-layer.js';
import { geometryOf, type Geometry } from './geometry.js';
import type { Operation } from './layer.js';
import type { CheckedLayer, Engine, PlacedBatch } from './packed-layer.js';

/** Axes of an input, in words; the last one is that of channels. */
type Axes = readonly string[];

/** An operation that runs within the memory of its engine too. */
export interface PlacedOperation extends Operation {
  /** As `run`, of float32 values at these addresses; no shape is checked. Only where the engine has a memory. */
  runAt(batch: PlacedBatch, shape: readonly number[]): void;
}

/** The operation of checked layers: it checks what it is called with, and has an engine compute what is not empty. */
export function makeOperation(
  layers: readonly CheckedLayer[],
  engine: Engine,
  axes: Axes,
  where: string,
): PlacedOperation {
  const [first, last] = [layers[0]!.windows, layers.at(-1)!.windows];
  const packed = engine.pack(layers);
  let isDisposed = false;
  const geometriesFor = (shape: readonly number[]) => {
    const expected = `[${[...axes.slice(0, -1), first.channels].join(', ')}]`;
    checkArgument(isShape(shape) && shape.length === axes.length && shape.at(-1) === first.channels, shape, {
      where: `${where}: shape of the input`,
      expected,
    });
    let size = axes.length === 2 ? [shape[0]!, 1, 1] : shape;
    return layers.map(({ windows }) => {
      const geometry = geometryOf(windows, size);
      size = [geometry.samples, geometry.outHeight, geometry.outWidth];
      return geometry;
    });
  };
  const shapeOf = (geometries: readonly Geometry[]) => {
    const { samples, outHeight, outWidth } = geometries.at(-1)!;
    return axes.length === 2 ? [samples, last.outputs] : [samples, outHeight, outWidth, last.outputs];
  };
  return {
    bytes: packed.bytes.reduce((sum, bytes) => sum + bytes, 0),
    bytesOfLayers: packed.bytes,
    outputShape: (shape) => shapeOf(geometriesFor(shape)),
    run(values, shape, addend) {
      if (isDisposed) throw disposed(where);
      const geometries = geometriesFor(shape);
      const size = sizeOf(shapeOf(geometries));
      checkFloats(values, sizeOf(shape), `${where}: values`);
      if (addend !== undefined) checkFloats(addend, size, `${where}: addend`);
      return size === 0 ? new Float32Array(0) : packed.run(values, geometries, addend);
    },
    runAt(batch, shape) {
      if (isDisposed) throw disposed(where);
      const geometries = geometriesFor(shape);
      if (sizeOf(shapeOf(geometries)) > 0) packed.runAt!(batch, geometries);
    },
    dispose() {
      if (!isDisposed) packed.dispose();
      isDisposed = true;
    },
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function checkFloats(values: unknown, length: number, where: string): void {
  checkArgument(values instanceof Float32Array && values.length === length, values, {
    where,
    expected: `a Float32Array of ${length} values`,
  });
}

function disposed(where: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where,
    expected: 'an operation that was not disposed',
    received: 'a disposed one',
    remedy: 'Make it again, or dispose it after its last run.',
  });
}
