// The requests of which fs.watch is told; vfs/fs/watch/watch.test.ts tries the events.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NAMES } from '../9p/codec.gen.ts';
import { HANDLERS } from './handlers/index.ts';
import { WRAPS } from './tap.ts';

/** The requests after which every file is as before. Those on extended attributes are not told of. */
const QUIET =
  'Tstatfs Treadlink Tgetattr Txattrwalk Txattrcreate Treaddir Tfsync Tlock Tgetlock Tversion Tauth Tattach Tflush ' +
  'Twalk Tread Tclunk';

test('a request tells of its change, or is known to make none', () => {
  const silent = HANDLERS.flatMap((handler, type) => (handler && WRAPS[type] === undefined ? [NAMES[type]] : []));
  assert.is(silent.join(' '), QUIET, 'a new message has a row in WRAPS, or a place here');
});

test.run();
