// What the public functions take: a row an option, checked by one function. docs/api.md is made from these rows.

/**
 * The options of a function: name → kind. A kind is what `typeof` says, where a number is 0 or more; or what
 * Object.prototype.toString says (`Array`; `Object`, which no array and no Map is); or a name with a method, for an object
 * that has it (`Backend.lookup`); or several with `|` between them. An empty one is looked at by the function itself.
 */
export type Rows = Readonly<Record<string, string>>;

/** The rows of an interface: each of its options has one. */
export type RowsOf<Options> = { readonly [K in keyof Options]-?: string };

/** What tells a backend, and a server. */
export const BACKEND = 'Backend.lookup';
export const SERVER = 'Server.connect';

/** A TypeError with the code that node:wasi gives: of a wrong value, or of a wrong type. */
export function invalid(message: string, what = 'VALUE'): TypeError {
  return Object.assign(new TypeError(message), { code: `ERR_INVALID_ARG_${what}` });
}

/** `Array`, `Null`: it asks nothing of the value. */
function nameOf(value: unknown): string {
  return {}.toString.call(value).slice(8, -1);
}

/** The error of something that is not what it must be. */
export function mustBe(kind: string, name: string, value: unknown): TypeError {
  const type = typeof value;
  const isNumber = type === 'number';
  // A number where one is taken is out of range.
  return invalid(
    `"${name}" must be ${kind.replace(/\.\w+/g, '')}, not ${isNumber ? value : nameOf(value)}`,
    isNumber && kind.includes(type) ? 'VALUE' : 'TYPE',
  );
}

/** @throws TypeError (ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE) for a value that is not of the kind. */
export function check(value: unknown, kind: string, name: string): void {
  const fits = kind.split('|').some((one) => {
    const [type, method] = one.split('.');
    if (method !== undefined) return typeof (value as Rows | null | undefined)?.[method] === 'function';
    return nameOf(value) === type || (typeof value === type && (type !== 'number' || (value as number) >= 0));
  });
  if (!fits) throw mustBe(kind, name, value);
}

/**
 * Looks at all options of a function; one that is undefined is as if it were not given.
 * @returns The options without what a prototype has.
 * @throws TypeError (ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE) for the first that is not known, or not of its kind.
 */
export function checkOptions<T extends object>(options: T, rows: Rows, path = 'options'): T {
  check(options, 'Object', path);
  const known = Object.keys(rows);
  for (const [key, value] of Object.entries(options)) {
    const name = `${path}.${key}`;
    if (!known.includes(key)) throw invalid(`"${name}" is unknown; the options are ${known.join(', ')}`);
    if (value !== undefined && rows[key]) check(value, rows[key], name);
  }
  return { ...options };
}
