// `readOnly`: a read-only view of a backend, as a read-only bind mount (mount(8)).
import { DISPOSE } from '../../lib/dispose.ts';
import { BACKEND, checkKind } from '../../lib/options.ts';
import { isClosed } from '../../backend/closed.ts';
import type { Backend, OwnedBackend } from '../../backend/backend.ts';
import { ReadOnlyBackend } from './backend.ts';

export type { OwnedBackend } from '../../backend/backend.ts';

const views = new WeakMap<Backend, ReadOnlyBackend>();

/**
 * A read-only view of a backend: every change is EROFS, as on a read-only mount of Linux, and access does not move
 * times. The backend can be mounted for writing at the same time; its changes are visible in the view at once. A
 * backend has one view; one that is read-only already is returned itself. Closing the view leaves the backend open:
 * `using dir = hostDir('.'); using view = readOnly(dir);`.
 * @throws TypeError if `backend` is not a backend.
 */
export function readOnly(backend: Backend): OwnedBackend {
  checkKind(backend, BACKEND, 'backend');
  if (backend.readOnly === true && DISPOSE in backend) return backend as OwnedBackend;
  let view = views.get(backend);
  if (view === undefined || isClosed(view)) {
    view = new ReadOnlyBackend(backend);
    views.set(backend, view);
  }
  return view;
}
