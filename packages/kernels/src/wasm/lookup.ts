import type { Geometry, Windows } from '../layer/geometry.js';
import { firstOrder } from '../layer/constants.js';
import { gatherPatches, geometryOfRows, isOfPatches, layerOfPatches } from '../layer/patches.js';
import { type Call, runCall, withRoom } from './call-block.js';
import { packCounts } from './counts.js';
import { inputNumbers, type RunWith } from './few-bit-inputs.js';
import { inPanels, type Keeper } from './keep.js';
import { type MemoryLayout, memoryLayout } from './memory-layout.js';
import { type Chunk, chunksOf, packBits } from './pack-bits.js';
import { quadsOfPixel } from './pack-panels.js';
import type { PlacedRun } from './run-layers.js';
import type { Machine, ResidentLayer } from './wasm-engine.js';

/** Products of weights of 1 bit with inputs of 1 or 2, by lookup. */
export function packLookup(machine: Machine, layer: ResidentLayer, keeper: Keeper): PlacedRun {
  if (!isOfPatches(layer)) return packOrders(machine, layer, keeper);
  const { heap } = machine;
  const ofRows = { ...layerOfPatches(layer), resident: layer.resident };
  const run = packOrders(machine, ofRows, keeper);
  return (batch, geometry) => {
    const { samples, height, width, outHeight, outWidth } = geometry;
    const rows = samples * outHeight * outWidth;
    const inputs = samples * height * width * layer.windows.channels;
    withRoom(heap, (reserve) => {
      const count = rows * ofRows.windows.channels;
      const patches = reserve(4 * count);
      const { buffer } = heap.memory;
      const values = new Float32Array(buffer, batch.values, inputs);
      gatherPatches(values, layer.windows, geometry, new Float32Array(buffer, patches, count));
      run({ ...batch, values: patches }, geometryOfRows(rows));
    });
  };
}

/** Of signs of the second order: first the signs, then what they leave over. */
function packOrders(machine: Machine, layer: ResidentLayer, keeper: Keeper): PlacedRun {
  const { weights, inputs, windows, constants } = layer;
  const isCounted = machine.binary === 'popcount' && weights.bits === 1 && inputs.kind === 'signs';
  const run = isCounted ? packCounts(machine, layer, keeper) : packOnce(machine, layer, keeper);
  if (inputs.kind !== 'signs' || inputs.order !== 2) return (batch, geometry) => run(batch, geometry, {});
  const { biases, lowest, highest } = firstOrder(constants);
  const first = { biases: keeper.keep(inPanels(biases)), slopes: 0, lowest, highest };
  return (batch, geometry) => {
    const { samples, height, width } = geometry;
    const count = height * width * windows.channels;
    withRoom(machine.heap, (reserve) => {
      const values = reserve(4 * samples * count);
      run(batch, geometry, first);
      machine.kernels.subtractSigns(batch.values, values, samples, count);
      run({ values, addend: batch.output, output: batch.output }, geometry, {});
    });
  };
}

function packOnce(machine: Machine, layer: ResidentLayer, { keep }: Keeper): RunWith {
  const { heap, kernels, tables } = machine;
  const { weights, inputs, resident } = layer;
  const isTernary = weights.bits === 2;
  const inputBits = isTernary ? 0 : inputs.kind === 'signs' ? 1 : 2;
  // Tables of each four inputs: one of 16 bytes, or two.
  const tablesOfFour = isTernary ? 2 : 1;
  const inputBytes = 4 * tablesOfFour;
  const { runs, groups } = runsOf(layer.windows);
  const chunks = chunksOf(runs, tablesOfFour * groups, inputBits);
  const own = {
    ...resident,
    ...inputNumbers(inputs),
    ...{ weights: keep(packBits(weights, chunks)), tables: tables[inputBits], inputBits },
    starts: isTernary ? keep(zerosTaken(layer)) : 0,
  };
  const sumStride = 2 * ((layer.windows.outputs + 31) & ~31);
  return (batch, given, constants) => {
    const { windows, geometry } = onOneLine(layer.windows, given);
    const layout = memoryLayout(windows, geometry, inputBytes);
    const { rows, batchBytes, pixelBytes, call } = layout;
    const isPaired = inputBits !== 2 && geometry.outWidth > 1;
    const stride = isPaired ? call.horizontalStep! : 0;
    const list = chunkList(layout, chunks, tablesOfFour);
    return runCall(
      heap,
      (reserve) => {
        const room = {
          inputs: reserve(batchBytes + stride),
          pixelSums: reserve((4 * batchBytes) / pixelBytes),
          places: reserve(4 * rows),
          rowScales: reserve(4 * rows),
          chunkList: reserve(list.byteLength),
          tileSums: reserve(4 * sumStride),
        };
        const numbers = {
          ...{ isPaired: Number(isPaired), isByPixel: Number(isByPixel(layer.windows, given)) },
          ...{ stride, sumStride, chunks: chunks.length },
        };
        return {
          call: {
            ...call,
            ...own,
            ...constants,
            ...room,
            ...batch,
            ...numbers,
            ...windowSteps(windows, geometry),
          },
          lists: [[room.chunkList, list]],
        };
      },
      (address) => {
        kernels.tabulateAll(address);
        kernels.lookUpAll(address);
      },
    );
  };
}

/** What each channel takes off twice the matches of a row: how many of its weights are not 0. */
function zerosTaken({ weights, windows: { outputs } }: ResidentLayer): Int32Array {
  const taken = new Int32Array((outputs + 7) & ~7);
  weights.values.forEach((value, at) => (taken[at % outputs]! -= Math.abs(value)));
  return taken;
}

/** Runs of neighbouring groups in a window, and the groups of each. */
function runsOf({ window: [height, width], dilations, channels }: Windows) {
  const isWhole = dilations[1] === 1 || width === 1;
  const ofPixel = quadsOfPixel(channels);
  return { runs: isWhole ? height : height * width, groups: isWhole ? width * ofPixel : ofPixel };
}

/** Samples of one pixel (rows of a dense layer) as one line of pixels, so that two rows share a table; strides do nothing there. */
function onOneLine(
  windows: Windows,
  geometry: Geometry,
): { readonly windows: Windows; readonly geometry: Geometry } {
  if (!isByPixel(windows, geometry)) return { windows, geometry };
  const { samples } = geometry;
  const line = [1, samples] as const;
  return {
    windows: { ...windows, strides: [1, 1] },
    geometry: { ...geometry, samples: 1, width: samples, outWidth: samples, bordered: line, reached: line },
  };
}

function isByPixel({ window }: Windows, { height, width, bordered }: Geometry): boolean {
  return window[0] * window[1] * height * width * bordered[0] * bordered[1] === 1;
}

/** How a window lies in the image of sums. */
function windowSteps({ window, dilations }: Windows, { bordered }: Geometry): Call {
  return {
    windowHeight: window[0],
    windowWidth: window[1],
    windowLine: 4 * dilations[0] * bordered[1],
    windowColumn: 4 * dilations[1],
  };
}

/** How far each chunk begins from where the window does, in bytes, and its groups. */
function chunkList({ run, skips }: MemoryLayout, chunks: readonly Chunk[], tablesOfFour: number): Int32Array {
  const ofRun = run * tablesOfFour;
  return Int32Array.from(
    chunks.flatMap(({ group, groups }) => [skips[Math.floor(group / ofRun)]! + (group % ofRun) * 16, groups]),
  );
}
