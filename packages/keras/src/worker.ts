import { memoryBytes, suppliedBytes, type FileBytes, type SharedFile } from './hdf5/file-bytes.js';
import { nodeThreads, type Channel, type Hdf5Answer, type Hdf5Request } from './hdf5/messages.js';
import { readHdf5, type Hdf5Reader } from './hdf5/read-hdf5.js';

/** Answers requests for the one file that this worker is for. */
function serve({ send, receive }: Channel<Hdf5Answer, Hdf5Request>): void {
  let reader: Hdf5Reader | undefined;
  const bytesOf = (file: Uint8Array | SharedFile): FileBytes =>
    file instanceof Uint8Array ? memoryBytes(file) : suppliedBytes(file, (needs) => send({ needs }, []));
  const answer = async (request: Hdf5Request): Promise<Hdf5Answer> => {
    if ('open' in request) {
      reader = await readHdf5(bytesOf(request.open));
      return { contents: reader.contents };
    }
    if (reader === undefined) throw new Error('no file is open');
    return { values: reader.read(request.read, request.memory) };
  };
  receive((request) => {
    answer(request).then(
      (answered) => send(answered, 'values' in answered ? [answered.values.buffer as ArrayBuffer] : []),
      (error: unknown) => send({ failed: error instanceof Error ? error.message : String(error) }, []),
    );
  });
  send({ started: true }, []);
}

const parent = nodeThreads()?.parentPort;
if (parent)
  serve({
    send: (message, transfer) => parent.postMessage(message, transfer),
    receive: (handle) => parent.on('message', handle),
  });
else
  serve({
    send: (message, transfer) => postMessage(message, { transfer: [...transfer] }),
    receive: (handle) => addEventListener('message', ({ data }) => handle(data as Hdf5Request)),
  });
