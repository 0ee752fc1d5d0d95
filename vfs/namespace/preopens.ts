/**
 * The namespace of `wasi9p` for the guests of `wasi9p/core`: their preopens make up one tree.
 * @module
 */
import type { Attachable } from '../connect/attachment.ts';
import { NamespaceMounts } from './mounts.ts';

/**
 * The option `namespace` of `wasi9p/core`: each preopen is mounted in the one around it, as in a `Namespace`. It has a
 * store for the directories above a mount point, which is why the core does not contain it.
 *
 * ```js
 * import { WASI } from 'wasi9p/core';
 * import { namespace } from 'wasi9p/namespace';
 * new WASI({ preopens: { '/': ram(), '/data': ram() }, namespace });
 * ```
 * @param serverFor Returns the server of a preopen; the guest passes it.
 */
export function namespace(serverFor: (source: unknown, name: string) => Attachable): NamespaceMounts<unknown> {
  return new NamespaceMounts((source, path) => serverFor(source, `options.preopens.${path}`));
}
