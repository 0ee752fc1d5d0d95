// The entry point of a worker: runs one job after the other, until the runner ends it.
import { parentPort, workerData } from 'node:worker_threads';
import { execute } from './execute.ts';
import { Fixtures } from './files.ts';
import type { FromWorker, TestJob, WorkerData } from './job.ts';

const { output, workers } = workerData as WorkerData;
const fixtures = new Fixtures(workers);
const port = parentPort!;
const post = (message: FromWorker): void => port.postMessage(message);

port.on('message', (job: TestJob) => {
  void execute(job, fixtures, output, () => post({ kind: 'started' })).then((outcome) => {
    post({ kind: 'done', outcome });
  });
});
post({ kind: 'ready' });
