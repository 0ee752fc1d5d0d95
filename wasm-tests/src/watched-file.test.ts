// Tries memfs's watchers on a file that becomes an orphan.
import type { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scenario } from '../harness.ts';
import { names, orphans, stops } from './stops.ts';

/** FsEventType.DELETE of memfs: a name was removed. */
const DELETE = 1;

/** Watchers of /tmp/a, of its directory, and of the volume's own bus for the file that is /tmp/a now. */
class Watch {
  /** The events of both watchers since the last call, as `TYPE NAME`. */
  private file: string[] = [];
  private directory: string[] = [];
  /** DELETE events of the file. */
  deletes = 0;
  readonly close: () => void;
  private readonly node;

  constructor(vol: Volume) {
    const node = vol._core.getLink(['tmp', 'a'])!.getNode();
    const onFile = vol.watch('/tmp/a', { persistent: false }, (type, name) => this.file.push(`${type} ${name}`));
    const onDirectory = vol.watch('/tmp', { persistent: false }, (type, name) =>
      this.directory.push(`${type} ${name}`),
    );
    const unlisten = vol._core.changes.listen((event) => {
      if (event.node === node && Number(event.type) === DELETE) this.deletes++;
    });
    this.node = node;
    this.close = () => {
      onFile.close();
      onDirectory.close();
      unlisten();
    };
  }

  takeFile(): string[] {
    return this.file.splice(0);
  }

  takeDirectory(): string[] {
    return this.directory.splice(0);
  }

  /** The data of the file that was watched first, with or without a name. */
  data(): string {
    return this.node.getString();
  }
}

/** Only renames: that is, names that came or went. */
function renames(events: string[]): string[] {
  return events.filter((event) => event.startsWith('rename '));
}

let watch: Watch;

scenario('watched-file', {
  notOnHost: 'only a memfs volume is watched',
  expect: `open a O_RDWR|O_CREAT = ok
write old "hello" = 5
unlink a = ok
write old ", orphan" = 8
ftruncate old 9 = ok
open a O_RDWR|O_CREAT = ok
write new "new" = 3
pread old 16 at 0 = 9 "hello, or"
close old = ok
rename a b = ok
unlink b = ok
close new = ok
list . = (0 and 2 dots, then end)
`,
  ...stops(
    {
      watch: ({ vol }) => {
        watch = new Watch(vol);
      },
      written: () => {
        for (const events of [watch.takeFile(), watch.takeDirectory()]) {
          assert.ok(events.length > 0, 'the write was heard');
          assert.ok(
            events.every((event) => event === 'change a'),
            events.join(),
          );
        }
      },
      unlinked: (look) => {
        assert.equal(watch.takeFile(), ['rename a'], 'the delete event, once');
        assert.equal(watch.takeDirectory(), ['rename a']);
        assert.is(watch.deletes, 1);
        assert.is(watch.data(), 'hello');
        orphans(look, 1, 5);
      },
      'orphan-written': () => {
        assert.equal(renames(watch.takeDirectory()), []);
        assert.is(watch.data(), 'hello, or');
      },
      created: () => {
        assert.equal(watch.takeDirectory(), ['rename a']);
      },
      'new-written': () => {
        const events = watch.takeDirectory();
        assert.ok(events.length > 0 && events.every((event) => event === 'change a'), events.join());
      },
      closed: (look) => {
        assert.equal(watch.takeDirectory(), [], 'the reclaim of the orphan causes no event');
        orphans(look, 0);
      },
      renamed: () => {
        assert.equal(watch.takeDirectory(), ['rename a', 'rename b']);
      },
      end: (look) => {
        assert.equal(watch.takeDirectory(), ['rename b']);
        orphans(look, 0);
      },
    },
    (end) => {
      assert.equal(watch.takeFile(), [], 'nothing after the delete event');
      assert.is(watch.deletes, 1, 'reclaiming is not deleting once more');
      names(end, []);
      watch.close();
    },
  ),
});

test.run();
