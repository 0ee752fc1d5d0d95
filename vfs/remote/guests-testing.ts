// The threads of many-guests.test.ts: what each does with the files that it shares with the others.
import { parentPort, workerData } from 'node:worker_threads';
import { createFs, type FileSystem } from '../fs/index.ts';
import { Attachment } from '../connect/attachment.ts';
import { LOCK_FLAGS_BLOCK, LOCK_SUCCESS, LOCK_TYPE_UNLCK, LOCK_TYPE_WRLCK } from '../9p/constants.ts';
import { lock } from '../client/rare-messages.ts';
import { remote } from './index.ts';

export type GuestWork = 'ping' | 'pong' | 'append' | 'count' | 'hold' | 'until-error' | 'refused';

const { work } = workerData as { work: GuestWork };
const connect = (): FileSystem => createFs(remote('9p+worker:files'));
const say = (answer: unknown): void => parentPort!.postMessage(answer, []);

/** Writes a number to one file, and waits until it is in the other one. */
function turns(own: string, other: string): number {
  const [fs, second] = [connect(), connect()];
  let turn = 0;
  while (turn < 100) {
    if (own === '/ping') fs.writeFileSync(own, String(++turn));
    const end = Date.now() + 20_000;
    const wanted = String(own === '/ping' ? turn : turn + 1);
    while (!second.existsSync(other) || second.readFileSync(other, 'utf8') !== wanted)
      if (Date.now() > end) throw new Error(`no turn ${wanted}`);
    if (own === '/pong') fs.writeFileSync(own, String(++turn));
  }
  fs.unmount();
  second.unmount();
  return turn;
}

function append(): void {
  const fs = connect();
  const name = Math.random();
  for (let i = 0; i < 200; i++) fs.appendFileSync('/log', `${name} ${i}\n`);
  fs.unmount();
}

/** Adds 1 to a number in a file, under a lock that waits. */
function count(): void {
  const attachment = new Attachment(remote('9p+worker:files'));
  const { client } = attachment;
  const fs = connect();
  fs.appendFileSync('/counter', '');
  const fid = client.walk(client.root, ['counter'], 0, 1);
  client.lopen(fid, 2);
  const id = String(Math.random());
  const locked = (type: number): boolean =>
    lock(client, fid, type, LOCK_FLAGS_BLOCK, 0, 0, 1, id) === 0 && client.r.status === LOCK_SUCCESS;
  for (let i = 0; i < 50; i++) {
    if (!locked(LOCK_TYPE_WRLCK)) throw new Error('no lock');
    fs.writeFileSync('/counter', String(Number(fs.readFileSync('/counter', 'utf8')) + 1));
    locked(LOCK_TYPE_UNLCK);
  }
  client.clunk(fid);
  fs.unmount();
  attachment.close();
}

/** Holds an orphan, and calls without end. */
function hold(): void {
  const fs = connect();
  const fd = fs.openSync('/orphan', 'w+');
  fs.unlinkSync('/orphan');
  for (let i = 0; ; i++) {
    fs.writeSync(fd, 'data', 0);
    if (i === 10) say('busy');
  }
}

function untilError(): void {
  const fs = connect();
  const codes: string[] = [];
  for (let i = 0; codes.length < 2; i++) {
    try {
      fs.writeFileSync('/f', 'data');
    } catch (error) {
      codes.push((error as { code: string }).code);
    }
    if (i === 10) say('busy');
  }
  say(codes.join(' '));
  fs.unmount();
}

function refused(): void {
  const first = connect();
  const messages = ['9p+worker:files', '9p+worker:nothing'].map((url) => {
    try {
      createFs(remote(url)).unmount();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  });
  say(messages);
  first.unmount();
}

if (work === 'ping') say(turns('/ping', '/pong'));
else if (work === 'pong') say(turns('/pong', '/ping'));
else if (work === 'append') append();
else if (work === 'count') count();
else if (work === 'hold') hold();
else if (work === 'refused') refused();
else untilError();
