// The conformance suite on a host directory reached by paths.
import { conformance } from '../../../../../testing/conformance/index.ts';
import { byPaths } from '../../testing.ts';
import { byUvu } from '../../../../../testing/uvu.ts';
import { test } from 'uvu';

const LOST = 'what the host renames or removes is lost without descriptors to hold it: ESTALE, never another file';

// As on macOS and Windows, tried on this platform.
conformance(
  'hostdir by paths',
  byPaths,
  byUvu({
    'holes are passed over, however large': 'node:fs cannot find holes',
    'a link is made from a fid, by whatever name its inode has by then': 'it knows one name of an inode only',
    'a fid follows its inode when it is renamed outside': LOST,
    'a name deleted and made again outside: the fid shows the old object': LOST,
    'a directory removed and made again outside': LOST,
    'a file that becomes a directory, and a symlink': LOST,
  }),
);

test.run();
