import { attributeOf } from '../graph/attributes.js';
import { DataType, type NodeProto, textOf } from '../schema/proto.js';
import { type ConvertedGraph, type Converter, dropAttributes, renamed, setAttribute } from './converter.js';

/**
 * `Upsample` counts rows and columns up to version 6 and all axes from 7 on, and is `Resize` from 10 on. `Resize` of
 * version 10 takes, for the position p of a value, the one at p / scale: rounded down where the axis grows, up where it
 * shrinks (onnxruntime's `GetNearestPixelFromOriginal`); from version 11 on attributes say so.
 */
export const resizing: readonly Converter[] = [
  {
    op: 'Upsample',
    since: 7,
    convert(node) {
      const scale = (name: string) => attributeOf(node, name)?.f ?? 1;
      setAttribute(node, 'scales', { floats: [1, 1, scale('height_scale'), scale('width_scale')] });
      dropAttributes(node, 'height_scale', 'width_scale');
      if (modeOf(node) === 'bilinear') setAttribute(node, 'mode', 'linear');
    },
  },
  renamed('Upsample', 10, 'Resize'),
  {
    op: 'Resize',
    since: 11,
    unfit: (node, graph) =>
      isNearest(node) && node.opType === 'Resize' ? unfitScales(node, graph) : undefined,
    convert(node, graph) {
      const shrinks = (scalesOf(node, graph) ?? []).some((scale) => scale < 1);
      const [x = '', scales = ''] = node.input;
      const type = DataType.FLOAT;
      const region = graph.edit.addConstant(`${x}_region`, { type, dims: [0], values: new Float32Array() });
      graph.edit.setInput(node, 1, region);
      graph.edit.setInput(node, 2, scales);
      setAttribute(node, 'coordinate_transformation_mode', 'asymmetric');
      if (isNearest(node)) setAttribute(node, 'nearest_mode', shrinks ? 'ceil' : 'floor');
    },
  },
];

const modeOf = (node: NodeProto): string => textOf(attributeOf(node, 'mode')?.s ?? new Uint8Array());

const isNearest = (node: NodeProto): boolean => ['', 'nearest'].includes(modeOf(node));

const scalesOf = (node: NodeProto, { edit }: ConvertedGraph): readonly number[] | undefined => {
  const values = edit.constant(node.input[1] ?? '')?.values;
  return values && [...values];
};

function unfitScales(node: NodeProto, graph: ConvertedGraph): string | undefined {
  const scales = scalesOf(node, graph);
  if (scales === undefined) return 'its scales are computed when it runs, so that its rounding is not known';
  const both = scales.some((scale) => scale < 1) && scales.some((scale) => scale > 1);
  return both ? 'it shrinks some axes and stretches others, with another rounding of each' : undefined;
}
