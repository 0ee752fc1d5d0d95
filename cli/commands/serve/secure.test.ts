// `wasi9p serve --listen tls:…` and `wss:…`, with certificates that openssl makes for the test.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tls from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unless } from '../../../build/test/skip.ts';
import { createFs } from '../../../vfs/fs/index.ts';
import { remote, type RemoteOptions } from '../../../vfs/remote/index.ts';
import { RawSocket } from '../../../vfs/serve/testing.ts';
import { bundle } from '../../testing.ts';
import { ServeProcess, serving as servingIn } from './testing.ts';

const NO_OPENSSL =
  spawnSync('openssl', ['version']).status === 0 ? '' : 'openssl, which makes the certificates, is not installed';

const secure = suite('serve over TLS');
const trying = unless(NO_OPENSSL, secure);
let scratch = '';
let cli = '';
const file = (name: string): string => join(scratch, name);

function openssl(...argv: string[]): void {
  const { status, stderr } = spawnSync('openssl', argv, { cwd: scratch, encoding: 'utf8' });
  assert.is(status, 0, stderr);
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** Makes NAME.key and NAME.pem, a CA. */
function makeCa(name: string): void {
  openssl('req', '-x509', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`);
}

/** Makes NAME.key and NAME.pem, signed by a CA. */
function makeCertificate(name: string, ca: string, extension = 'extendedKeyUsage=clientAuth'): void {
  fs.writeFileSync(file(`${name}.ext`), `${extension}\n`);
  openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  const signed = ['-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
}

secure.before(async () => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'wasi9p-tls-'));
  if (NO_OPENSSL !== '') return;
  cli = await bundle();
  makeCa('ca');
  makeCa('other-ca');
  makeCertificate('server', 'ca', 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  makeCertificate('elsewhere', 'ca', 'subjectAltName=DNS:example.org');
  makeCertificate('client', 'ca');
  makeCertificate('stranger', 'other-ca');
});

secure.after(() => {
  fs.rmSync(scratch, { recursive: true });
  if (cli !== '') fs.rmSync(dirname(cli), { recursive: true });
});

const SERVER = ['--tls-key', 'server.key', '--tls-cert', 'server.pem'];

function serving(argv: readonly string[], run: (server: ServeProcess) => Promise<void>): Promise<void> {
  return servingIn({ cli, cwd: scratch }, argv, run);
}

/** The port of a listener. */
async function portOf(server: ServeProcess, kind: 'tls' | 'ws' | 'wss'): Promise<number> {
  const [, port] = await server.said(new RegExp(`listening on ${kind}:127\\.0\\.0\\.1:(\\d+)`));
  return Number(port);
}

/** A client learns that its certificate is refused when it reads: after the handshake of TLS 1.3, at the attach. */
const REFUSED = /refused the attach \(errno 5\)|cannot be reached: .*(ALERT|ECONNRESET|EPIPE|hang up)/i;

/** Writes and reads a file on a server. */
function use(url: string, options: RemoteOptions = {}): void {
  const files = createFs(remote(url, { connectTimeout: 20_000, ...options }));
  try {
    files.writeFileSync('/f', 'over TLS'.repeat(50_000));
    assert.is(files.readFileSync('/f', 'utf8').length, 400_000);
    files.unlinkSync('/f');
  } finally {
    files.unmount();
  }
}

/** The message of what `use` throws. */
function refusal(url: string, options: RemoteOptions): string {
  try {
    use(url, options);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

trying('tls: a client that knows the CA reads and writes; one that does not is told so', async () => {
  await serving(['--mem', '/', '--mem', '/more', ...SERVER, '--listen', 'tls:0'], async (server) => {
    const port = await portOf(server, 'tls');
    assert.match(
      server.out,
      new RegExp(`run --mount 9p\\+tls://127\\.0\\.0\\.1:${port}/more\\?ca=FILE::/more PROGRAM`),
    );
    assert.not.match(server.out, /mount -t 9p/, 'the kernel speaks no TLS');
    const url = `9p+tls://127.0.0.1:${port}/more`;
    use(url, { ca: file('ca.pem') });
    use(`${url}?ca=${encodeURIComponent(file('ca.pem'))}`);
    assert.match(
      refusal(url, {}),
      /^9p\+tls:.* cannot be reached: .*certificate.* \([A-Z_]+\)\. Check that a 9P server listens there, and give the CA/,
    );
    assert.match(refusal(url, { ca: file('other-ca.pem') }), /certificate/);
    assert.match(
      refusal(url, { ca: file('absent.pem') }),
      /absent\.pem cannot be read: ENOENT\. Give a file in PEM\.$/,
    );
    assert.is(await server.end(), 0);
    assert.is(server.err, '');
  });
});

trying('tls: a certificate for another name is refused by the client', async () => {
  const pair = ['--tls-key', 'elsewhere.key', '--tls-cert', 'elsewhere.pem'];
  await serving(['--mem', '/', ...pair, '--listen', 'tls:0'], async (server) => {
    const url = `9p+tls://127.0.0.1:${await portOf(server, 'tls')}/`;
    assert.match(refusal(url, { ca: file('ca.pem') }), /ERR_TLS_CERT_ALTNAME_INVALID/);
  });
});

trying('tls: with --tls-client-ca only clients with its certificates are served', async () => {
  const argv = ['--mem', '/', ...SERVER, '--tls-client-ca', 'ca.pem', '--listen', 'tls:0', '--stats'];
  await serving(argv, async (server) => {
    const url = `9p+tls://127.0.0.1:${await portOf(server, 'tls')}/`;
    const ca = file('ca.pem');
    use(url, { ca, cert: file('client.pem'), key: file('client.key') });
    assert.match(refusal(url, { ca }), REFUSED);
    const stranger = { ca, cert: file('stranger.pem'), key: file('stranger.key') };
    assert.match(refusal(url, stranger), REFUSED);
    assert.is(await server.end(), 0);
    // Only the first one has said anything that was heard.
    assert.match(server.err, /\b1\s+Tversion$/m);
  });
});

trying('tls: a client that speaks no TLS is closed, and others are served', async () => {
  await serving(['--mem', '/', ...SERVER, '--listen', 'tls:0'], async (server) => {
    const port = await portOf(server, 'tls');
    const socket = net.connect(port, '127.0.0.1');
    const plain = new RawSocket(socket);
    socket.write(Buffer.from('1500000064ffff000010000008003950323030302e4c', 'hex'));
    await plain.ended();
    use(`9p+tls://127.0.0.1:${port}/`, { ca: file('ca.pem') });
  });
});

trying('tls: a slow handshake is ended, and --max-clients limits handshakes, too', async () => {
  const limits = ['--handshake-timeout', '400ms', '--max-clients', '2'];
  await serving(['--mem', '/', ...SERVER, '--listen', 'tls:0', ...limits], async (server) => {
    const port = await portOf(server, 'tls');
    const begin = performance.now();
    const slow = [0, 1].map(() => new RawSocket(net.connect(port, '127.0.0.1')));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const third = new RawSocket(net.connect(port, '127.0.0.1'));
    await third.ended();
    const early = performance.now() - begin;
    await Promise.all(slow.map((each) => each.ended()));
    const late = performance.now() - begin;
    assert.ok(early < late && late >= 380, `${early} and ${late} ms`);
    use(`9p+tls://127.0.0.1:${port}/`, { ca: file('ca.pem') });
  });
});

for (const kind of ['ws', 'wss'] as const) {
  trying(`${kind}: a client that sends no request is ended, and --max-clients counts it`, async () => {
    const limits = ['--handshake-timeout', '1s', '--max-clients', '2'];
    await serving(
      ['--mem', '/', ...(kind === 'ws' ? [] : SERVER), '--listen', `${kind}:0`, ...limits],
      async (server) => {
        const port = await portOf(server, kind);
        const connect = async (): Promise<net.Socket> => {
          if (kind === 'ws') return net.connect(port, '127.0.0.1');
          const socket = tls.connect({ port, host: '127.0.0.1', ca: fs.readFileSync(file('ca.pem')) });
          await new Promise((resolve) => socket.once('secureConnect', resolve));
          return socket;
        };
        const begin = performance.now();
        const silent = [new RawSocket(await connect()), new RawSocket(await connect())];
        const third = new RawSocket(await connect());
        await third.ended();
        const early = performance.now() - begin;
        await Promise.all(silent.map((each) => each.ended()));
        const late = performance.now() - begin;
        assert.ok(early < late && late >= 980 && late < 15_000, `${early} and ${late} ms`);
        use(`9p+${kind}://127.0.0.1:${port}/`, kind === 'ws' ? {} : { ca: file('ca.pem') });
      },
    );
  });
}

trying('tls: the server ends by SIGTERM while a handshake hangs and a client is there', async () => {
  await serving(['--mem', '/', ...SERVER, '--listen', 'tls:0'], async (server) => {
    const port = await portOf(server, 'tls');
    const hanging = new RawSocket(net.connect(port, '127.0.0.1'));
    const socket = tls.connect({ port, host: '127.0.0.1', ca: fs.readFileSync(file('ca.pem')) });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const client = await new RawSocket(socket).begin();
    assert.is(await server.end(), 0);
    await Promise.all([hanging.ended(), client.ended()]);
  });
});

trying('wss: token, CA and client certificate', async () => {
  const more = ['--tls-client-ca', 'ca.pem', '--token', 's3cret'];
  await serving(['--mem', '/', ...SERVER, ...more, '--listen', 'wss:0'], async (server) => {
    const port = await portOf(server, 'wss');
    assert.match(server.out, /proxy_url: "wss:\/\/127\.0\.0\.1:\d+\/\?token=s3cret"/);
    assert.match(server.out, /run --mount 9p\+wss:\/\/127\.0\.0\.1:\d+\/\?token=s3cret&ca=FILE::\/ PROGRAM/);
    const url = `9p+wss://127.0.0.1:${port}/`;
    const own = { ca: file('ca.pem'), cert: file('client.pem'), key: file('client.key') };
    use(url, { ...own, token: 's3cret' });
    assert.match(refusal(url, own), /401/);
    assert.match(refusal(url, { ca: own.ca, token: 's3cret' }), REFUSED);
    assert.match(refusal(url, { ...own, ca: file('other-ca.pem'), token: 's3cret' }), /certificate/);
    assert.is(await server.end(), 0);
  });
});

trying('wrong keys and certificates are told in a sentence', async () => {
  fs.writeFileSync(file('garbage'), 'garbage\n');
  const cases: [argv: string[], message: RegExp][] = [
    [['--tls-key', 'server.key'], /^wasi9p: --tls-cert FILE is missing: --listen tls: and wss: need a key and a cert/],
    [['--tls-key', 'none', '--tls-cert', 'server.pem'], /--tls-key none: no such file or directory\.$/m],
    [['--tls-key', 'garbage', '--tls-cert', 'server.pem'], /--tls-key garbage: this is no private key without a pass/],
    [['--tls-key', 'server.key', '--tls-cert', 'garbage'], /--tls-cert garbage: this is no certificate in PEM: /],
    [
      ['--tls-key', 'client.key', '--tls-cert', 'server.pem'],
      /--tls-key client\.key is not the key of --tls-cert serv/,
    ],
    [[...SERVER, '--tls-client-ca', 'garbage'], /--tls-client-ca garbage: this is no certificate in PEM: /],
  ];
  for (const [argv, message] of cases) {
    const server = new ServeProcess({ cli, cwd: scratch }, ['--mem', '/', '--listen', 'tls:0', ...argv]);
    assert.is(await server.status, 2, argv.join(' '));
    assert.match(server.err, message);
    assert.is(server.err.trim().split('\n').length, 2, 'a sentence, and where the help is');
  }
});

trying('an address that others reach is said aloud, unless clients need a certificate', async () => {
  await serving(['--mem', '/', ...SERVER, '--listen', 'tls:0.0.0.0:0'], async (server) => {
    await server.said(/run --mount/);
    assert.match(server.err, /tls:0\.0\.0\.0:\d+ can be reached from other machines.*Let --tls-client-ca name the CA/);
    assert.not.match(server.err, /nothing is encrypted/);
  });
  await serving(['--mem', '/', ...SERVER, '--tls-client-ca', 'ca.pem', '--listen', 'tls:0.0.0.0:0'], async (server) => {
    await server.said(/run --mount/);
    assert.is(server.err, '');
  });
});

secure.run();
