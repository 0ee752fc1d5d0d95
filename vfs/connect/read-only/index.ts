// `readOnly`: a read-only view of a backend, as a read-only bind mount (mount(8)).
import { DISPOSE } from '../../lib/dispose.ts';
import { BACKEND, check } from '../../lib/options.ts';
import { isClosed } from '../../backend/closed.ts';
import { addView, serverForBackend } from '../attachment.ts';
import type { Backend } from '../../backend/backend.ts';
import { ReadOnlyBackend } from '../../backends/readonly/backend.ts';
import { ViewServer } from './server.ts';

export { ReadOnlyBackend } from '../../backends/readonly/backend.ts';

const views = new WeakMap<Backend, ReadOnlyBackend>();

/**
 * A read-only view of a backend: EROFS for every change, as on a read-only mount of Linux, and times that do not move.
 * The backend itself can be mounted for writing at the same time: what is written there is seen here at once. There is
 * one view of each backend, and one that is read-only already is its own. Closing the view leaves the backend open:
 * `using dir = hostDir('.'); using view = readOnly(dir);`.
 * @throws TypeError for what is no backend.
 */
export function readOnly(backend: Backend): Backend & Disposable {
  check(backend, BACKEND, 'backend');
  if (backend.readOnly === true && DISPOSE in backend) return backend as Backend & Disposable;
  let view = views.get(backend);
  if (view === undefined || isClosed(view)) {
    view = new ReadOnlyBackend(backend);
    views.set(backend, view);
    const server = serverForBackend(backend);
    addView(view, new ViewServer(view, server), server);
  }
  return view;
}
