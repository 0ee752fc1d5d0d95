// The life of an orphan, message by message, without a program: node examples/orphan.mjs
import { Volume } from 'memfs';
import { Attachment, serverFor } from 'wasi9p';
import { Found, Iov } from 'wasi9p/client';

const O_RDWR_CREAT = 0o102;
const server = serverFor(Volume.fromJSON({ '/tmp': null }));
const mount = new Attachment(server);
const { at, client } = mount;
const text = new TextEncoder().encode('still here');
const iov = new Iov();

const found = new Found();
at.openat(client.root, 'tmp/note', O_RDWR_CREAT, found);
const { fid } = found;
iov.single(text, 0, text.length);
client.write(fid, 0, iov);
at.unlinkat(client.root, 'tmp/note');
console.log('unlinked while open:', server.inspect());

const back = new Uint8Array(64);
iov.single(back, 0, back.length);
const count = client.read(fid, 0, iov);
console.log('read through the fid:', new TextDecoder().decode(back.subarray(0, count)));

client.clunk(fid);
console.log('clunked, not yet reclaimed:', server.inspect());
server.sync();
console.log('reclaimed:', server.inspect());
mount.close();
