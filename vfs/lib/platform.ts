// Types of the platform that declarations name: those of the user's `lib` or packages, else the members that are used.

type Wasm<Name extends string, Else> = typeof globalThis extends { WebAssembly: Record<Name, { prototype: infer T }> }
  ? T
  : Else;
type Global<Name extends string, Else> = typeof globalThis extends Record<Name, { prototype: infer T }> ? T : Else;

/** A `WebAssembly.Memory`. */
export type Memory = Wasm<'Memory', { readonly buffer: ArrayBufferLike; grow(delta: number): number }>;
/** A `WebAssembly.Instance`. */
export type Instance = Wasm<'Instance', { readonly exports: Record<string, unknown> }>;
/** A `WebAssembly.Module`. */
export type Module = Wasm<'Module', object>;
/** An `AbortSignal`. */
export type Signal = Global<'AbortSignal', { readonly aborted: boolean; readonly reason: unknown }>;
/** A `URL`. */
export type Url = Global<'URL', { readonly protocol: string; readonly hostname: string; readonly pathname: string }>;
/** A `Blob`. */
export type FileBlob = Global<
  'Blob',
  { readonly size: number; readonly type: string; arrayBuffer(): Promise<ArrayBuffer>; text(): Promise<string> }
>;
/** A `ReadableStream` of bytes. */
export type WebStream = Global<'ReadableStream', { getReader(): unknown; cancel(reason?: unknown): Promise<void> }>;
