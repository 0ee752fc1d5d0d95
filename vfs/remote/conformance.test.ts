// The conformance suite over TCP and between threads: our own server, and diod if it is installed.
import { MessageChannel } from 'node:worker_threads';
import { test } from 'uvu';
import { skip } from '../../build/test/skip.ts';
import { conformance } from '../../testing/conformance/index.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import type { Subject } from '../../testing/kit.ts';
import { ram } from '../backends/ram/index.ts';
import { serverFor } from '../connect/server-for.ts';
import { Message, TYPE } from '../9p/codec.gen.ts';
import { Iov } from '../lib/iov.ts';
import { E } from '../linux/errno.ts';
import type { Inspection } from '../server/server.ts';
import type { Attachable, Transport } from '../transport/transport.ts';
import { Diod, NO_DIOD } from './diod-testing.ts';
import { remote } from './index.ts';
import { RemoteCalls } from './calls/remote-calls.ts';
import { settingsFrom } from './remote.ts';
import { RemoteTransport } from './session/transport.ts';
import { PortWire } from './wire/port-wire.ts';
import { ServerThread, descriptors, waitForHelpers } from './testing.ts';

const [t, r] = [new Message(), new Message()];

/** A subject of the suite on a server elsewhere; a store in memory stands for what the server can do. */
function subject(
  at: Attachable & { readonly Calls: typeof RemoteCalls },
  inspect: (isOver: boolean) => Inspection,
  clear: () => void,
): Subject {
  const before = descriptors();
  const backend = ram();
  const server = serverFor(backend);
  let transport: Transport | null = null;
  server.inspect = () => {
    // Requests whose replies were not awaited are done, too.
    t.type = TYPE.Tgetattr;
    t.fid = 1;
    t.request_mask = 0;
    const errno = transport?.rpc(t, r, new Iov()) ?? E.EIO;
    return inspect(errno === E.EIO);
  };
  return {
    backend,
    via: () => ({ msize: at.msize, Calls: at.Calls, connect: () => (transport = at.connect()) }),
    dispose: () => {
      clear();
      backend.close();
      waitForHelpers(before);
    },
  };
}

/** Tests of a store, or of a session, in this process. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'data is found wherever it was written, up to the end': 'it asks the store itself, which is elsewhere',
  'holes are passed over, however large': 'it asks the store itself, which is elsewhere',
  'after close every call answers an errno, and open fids can be clunked': 'it closes the store, which is elsewhere',
  'two sessions of one server see one file system': 'its second session is in this process',
};

const COUNTS = 'diod does not tell how many orphans it has';
const BY_PATH = 'diod knows the file of a fid by its path';
const COOKIES = 'the cookies of the host file system are longer than the numbers of the suite';

/** The tests that diod 1.0.24 does not pass, each with the reason. */
const DIOD_LACKS: Readonly<Record<string, string>> = {
  'access modes': 'diod sets the size of a file that the fid has open for reading only',
  'the version of the qid moves with the content': 'diod gives no versions',
  'directories and symlinks are not files': 'diod follows a symlink that is opened',
  'unlink removes files, rmdir removes directories': 'diod has no Tunlinkat, whose flags it would check',
  'a link is made from a fid, by whatever name its inode has by then': BY_PATH,
  'invalid names': 'diod makes no difference between an empty name and the directory',
  'devices are not created': 'diod creates devices for root',
  'fifos and sockets are made, and not opened': 'diod answers EIO where Linux answers ENXIO',
  'a directory that moves takes its `..` along': BY_PATH,
  'fids follow their inode, opened and walked, also below a directory that moves': BY_PATH,
  'Trename and Tremove act on the inode’s own name only': BY_PATH,
  'each entry once, in messages of any size, and again from any cookie': COOKIES,
  'survivors come once while others are removed, made and renamed': COOKIES,
  'a directory of 2,000 entries': COOKIES,
  'entries removed meanwhile do not come, and a cookie outlives its entry':
    'diod lists the two dots anywhere, and the test takes them for the first',
  'listing a file, or a directory that is not opened': 'diod answers EINVAL where Linux answers ENOTDIR',
  'an open file outlives its name, with all its calls': COUNTS,
  'a file replaced by a rename becomes an orphan': COUNTS,
  'with a second name it is none': COUNTS,
  '500 orphans at once, clunked in another order': COUNTS,
  'the end of a session reclaims its orphans': COUNTS,
  'a removed directory is empty, and nothing is made in it': BY_PATH,
  'a whole tree is removed below its fids': 'a file that is open has another name, so that its directory is not empty',
  'a directory renamed over is removed': BY_PATH,
  'permission bits': 'diod ignores unknown bits of valid in a Tsetattr',
};

const options = { test, skip: (title: string, reason: string) => skip(title, reason) };

const server = await ServerThread.start();
conformance(
  'our server over TCP',
  () =>
    subject(
      remote(server.url),
      (isOver) => (isOver ? server.atRest() : server.inspect()),
      () => server.clear(),
    ),
  { ...options, skips: ELSEWHERE },
);

const { port1: control, port2: accepting } = new MessageChannel();
server.accept(accepting);
const settings = settingsFrom({});
conformance(
  'our server in another thread',
  () =>
    subject(
      {
        msize: settings.msize,
        Calls: RemoteCalls,
        connect: () => new RemoteTransport(new PortWire(control), settings),
      },
      (isOver) => (isOver ? server.atRest() : server.inspect()),
      () => server.clear(),
    ),
  { ...options, skips: ELSEWHERE },
);

const diod = NO_DIOD === '' ? await Diod.start() : null;
if (diod === null) skip('diod over TCP: the conformance suite', NO_DIOD);
else {
  conformance(
    'diod over TCP',
    () =>
      subject(
        remote(diod.url),
        () => AT_REST,
        () => diod.clear(),
      ),
    { ...options, skips: { ...ELSEWHERE, ...DIOD_LACKS } },
  );
}

test.after(async () => {
  control.close();
  await server.end();
  await diod?.end();
});

test.run();
