import { applied, refusedFunction } from './activation.js';
import { inputOf, isSized, outputOf, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';
import { paddingOf, windowOf, type Window } from './windows.js';

/** What a step hands to the next, channels first. */
interface State {
  readonly h: string;
  readonly c: string;
}

/**
 * An LSTM whose products are convolutions, one step after the other, since no operator repeats them. What is convolved of the input is
 * so for all steps at once.
 */
function convolutionalLstm(rank: number): LayerRule {
  return {
    mask: 'refuse',
    refuse: (call) => {
      const { settings, named } = call;
      if (!isSized(inputOf(call)) || !isSized(outputOf(call)))
        return 'steps or pictures of which the size is not known';
      const names = ['activation', 'recurrent_activation'].map((name) => settings.values[name]);
      const unknown = names.map(refusedFunction).find((reason) => reason !== undefined);
      if (unknown !== undefined) return unknown;
      if (settings.flag('stateful', false)) return 'stateful';
      return named['initial_state'] === undefined ? undefined : 'states to start with';
    },
    write: async (call) => {
      const { graph, settings, outputs } = call;
      const inputs = await convolvedSteps(call, rank);
      const ordered = settings.flag('go_backwards', false) ? [...inputs].reverse() : inputs;
      const states: State[] = [];
      for (const input of ordered) states.push(await step(call, rank, input, states.at(-1)));
      const { h, c } = states.at(-1)!;
      const isSequence = settings.flag('return_sequences', false);
      const first = isSequence ? stacked(call, states) : graph.value(h, outputOf(call), 'first');
      const rest = [h, c].map((name, i) => ({ name, shape: outputs[i + 1] }));
      return [
        first,
        ...rest.flatMap(({ name, shape }) => (shape ? [graph.value(name, shape, 'first')] : [])),
      ];
    },
  };
}

/** The gates' shares of the input, a value for each step. */
async function convolvedSteps(call: WrittenCall, rank: number): Promise<readonly string[]> {
  const { graph, settings, inputs } = call;
  const [, steps, ...sizes] = inputOf(call) as readonly number[];
  const pictures = graph.value(graph.reshape(graph.last(inputs[0]!), [-1, ...sizes]), [null, ...sizes]);
  const window = windowOf(settings, rank);
  const padding = settings.text('padding', 'valid');
  const x = graph.first(pictures);
  const result = await convolve(call, x, 'kernel', window, paddingOf(padding, window, pictures.shape));
  const isSequence = settings.flag('return_sequences', false);
  const places = outputOf(call).slice(isSequence ? 2 : 1, -1) as readonly number[];
  const apart = graph.reshape(result, [-1, steps!, 4 * settings.size('filters'), ...places]);
  return Array.from({ length: steps! }, (_, i) =>
    graph.node('Gather', [apart, graph.integer(i)], { axis: 1 }),
  );
}

async function convolve(
  call: WrittenCall,
  x: string,
  kernel: string,
  window: Window,
  padding: object,
): Promise<string> {
  const { graph, weights, layer } = call;
  const rank = window.size.length;
  const axes = [rank + 1, rank, ...window.size.map((_, axis) => axis)];
  const bias = kernel === 'kernel' ? await weights.find(layer, 'bias') : undefined;
  const given = [x, (await weights.find(layer, kernel, { axes }))!, ...(bias === undefined ? [] : [bias])];
  const { size, strides, dilation } = window;
  return graph.node('Conv', given, { kernel_shape: size, strides, dilations: dilation, ...padding });
}

/** i, f, g, o from the input and h; c = f · c + i · g; h = o · activation(c). */
async function step(
  call: WrittenCall,
  rank: number,
  input: string,
  before: State | undefined,
): Promise<State> {
  const { graph, settings } = call;
  const channels = () => 1;
  const function_ = (name: string, fallback: string) => (x: string) =>
    applied(call, settings.values[name] ?? fallback, x, channels);
  const activate = function_('activation', 'tanh');
  const gate = function_('recurrent_activation', 'hard_sigmoid');
  const filters = settings.size('filters');
  const sum = before === undefined ? input : graph.node('Add', [input, await recurred(call, rank, before.h)]);
  const [i, f, g, o] = [0, 1, 2, 3].map((at) => graph.slice(sum, 1, at * filters, (at + 1) * filters));
  const added = graph.node('Mul', [gate(i!), activate(g!)]);
  const c =
    before === undefined ? added : graph.node('Add', [graph.node('Mul', [gate(f!), before.c]), added]);
  return { h: graph.node('Mul', [gate(o!), activate(c)]), c };
}

/** The state is convolved with as much around it as keeps its size. */
function recurred(call: WrittenCall, rank: number, h: string): Promise<string> {
  const size = call.settings.sizes('kernel_size', rank);
  const ones = size.map(() => 1);
  const window = { size, strides: ones, dilation: ones };
  return convolve(call, h, 'recurrent_kernel', window, paddingOf('same', window, []));
}

function stacked(call: WrittenCall, states: readonly State[]) {
  const { graph } = call;
  const [batch, , ...sizes] = outputOf(call);
  const rows = states.map(({ h }) => {
    const picture = graph.last(graph.value(h, [batch!, ...sizes], 'first'));
    return graph.node('Unsqueeze', [picture, graph.integers([1])]);
  });
  return graph.value(graph.node('Concat', rows, { axis: 1 }), outputOf(call));
}

export const convolutionalLstmRules: RuleTable = {
  ConvLSTM1D: convolutionalLstm(1),
  ConvLSTM2D: convolutionalLstm(2),
  ConvLSTM3D: convolutionalLstm(3),
};
