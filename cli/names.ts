/** A name as it can be shown on a terminal: what would steer it is a question mark, as ls(1) has it. */
export function shown(name: string, isTerminal: boolean): string {
  // oxlint-disable-next-line no-control-regex
  return isTerminal ? name.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?') : name;
}

/** Whether a listing leaves a name out unless all are asked for. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}
