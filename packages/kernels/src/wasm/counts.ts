import type { Windows } from '../layer/geometry.js';
import type { IntegerWeights } from '../layer/layer.js';
import { runCall } from './call-block.js';
import type { Keeper } from './keep.js';
import { inputNumbers, type RunWith } from './few-bit-inputs.js';
import { memoryLayout } from './memory-layout.js';
import type { Machine, ResidentLayer } from './wasm-engine.js';

/** Output channels that are counted at once. */
const channelsAtOnce = 4;
const vectorBytes = 16;

/** Products of signs with weights of 1 bit by counting bits. */
export function packCounts({ heap, kernels }: Machine, layer: ResidentLayer, { keep }: Keeper): RunWith {
  const { weights, inputs, windows, resident } = layer;
  const own = { ...resident, ...inputNumbers(inputs), weights: keep(packRows(weights)) };
  return (batch, geometry, constants) => {
    const { rows, quads, batchBytes, run, skips, call } = memoryLayout(inBytes(windows), geometry, 1 / 4);
    return runCall(
      heap,
      (reserve) => {
        const room = {
          inputs: reserve(2 * batchBytes),
          skips: reserve(skips.byteLength),
          rowScales: reserve(4 * rows),
          panel: reserve(2 * wholeVectors(quads)),
        };
        const sizes = { channels: windows.channels, quads, run, runs: skips.length };
        return {
          call: { ...call, ...own, ...constants, ...room, ...batch, ...sizes },
          lists: [[room.skips, skips]],
        };
      },
      (address) => {
        kernels.packSigns(address);
        kernels.countAll(address);
      },
    );
  };
}

/** Windows over bytes of eight channels, each in the place of a group of four inputs. */
function inBytes(windows: Windows): Windows {
  return { ...windows, channels: 4 * Math.ceil(windows.channels / 8) };
}

function wholeVectors(bytes: number): number {
  return (bytes + vectorBytes - 1) & -vectorBytes;
}

/** Bits of weights, 1 where they are positive: a row for each output channel, the channels of each pixel in whole bytes. */
function packRows({ values, shape }: IntegerWeights): Uint8Array {
  const [channels, outputs] = shape.slice(-2) as [number, number];
  const pixels = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const pixelBytes = Math.max(1, Math.ceil(channels / 8));
  const rowBytes = wholeVectors(pixels * pixelBytes);
  const packed = new Uint8Array(rowBytes * Math.ceil(outputs / channelsAtOnce) * channelsAtOnce);
  for (let pixel = 0, from = 0; pixel < pixels; pixel++)
    for (let channel = 0; channel < channels; channel++)
      for (let output = 0; output < outputs; output++, from++)
        packed[output * rowBytes + pixel * pixelBytes + (channel >> 3)]! |=
          Number(values[from]! > 0) << (channel & 7);
  return packed;
}
