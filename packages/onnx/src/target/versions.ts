/** Which versions of the standard operators and of the file know what. */
import { DataType } from '../schema/proto.js';

/** The domain of the runtime's own operators, and the version of it that the forms use. */
export const runtimeDomain = { name: 'com.microsoft', version: 1 } as const;

/** The oldest operator set with numpy broadcasting, which every form needs. */
export const oldestOpset = 7;

/** From here on a constant may be an initializer without an entry in the graph's inputs. */
export const initializersStandAlone = 4;

/** From here on a `Constant` node may hold integers; before, floats alone. */
export const constantsOfAnyType = 9;

/** Since when a `Constant` node may hold types that came later than other integers. */
const laterConstants: ReadonlyMap<number, number> = new Map([
  [DataType.UINT4, 21],
  [DataType.INT4, 21],
  [DataType.UINT2, 25],
  [DataType.INT2, 25],
]);

/** Whether the standard lets a `Constant` node hold this type; an initializer may hold any. */
export const constantHolds = (type: number, opset: number): boolean =>
  type === DataType.FLOAT ||
  type === DataType.FLOAT16 ||
  opset >= (laterConstants.get(type) ?? constantsOfAnyType);

/** From here on the bounds of `Slice` are inputs instead of attributes. */
export const sliceTakesInputs = 10;

/** From here on `Squeeze` and `Unsqueeze` take their axes as an input. */
export const squeezeTakesInputs = 13;

/** The operator set that 4-bit types came with. */
export const fourBitsSince = 21;

/** The operator set since which the standard `DequantizeLinear` decodes blocks. */
export const blocksSince = 21;

/** The IR versions that types came with. Every runtime that takes one in an operator loads files of that version. */
const newTypes: ReadonlyMap<DataType, number> = new Map([
  [DataType.UINT4, 10],
  [DataType.INT4, 10],
  [DataType.UINT2, 13],
  [DataType.INT2, 13],
]);

/** The lowest IR version that knows a type; 0 for those that all know. */
export const irOfType = (type: DataType): number => newTypes.get(type) ?? 0;

/** The version that integer operators came with. */
export const integerOpset = 10;

/** The version that `DynamicQuantizeLinear` came with. */
export const dynamicOpset = 11;

/** The version that `Where` came with, which the arithmetic of quantizers is written with. */
export const whereSince = 9;

/** From here on `Clip` takes its bounds as inputs, and there is `Round`. */
export const clipTakesInputs = 11;

/** From here on reductions take their axes as an input. */
export const reductionsTakeInputs = 18;

/** From here on `MaxPool` takes 8-bit values. */
export const maxPoolOfIntegersSince = 12;

/** From here on `QuantizeLinear` and `DequantizeLinear` take one scale for each index of an axis. */
export const scalesByAxisSince = 13;

/** The IR version of the release of ONNX that an operator set came with, newest first. */
const releases = [
  { opset: 25, ir: 13 },
  { opset: 24, ir: 12 },
  { opset: 23, ir: 11 },
  { opset: 21, ir: 10 },
  { opset: 19, ir: 9 },
  { opset: 15, ir: 8 },
  { opset: 12, ir: 7 },
  { opset: 11, ir: 6 },
  { opset: 10, ir: 5 },
  { opset: 9, ir: 4 },
] as const;

/** Operator sets that models are built with: constants of integers came with the oldest. */
export const builtOpsets = { oldest: constantsOfAnyType, newest: releases[0].opset } as const;

/** The IR version of a new file with this operator set, one of {@link builtOpsets}. */
export const irOfOpset = (opset: number): number =>
  releases.find((release) => opset >= release.opset)?.ir ?? initializersStandAlone;
