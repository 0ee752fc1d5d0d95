// Checks the arguments and options of public functions, by tables of rows. docs/api.md is generated from these rows.

/**
 * The options of a function: name → kind. A kind is
 * - a result of `typeof`, where a number must be ≥ 0;
 * - a class name of Object.prototype.toString: `Array`, `Object` (not an array, not a Map);
 * - a name and a method, for an object that has the method: `Backend.lookup`;
 * - several of these, separated by `|`;
 * - empty: the function checks the option itself.
 */
export type Rows = Readonly<Record<string, string>>;

/** The rows of an options interface: one per option. */
export type RowsOf<Options> = { readonly [K in keyof Options]-?: string };

/** The kinds of a backend and of a server. */
export const BACKEND = 'Backend.lookup';
export const SERVER = 'Server.connect';

/** A TypeError with the code ERR_INVALID_ARG_VALUE or, with `what` TYPE, ERR_INVALID_ARG_TYPE, as in node:wasi. */
export function invalid(message: string, what = 'VALUE'): TypeError {
  return Object.assign(new TypeError(message), { code: `ERR_INVALID_ARG_${what}` });
}

/** `Array`, `Null`, …: the class name, without a call of the value's own methods. */
function nameOf(value: unknown): string {
  return {}.toString.call(value).slice(8, -1);
}

/** The error for an argument of the wrong kind. */
export function mustBe(kind: string, name: string, value: unknown): TypeError {
  const type = typeof value;
  const isNumber = type === 'number';
  // A number where a number is permitted is out of range.
  return invalid(
    `"${name}" must be ${kind.replace(/\.\w+/g, '')}, not ${isNumber ? value : nameOf(value)}`,
    isNumber && kind.includes(type) ? 'VALUE' : 'TYPE',
  );
}

/** @throws TypeError (ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE) if the value is not of the kind. */
export function checkKind(value: unknown, kind: string, name: string): void {
  const fits = kind.split('|').some((one) => {
    const [type, method] = one.split('.');
    if (method !== undefined) return typeof (value as Rows | null | undefined)?.[method] === 'function';
    return nameOf(value) === type || (typeof value === type && (type !== 'number' || (value as number) >= 0));
  });
  if (!fits) throw mustBe(kind, name, value);
}

/**
 * Checks all options of a function. An option that is undefined counts as absent.
 * @returns A copy, with own properties only.
 * @throws TypeError (ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE) for the first option that is unknown or of a wrong
 *   kind.
 */
export function checkOptions<T extends object>(options: T, rows: Rows, path = 'options'): T {
  checkKind(options, 'Object', path);
  const known = Object.keys(rows);
  for (const [key, value] of Object.entries(options)) {
    const name = `${path}.${key}`;
    if (!known.includes(key)) throw invalid(`"${name}" is unknown; the options are ${known.join(', ')}`);
    if (value !== undefined && rows[key]) checkKind(value, rows[key], name);
  }
  return { ...options };
}
