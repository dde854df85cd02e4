import type { FromWorker, TaskName, Tasks, ToWorker } from '../shared/messages.js';
import { openModel, type OpenedModel } from './open-model.js';
import { problemsOf } from './problems-of.js';
import type { Session } from './session.js';

type Answers = {
  readonly [T in TaskName]: (input: Tasks[T]['in'], session: Session) => Promise<Tasks[T]['out']>;
};

let opened: OpenedModel | undefined;
let controller = new AbortController();

function model(): OpenedModel {
  if (opened === undefined) throw new Error('No model is open.');
  return opened;
}

const answers: Answers = {
  async open(files, session) {
    const next = await openModel(files, session);
    opened?.dispose();
    opened = next;
    return next.facts;
  },
  quantize: (settings, session) => model().quantize(settings, session),
  compare: (inputs, session) => model().compare(inputs, session),
  download: (form) => model().download(form),
  async folder(wish, session) {
    const { writeFolder } = await import('./onnx/write-folder.js');
    return writeFolder(wish, session);
  },
};

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.task === 'cancel') controller.abort();
  else void answer(data.id, data.task, data.input);
});

async function answer<T extends TaskName>(id: number, task: T, input: Tasks[T]['in']): Promise<void> {
  controller = new AbortController();
  const session: Session = {
    signal: controller.signal,
    onProgress: (progress) => reply({ id, progress }),
  };
  try {
    reply({ id, result: await answers[task](input, session) });
  } catch (error) {
    reply({ id, problems: problemsOf(error) });
  }
}

function reply(message: FromWorker): void {
  postMessage(message);
}
