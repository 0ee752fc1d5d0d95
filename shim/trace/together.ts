// Several tracers of one guest as one.
import type { Tracer } from '../preview1/tracer.ts';

/** Joins tracers for the `trace` option of one WASI object. The first one is the nearest to the guest. */
export function together(...tracers: readonly Tracer[]): Tracer {
  const inwards = tracers.toReversed();
  return {
    wrap: (calls, guest) => inwards.reduce((wrapped, tracer) => tracer.wrap(wrapped, guest), calls),
    listen(mount) {
      for (const tracer of inwards) tracer.listen(mount);
    },
  };
}
