import { checkListOf } from '../errors/check-kinds.js';
import { sizeOf } from '../scheme/shape.js';

/** How windows of a convolution lie along one axis of its input. */
export interface WindowAxis {
  /** Places of the input. */
  readonly size: number;
  /** Places of the window. */
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding in front of the input; of a transposed convolution what is cut from the front of its output. */
  readonly before: number;
  /** Number of output positions. */
  readonly outputs: number;
  /** Of a transposed convolution, whose windows are what its output positions are made of. */
  readonly transposed: boolean;
}

/** Where the patches of a convolution lie in a channel of its input. */
export interface WindowPlaces {
  /** Number of patches of a sample: output positions. */
  readonly positions: number;
  /** Values of a patch in one channel. */
  readonly area: number;
  /** For each position and each place in the window: the flat index in a channel, or −1 where nothing is. */
  readonly places: Int32Array;
}

/** @param axes Of the input, without samples and channels. @throws LowbitError `invalid-argument`. */
export function windowPlaces(axes: readonly WindowAxis[]): WindowPlaces {
  const expected = 'a list of axes, each with its numbers';
  checkListOf(
    (axis) => numbers.every((name) => Number.isFinite(Object(axis)[name])),
    axes,
    'windowPlaces(axes)',
    expected,
  );
  const along = axes.map(placesAlong);
  const [positions, area] = [
    sizeOf(axes.map(({ outputs }) => outputs)),
    sizeOf(axes.map(({ kernel }) => kernel)),
  ];
  const places = new Int32Array(positions * area);
  for (let position = 0; position < positions; position++)
    for (let inside = 0; inside < area; inside++) {
      let at = 0;
      let [rest, place] = [position, inside];
      for (let axis = axes.length - 1, stride = 1; axis >= 0; axis--) {
        const { outputs, kernel, size } = axes[axis] as WindowAxis;
        const own = along[axis]?.[rest % outputs]?.[place % kernel] as number;
        at = own < 0 || at < 0 ? -1 : at + own * stride;
        rest = Math.floor(rest / outputs);
        place = Math.floor(place / kernel);
        stride *= size;
      }
      places[position * area + inside] = at;
    }
  return { positions, area, places };
}

const numbers = ['size', 'kernel', 'stride', 'dilation', 'before', 'outputs'] as const;

/** For each output position: the input positions that the window takes there, −1 in the padding and between strides. */
function placesAlong({ size, kernel, stride, dilation, before, outputs, transposed }: WindowAxis) {
  const inside = (at: number) => (at < 0 || at >= size || !Number.isInteger(at) ? -1 : at);
  return Array.from({ length: outputs }, (_, position) =>
    Array.from({ length: kernel }, (_, place) =>
      inside(
        transposed
          ? (position + before - place * dilation) / stride
          : position * stride - before + place * dilation,
      ),
    ),
  );
}
