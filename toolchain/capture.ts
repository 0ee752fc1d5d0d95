// An output sink that keeps the text that a tool writes.

/** Keeps the output of a tool. */
export class Capture {
  readonly #parts: Uint8Array[] = [];
  length = 0;

  readonly sink = (bytes: Uint8Array): void => {
    this.#parts.push(bytes.slice());
    this.length += bytes.length;
  };

  bytes(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
}
