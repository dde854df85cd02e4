// For packages whose tests read hundreds of small files of Keras: from here on a file is read in place, as where no worker can be
// started. A worker for each takes longer than what is tested; that files are read in workers is tested in this package.

/** A constructor of threads that starts none. */
function noWorker(): never {
  throw new Error('this test starts no workers');
}

const builtin = process.getBuiltinModule;
const withoutWorkers = (name: string): unknown =>
  name === 'node:worker_threads' ? { parentPort: null, Worker: noWorker } : builtin(name);
process.getBuiltinModule = withoutWorkers as typeof builtin;
