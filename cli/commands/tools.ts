// The commands that read or copy files without a guest, by their names.
import type { Text } from '../lib/text.ts';
import { importStores } from '../mounts/stores.ts';
import { cat } from './cat.ts';
import { cp } from './cp.ts';
import { ls } from './ls.ts';
import { helpOf, runTool } from './tool.ts';
import { tree } from './tree.ts';

const TOOLS = { cat, cp, ls, tree };
export type ToolName = keyof typeof TOOLS;

export function helpOfTool(name: ToolName): Text {
  return helpOf(TOOLS[name]);
}

/** Runs a tool and returns its exit status. @throws UsageError */
export async function runToolNamed(name: ToolName, argv: readonly string[]): Promise<number> {
  await importStores(['hostDir', 'overlay', 'tar', 'remote']);
  return runTool(TOOLS[name], argv);
}
