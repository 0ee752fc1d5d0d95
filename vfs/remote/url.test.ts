// The URLs of servers elsewhere, and the sentences about wrong ones.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseUrl, type ServerAddress } from './url.ts';

const GOOD: readonly [url: string, address: ServerAddress, options: object][] = [
  ['9p+tcp://127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: 564 }, {}],
  ['9p+tcp://[::1]:5640/a/b?msize=64K', { kind: 'tcp', host: '::1', port: 5640 }, { aname: 'a/b', msize: 65536 }],
  ['9p+tcp://host/a%20b?aname=c', { kind: 'tcp', host: 'host', port: 564 }, { aname: 'c' }],
  ['9p+tls://host:5641/a?ca=ca.pem', { kind: 'tls', host: 'host', port: 5641 }, { aname: 'a', ca: 'ca.pem' }],
  ['9p+unix:/run/s', { kind: 'unix', path: '/run/s' }, {}],
  ['9p+unix:a%3Fb?aname=x&timeout=5s', { kind: 'unix', path: 'a?b' }, { aname: 'x', timeout: 5000 }],
  ['9p+worker:files?aname=src', { kind: 'worker', name: 'files' }, { aname: 'src' }],
  ['9p+ws://host:8080/p?cache=loose', { kind: 'ws', url: 'ws://host:8080/p' }, { cache: 'loose' }],
  [
    '9p+wss://host/?token=t&connectTimeout=250ms',
    { kind: 'ws', url: 'wss://host/' },
    { token: 't', connectTimeout: 250 },
  ],
];

for (const [url, address, options] of GOOD) {
  test(url, () => assert.equal(parseUrl(url), { address, options }));
}

const WRONG: readonly [url: string, message: string][] = [
  ['tcp://host', 'tcp://host: the scheme tcp is unknown: write 9p+tcp://HOST:PORT/ANAME, '],
  ['/path', '/path: the scheme is missing: write '],
  ['9p+tcp://', '9p+tcp://: the host is missing: write 9p+tcp://HOST:PORT/ANAME.'],
  ['9p+tcp://h:70000', 'the URL cannot be read: write 9p+tcp://HOST:PORT/ANAME.'],
  ['9p+tcp://u@h', 'a user in the URL is not supported: write ?uname=NAME.'],
  ['9p+tcp://h/#a', 'a # is not part of the URL: write %23 for it.'],
  ['9p+tcp://h/%zz', 'a % is not followed by two hexadecimal digits: write %25 for a %.'],
  ['9p+unix:', 'the path of the socket is missing: write 9p+unix:PATH.'],
  ['9p+unix://run/s', 'a socket has no host: write 9p+unix:/run/s, or 9p+unix:PATH?aname=ANAME.'],
  ['9p+worker:', 'the name of the port is missing: write 9p+worker:NAME.'],
  ['9p+worker://files', 'the name of the port is missing: write 9p+worker:NAME.'],
  ['9p+tcp://h?size=1', 'the parameter size is unknown; there are msize, aname, '],
  ['9p+tcp://h?msize=1', 'msize=1 is invalid: write msize=a whole number from 4096 to 67108864.'],
  ['9p+tcp://h?msize=1G', 'msize=1G is invalid: '],
  ['9p+tcp://h?cache=fast', 'cache=fast is invalid: write cache=none or loose.'],
  ['9p+tcp://h?uid=1&uid=1', 'the parameter uid is there twice: give it once.'],
];

for (const [url, message] of WRONG) {
  test(`${url} is refused`, () => {
    assert.throws(
      () => parseUrl(url),
      ({ message: text, code }: Error & { code: string }) => {
        assert.ok(text.includes(message), text);
        return code === 'ERR_INVALID_ARG_VALUE';
      },
    );
  });
}

test.run();
