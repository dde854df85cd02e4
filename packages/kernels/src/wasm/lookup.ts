import type { Geometry, Windows } from '../layer/geometry.js';
import type { LayerInputs } from '../layer/layer.js';
import { type Call, runCall } from './call-block.js';
import type { Keeper } from './keep.js';
import { type MemoryLayout, memoryLayout } from './memory-layout.js';
import { type Chunk, chunksOf, packBits } from './pack-bits.js';
import { quadsOfPixel } from './pack-panels.js';
import type { PlacedRun } from './run-copied.js';
import type { Machine, ResidentLayer } from './wasm-engine.js';

/** Bytes of an input: a table of 16 for each four. */
const inputBytes = 4;

/** Products of weights of 1 bit with inputs of 1 or 2, by lookup. */
export function packLookup(machine: Machine, layer: ResidentLayer, { keep }: Keeper): PlacedRun {
  const { heap, kernels, tables } = machine;
  const { weights, inputs, resident } = layer;
  const inputBits = inputs.kind === 'signs' ? 1 : 2;
  const { runs, groups } = runsOf(layer.windows);
  const chunks = chunksOf(runs, groups, inputBits);
  const own = {
    ...resident,
    ...inputNumbers(inputs),
    ...{ weights: keep(packBits(weights, chunks)), tables: tables[inputBits], inputBits },
  };
  const sumStride = 2 * ((layer.windows.outputs + 31) & ~31);
  return (batch, given) => {
    const { windows, geometry } = onOneLine(layer.windows, given);
    const layout = memoryLayout(windows, geometry, inputBytes);
    const { rows, batchBytes, pixelBytes, call } = layout;
    const isPaired = inputBits === 1 && geometry.outWidth > 1;
    const stride = isPaired ? call.horizontalStep! : 0;
    const list = chunkList(layout, chunks);
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
          call: { ...call, ...own, ...room, ...batch, ...numbers, ...windowSteps(windows, geometry) },
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

/** Runs of neighbouring groups in a window, and the groups of each. */
function runsOf({ window: [height, width], dilations, channels }: Windows) {
  const isWhole = dilations[1] === 1 || width === 1;
  const ofPixel = quadsOfPixel(channels);
  return { runs: isWhole ? height : height * width, groups: isWhole ? width * ofPixel : ofPixel };
}

function inputNumbers(inputs: LayerInputs): Call {
  if (inputs.kind === 'codes') {
    const [threshold1, threshold2, threshold3] = inputs.thresholds;
    return { threshold1, threshold2, threshold3, inputScale: inputs.scale };
  }
  const scale = inputs.kind === 'signs' ? inputs.scale : undefined;
  return scale === 'mean' ? { isMean: 1 } : { inputScale: scale ?? 1 };
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
function chunkList({ run, skips }: MemoryLayout, chunks: readonly Chunk[]): Int32Array {
  return Int32Array.from(
    chunks.flatMap(({ group, groups }) => [skips[Math.floor(group / run)]! + (group % run) * 16, groups]),
  );
}
