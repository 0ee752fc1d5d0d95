// The leak check of the smoke test.
import { serverFor } from '../../../dist/index.js';

/**
 * The server's counts after the program has ended: sessions, fids, orphans, inodes to reclaim.
 * @param {import('memfs').Volume} vol the volume served
 * @returns {string} '' for nothing
 */
export function leftOver(vol) {
  const held = Object.entries(serverFor(vol).inspect()).filter(([, count]) => count !== 0);
  return held.map(([name, count]) => `${count} ${name} left`).join(', ');
}
