// The leak check of the smoke test.
import { serverFor } from '../../../dist/index.js';

/**
 * What the server still holds after the program has ended: sessions, fids, orphans, inodes waiting.
 * @param {import('memfs').Volume} vol the volume served
 * @returns {string} '' for nothing
 */
export function leftOver(vol) {
  const held = Object.entries(serverFor(vol).inspect()).filter(([, count]) => count !== 0);
  return held.map(([what, count]) => `${count} ${what} left`).join(', ');
}
