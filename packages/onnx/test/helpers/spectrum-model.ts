import { seededRandom, type Batch } from '@lowbit/core';
import { makeNode } from '../../src/graph/make-node.js';
import { makeTensor } from '../../src/graph/make-tensor.js';
import { DataType, type TensorProto } from '../../src/schema/proto.js';
import { buildBytes, integers } from './build-model.js';

const taps = 64;
const bins = taps / 2 + 1;

const weight = (name: string, dims: readonly number[], at: (index: number) => number): TensorProto =>
  makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length: dims.reduce((product, size) => product * size, 1) }, (_, i) => at(i)),
  );

/** Fourier transform under a Hann window: cosines, then sines. */
function basis(index: number): number {
  const tap = index % taps;
  const filter = Math.floor(index / taps);
  const phase = filter < bins ? 0 : Math.PI / 2;
  const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * tap) / taps);
  return hann * Math.cos((2 * Math.PI * (filter % bins) * tap) / taps + phase);
}

/** The logarithm of the power of a spectrum, as detectors of speech take it, and two convolutions over it. */
export function spectrumModel(): Uint8Array {
  const random = seededRandom(3);
  const noise = () => random() - 0.5;
  return buildBytes(
    {
      nodes: [
        makeNode({ op: 'Conv', inputs: ['x', 'basis'], outputs: ['parts'], attributes: { strides: [32] } }),
        makeNode({ op: 'Mul', inputs: ['parts', 'parts'], outputs: ['squares'] }),
        makeNode({ op: 'Reshape', inputs: ['squares', 'halves'], outputs: ['paired'] }),
        makeNode({
          op: 'ReduceSum',
          inputs: ['paired', 'axis'],
          outputs: ['powers'],
          attributes: { keepdims: 0 },
        }),
        makeNode({ op: 'Add', inputs: ['powers', 'least'], outputs: ['positive'] }),
        makeNode({ op: 'Log', inputs: ['positive'], outputs: ['logarithms'] }),
        makeNode({ op: 'Conv', inputs: ['logarithms', 'first'], outputs: ['hidden'] }),
        makeNode({ op: 'Relu', inputs: ['hidden'], outputs: ['rectified'] }),
        makeNode({ op: 'Conv', inputs: ['rectified', 'second'], outputs: ['y'] }),
      ],
      initializers: [
        weight('basis', [2 * bins, 1, taps], basis),
        integers('halves', [1, 2, bins, -1]),
        integers('axis', [1]),
        weight('least', [1], () => 1e-12),
        weight('first', [24, bins, 1], noise),
        weight('second', [8, 24, 1], noise),
      ],
      inputs: { x: [1, 1, 256] },
      outputs: { y: [1, 8, 7] },
    },
    { opset: 17 },
  );
}

/** Tones, whose spectra are near 0 in most places. */
export function tones(count: number): readonly Batch[] {
  const random = seededRandom(9);
  return Array.from({ length: count }, () => {
    const frequency = (2 * Math.PI * Math.floor(2 + 28 * random())) / taps;
    const data = Float32Array.from({ length: 256 }, (_, n) => Math.sin(frequency * n) + 1e-5 * random());
    return { inputs: { x: { shape: [1, 1, 256], data } } };
  });
}
