// Limits of a 9P session: fids, messages, extended attributes, record locks and listings.
import { XATTR_LIST_MAX } from '../../../vfs/backend/xattrs.ts';
import { MAX_AHEAD, MAX_LISTED } from '../../../vfs/server/fids/dir-stream.ts';
import { MAX_LISTING } from '../../../vfs/server/handlers/io.ts';
import { XATTRS_MAX } from '../../../vfs/server/handlers/xattr.ts';
import { MAX_SESSION_WAITING, MAX_WAITING } from '../../../vfs/server/locks/wait.ts';
import { MAX_LOCKS, MAX_SESSION_LOCKS } from '../../../vfs/server/locks/locks.ts';
import { MAX_FIDS, MSIZE } from '../../../vfs/server/server.ts';
import { XATTR_SIZE_MAX } from '../../../vfs/server/fids/xattr-io.ts';
import { CLIENT, count, size, type LimitRow } from './row.ts';

const WIRE = '9P client over a wire';

export const SESSION_LIMITS: readonly LimitRow[] = [
  {
    resource: 'fids of a session',
    who: CLIENT,
    limit: count(MAX_FIDS),
    answer: 'EMFILE',
    by: '`new Server(backend, { maxFids })`',
    test: ['vfs/server/session.test.ts', 'no more fids than a session may have'],
  },
  {
    resource: 'a 9P message',
    who: CLIENT,
    limit: size(MSIZE),
    answer: 'a frame that claims more ends the session',
    by: '`new Server(backend, { msize })`',
    test: ['vfs/server/session.test.ts', 'a frame whose size is a lie closes the connection'],
  },
  {
    resource: 'extended attributes that a session has in hand',
    who: CLIENT,
    limit: count(XATTRS_MAX),
    answer: 'EMFILE',
    test: ['vfs/server/handlers/xattr.test.ts', 'a session has so many in hand and no more'],
  },
  {
    resource: 'a value of an extended attribute',
    who: CLIENT,
    limit: size(XATTR_SIZE_MAX),
    answer: 'E2BIG',
    test: ['vfs/server/handlers/xattr.test.ts', 'limits'],
  },
  {
    resource: 'record locks of a file',
    who: CLIENT,
    limit: `${count(MAX_LOCKS)} pieces`,
    answer: 'ENOLCK',
    test: ['vfs/server/handlers/lock.test.ts', 'a file is locked in so many pieces and no more'],
  },
  {
    resource: 'record locks of a session',
    who: CLIENT,
    limit: `${count(MAX_SESSION_LOCKS)} pieces`,
    answer: 'ENOLCK',
    test: ['vfs/server/handlers/lock.test.ts', 'a session locks no more than 65,536 pieces in all its files'],
  },
  {
    resource: 'requests that wait for a record lock of a file',
    who: WIRE,
    limit: count(MAX_WAITING),
    answer: 'status BLOCKED',
    test: ['vfs/server/locks/wait.test.ts', 'so many requests wait for locks of a file and no more'],
  },
  {
    resource: 'requests of a session that wait for record locks',
    who: WIRE,
    limit: count(MAX_SESSION_WAITING),
    answer: 'status BLOCKED',
    test: ['vfs/server/locks/wait.test.ts', 'so many requests of a session wait and no more'],
  },
  {
    resource: 'names of the extended attributes of a file in ram and memfs, each with a NUL',
    who: CLIENT,
    limit: size(XATTR_LIST_MAX),
    answer: 'ENOSPC',
    test: ['vfs/server/handlers/xattr.test.ts', 'the names of a file have 64 KiB together, so that their list has'],
  },
  {
    resource: 'a listing in one answer',
    who: CLIENT,
    limit: size(MAX_LISTING),
    answer: 'a short answer',
    test: ['vfs/server/fids/dir-stream.test.ts', 'one answer has at most 64 KiB of a listing, whatever was asked for'],
  },
  {
    resource: 'entries that are gone through for a cookie',
    who: CLIENT,
    limit: `${count(MAX_AHEAD)} ahead of what the listing has come upon`,
    answer: 'the end of the listing',
    test: ['vfs/server/fids/dir-stream.test.ts', 'for a cookie that is far ahead nothing is gone through'],
  },
  {
    resource: 'names that the listings of a session keep',
    who: CLIENT,
    limit: count(MAX_LISTED),
    answer: 'ENOMEM',
    test: ['vfs/server/fids/dir-stream.test.ts', 'the listings of a session keep no more than 4,194,304 names'],
  },
  {
    resource: 'time of a look-up by numbers that a client chooses',
    who: '9P client',
    limit: 'as of others',
    answer: '',
    test: ['vfs/server/fids/fid-table.test.ts', 'numbers chosen to collide cost what others do'],
  },
];
