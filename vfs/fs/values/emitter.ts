// The events of FileHandle, FSWatcher and StatWatcher: the part of node:events that their users call.

/** A listener of an Emitter. */
// oxlint-disable-next-line typescript/no-explicit-any -- a listener names the types of its event
export type Listener = (...args: any[]) => void;

interface Subscriber {
  readonly listener: Listener;
  readonly isOnce: boolean;
}

/** Events by name, as an EventEmitter of node:events has them. */
export class Emitter {
  readonly #entries = new Map<string, readonly Subscriber[]>();

  on(event: string, listener: Listener): this {
    return this.#add(event, { listener, isOnce: false });
  }

  addListener(event: string, listener: Listener): this {
    return this.on(event, listener);
  }

  once(event: string, listener: Listener): this {
    return this.#add(event, { listener, isOnce: true });
  }

  off(event: string, listener: Listener): this {
    const entries = this.#entries.get(event) ?? [];
    const at = entries.map((entry) => entry.listener).lastIndexOf(listener);
    if (at >= 0) this.#set(event, entries.toSpliced(at, 1));
    return this;
  }

  removeListener(event: string, listener: Listener): this {
    return this.off(event, listener);
  }

  removeAllListeners(event?: string): this {
    if (event === undefined) this.#entries.clear();
    else this.#entries.delete(event);
    return this;
  }

  listenerCount(event: string): number {
    return this.#entries.get(event)?.length ?? 0;
  }

  listeners(event: string): Listener[] {
    return (this.#entries.get(event) ?? []).map(({ listener }) => listener);
  }

  /** Calls the listeners; false if there is none. @throws The error of an event `error` without a listener. */
  emit(event: string, ...args: unknown[]): boolean {
    const entries = this.#entries.get(event);
    if (entries === undefined) {
      if (event === 'error') throw args[0];
      return false;
    }
    for (const entry of entries) {
      if (entry.isOnce) this.off(event, entry.listener);
      entry.listener.apply(this, args);
    }
    return true;
  }

  #add(event: string, entry: Subscriber): this {
    this.#entries.set(event, [...(this.#entries.get(event) ?? []), entry]);
    return this;
  }

  #set(event: string, entries: readonly Subscriber[]): void {
    if (entries.length === 0) this.#entries.delete(event);
    else this.#entries.set(event, entries);
  }
}
