// The second phase of a commit: creates all new content in the staging directory and builds the journal.
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { copyData } from '../layer/data.ts';
import type { Merged } from '../merged/diff.ts';
import { give } from './group.ts';
import type { OverlayInode } from '../merged/inode.ts';
import type { Dress, In, Journal, Over, Rewrite } from './journal.ts';
import { ref, unref } from '../../../backend/inode-refs.ts';
import { attrOf, dress, lookOf, sameLook } from '../layer/look.ts';
import type { Matches } from './matches.ts';
import type { Changed, Coming, CommitPlan } from './commit-plan.ts';
import { Reach, lastOf, type PathNames } from '../layer/reach.ts';
import type { Leaving } from './removed.ts';
import { sync } from './small-file.ts';
import type { Staging } from './staging.ts';
import { markOf } from './steps.ts';
import { check, fail, heldWork, must } from '../layer/walk.ts';
import type { Resumable } from '../layer/resumable.ts';

/** A staged entry with its destination, and the file it replaces there. */
interface Placed {
  from: string;
  path: PathNames;
  mark: In['is'];
  over: Leaving | null;
}

/** Creates all content of a commit in its staging directory, and the journal of its steps. The tree stays unchanged. */
export class Stage {
  /** The path under work. */
  path: PathNames = [];
  /** Inodes of the overlay whose lower file gains a name. */
  readonly linked: OverlayInode[] = [];
  private readonly merged: Merged;
  private readonly lower: Backend;
  private readonly matches: Matches;
  private readonly staging: Staging;
  private readonly plan: CommitPlan;
  private readonly durable: boolean;
  private readonly mine: Reach;
  private readonly theirs: Reach;
  private readonly placed: Placed[] = [];
  private readonly overs: Over[] = [];
  private readonly writes: Rewrite[] = [];
  private readonly rewritten = new Set<OverlayInode>();
  private readonly dresses: Dress[] = [];

  constructor(merged: Merged, matches: Matches, staging: Staging, plan: CommitPlan, durable: boolean) {
    this.merged = merged;
    this.lower = merged.lower;
    this.matches = matches;
    this.staging = staging;
    this.plan = plan;
    this.durable = durable;
    this.mine = new Reach(merged);
    this.theirs = new Reach(merged.lower);
  }

  /**
   * Returns the journal.
   * @throws Error if something cannot be created.
   */
  *run(): Resumable<Journal> {
    const { plan } = this;
    try {
      for (const making of plan.making) {
        this.path = making.path;
        this.directory(making.path, making.gid);
        this.dresses.push({ ...this.dressOf(making.path), is: making.is });
        yield;
      }
      for (const coming of plan.coming)
        yield* this.at(this.merged, this.mine, coming.path, (inode) => this.comes(coming, inode as OverlayInode));
      for (const changed of plan.changed)
        yield* this.at(this.merged, this.mine, changed.path, (inode) => this.changes(changed, inode as OverlayInode));
      return this.journal();
    } finally {
      this.mine.forget();
      this.theirs.forget();
    }
  }

  /**
   * Runs work on the inode at a path of either tree.
   * @throws Error ESTALE if it is gone.
   */
  private *at<T>(backend: Backend, reach: Reach, path: PathNames, act: (inode: Inode) => Resumable<T>): Resumable<T> {
    if (backend === this.merged) this.path = path;
    let found = false;
    const result = yield* heldWork(backend, reach.parent(path), lastOf(path), (inode) => {
      found = true;
      return act(inode);
    });
    if (!found) fail(E.ESTALE);
    yield;
    return result!;
  }

  /** Creates a directory; its attributes are set by a step of the journal. */
  private directory(path: PathNames, gid: number): void {
    const from = this.staging.fresh('new');
    const made = must(this.lower.create(this.staging.dir, from, S_IFDIR | 0o700, 0, 0, 0));
    ref(made);
    try {
      if (gid >= 0) give(this.lower, made, -1, gid);
      this.placed.push({ from, path, mark: markOf(this.lower, made), over: null });
    } finally {
      unref(this.lower, made);
    }
  }

  /** Returns the `dress` step of the directory created last. */
  private dressOf(path: PathNames): Dress {
    const { mark } = this.placed.at(-1)!;
    return { do: 'dress', old: null, was: null, path, is: null, mark, opens: 0o700 };
  }

  /** Stages a file under a new name: as a link of a lower file, by a rename of one, or as a new file. */
  private *comes({ path, over, gid }: Coming, inode: OverlayInode): Resumable<void> {
    const { lower, matches, plan } = this;
    const known = matches.known(inode);
    if (known !== undefined && lower.capabilities.hardLinks) {
      const from = this.staging.fresh('new');
      check(lower.link(this.staging.dir, from, known));
      this.placed.push({ from, path, mark: markOf(lower, known), over });
      // The overlay has this name in its upper layer.
      if (inode.lower === known) this.linked.push(inode);
      return;
    }
    const source = plan.removed.sources.get(inode);
    if (known === undefined && source !== undefined && source.moved === '') {
      const moves = yield* this.at(lower, this.theirs, source.path, (found) =>
        this.moves(path, inode, source, found, over),
      );
      if (moves) return;
    }
    const from = yield* this.make(inode, gid);
    this.place(from, path, over);
  }

  private place([from, made]: readonly [string, Inode], path: PathNames, over: Leaving | null): void {
    try {
      this.placed.push({ from, path, mark: markOf(this.lower, made, true), over });
    } finally {
      unref(this.lower, made);
    }
  }

  /** Stages the rename of a lower file. Returns false if a new file is cheaper: one name each, and different data. */
  private *moves(
    path: PathNames,
    inode: OverlayInode,
    source: Leaving,
    found: Inode,
    over: Leaving | null,
  ): Resumable<boolean> {
    const { lower, merged, matches } = this;
    if (found.kind !== inode.kind) return false;
    const isSame = yield* matches.hasSameData(inode, found);
    if (!isSame && merged.nlink(inode) === 1 && lower.nlink(found) === 1) return false;
    source.moved = this.staging.fresh('mv');
    matches.remember(inode, found);
    const mark = markOf(lower, found);
    this.placed.push({ from: source.moved, path, mark, over });
    if (!isSame) yield* this.rewrite(inode, found, source.path, path);
    else this.redress(inode, found, source.path, path);
    return true;
  }

  /**
   * Stages new content for an existing file: a replacement, or a rewrite in place if it has other names or an owner
   * that cannot be set.
   */
  private *changes(changed: Changed, inode: OverlayInode): Resumable<void> {
    yield* this.at(this.lower, this.theirs, changed.old, (found) => this.change(inode, found, changed));
  }

  private *change(inode: OverlayInode, found: Inode, changed: Changed): Resumable<void> {
    const { lower, merged } = this;
    const isAlone = merged.nlink(inode) === 1 && lower.nlink(found) === 1;
    if (isAlone && (yield* this.replaces(inode, found, changed))) return;
    yield* this.rewrite(inode, found, changed.old, changed.path);
  }

  /** Creates the replacement of a file. Returns false if the owner could not be set. */
  private *replaces(inode: OverlayInode, found: Inode, { path, mark }: Changed): Resumable<boolean> {
    const { lower } = this;
    const [from, made] = yield* this.make(inode, -1);
    try {
      const { uid, gid } = attrOf(lower, found);
      if (!give(lower, made, uid, gid)) return false;
      // chown(2) may have cleared mode bits.
      dress(lower, made, lookOf(this.merged, inode));
      const is = markOf(lower, made, true);
      this.overs.push({ do: 'over', from, path, to: this.staging.fresh('old'), was: mark, is });
      return true;
    } finally {
      unref(lower, made);
    }
  }

  /** Stages a rewrite in place, with copies of the new and of the old content. */
  private *rewrite(inode: OverlayInode, found: Inode, old: PathNames, path: PathNames): Resumable<void> {
    const { lower, merged } = this;
    // Hard links: once for all names.
    if (this.rewritten.has(inode)) return;
    this.rewritten.add(inode);
    const is = markOf(lower, found);
    const from = this.staging.fresh('new');
    const before = this.staging.fresh('old');
    yield* this.copy(merged, inode, from);
    yield* this.copy(lower, found, before);
    this.writes.push({ do: 'write', path, from, old: before, is });
    const looks = { was: lookOf(lower, found), is: lookOf(merged, inode) };
    this.dresses.push({ do: 'dress', old, path, ...looks, mark: is, opens: 0o600 });
  }

  private *copy(backend: Backend, inode: Inode, name: string): Resumable<void> {
    const { lower } = this;
    const made = must(lower.create(this.staging.dir, name, S_IFREG | 0o600, 0, 0, 0));
    ref(made);
    try {
      check(yield* copyData({ backend, inode }, { backend: lower, inode: made }, Infinity));
      // The copy must be on disk before the file itself is rewritten.
      sync(lower, made);
    } finally {
      unref(lower, made);
    }
  }

  private redress(inode: OverlayInode, found: Inode, old: PathNames, path: PathNames): void {
    const was = lookOf(this.lower, found);
    const is = lookOf(this.merged, inode);
    if (sameLook(was, is, inode.kind, true)) return;
    this.dresses.push({ do: 'dress', old, was, path, is, mark: markOf(this.lower, found), opens: 0 });
  }

  /** Creates a complete file. Returns its name in the staging directory, and the inode, referenced. */
  private *make(inode: OverlayInode, gid: number): Resumable<readonly [string, Inode]> {
    const { lower, merged, staging } = this;
    const name = staging.fresh('new');
    const attr = attrOf(merged, inode);
    const made = must(
      inode.kind === S_IFLNK
        ? lower.symlink(staging.dir, name, must(merged.readlink(inode)), attr.uid, attr.gid)
        : lower.create(staging.dir, name, attr.mode, attr.rdev, attr.uid, attr.gid),
    );
    ref(made);
    let isWhole = false;
    try {
      if (inode.kind === S_IFREG) {
        check(yield* copyData({ backend: merged, inode }, { backend: lower, inode: made }, Infinity));
      }
      if (gid >= 0) give(lower, made, -1, gid);
      dress(lower, made, lookOf(merged, inode));
      if (this.durable) sync(lower, made);
      this.matches.remember(inode, made);
      isWhole = true;
      return [name, made];
    } finally {
      if (!isWhole) unref(lower, made);
    }
  }

  private journal(): Journal {
    const { plan, placed, staging } = this;
    const into: (In | Over)[] = [...this.overs];
    const replaced = new Set<Leaving>();
    const outs = [];
    for (const { old, path, mark } of plan.moving.values()) {
      // Not found by the walk, so its parents are not reachable.
      if (path === null) fail(E.ESTALE);
      const to = staging.fresh('mv');
      outs.push({ do: 'out' as const, path: old, to, was: mark });
      into.push({ do: 'in', from: to, path, is: mark });
    }
    for (const { from, path, mark, over } of placed) {
      if (over === null || over.moved !== '') into.push({ do: 'in', from, path, is: mark });
      else {
        replaced.add(over);
        into.push({ do: 'over', from, path, to: staging.fresh('old'), was: over.mark, is: mark });
      }
    }
    outs.push(...plan.removed.outs(replaced, () => staging.fresh('old')));
    return {
      out: outs.sort((a, b) => b.path.length - a.path.length),
      into: into.sort((a, b) => a.path.length - b.path.length),
      writes: this.writes,
      dresses: [...plan.dresses, ...plan.removed.dresses(), ...this.dresses],
    };
  }
}
