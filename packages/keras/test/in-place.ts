// For packages whose tests read hundreds of small files of Keras: from here on a file is read in place, as where no worker can be
// started. A worker for each takes longer than what is tested; that files are read in workers is tested in this package.

/** A thread that cannot be started. */
class NoWorker {
  constructor() {
    throw new Error('this test starts no workers');
  }
}

const builtin = process.getBuiltinModule;
const withoutWorkers = (name: string): unknown =>
  name === 'node:worker_threads' ? { parentPort: null, Worker: NoWorker } : builtin(name);
process.getBuiltinModule = withoutWorkers as typeof builtin;
