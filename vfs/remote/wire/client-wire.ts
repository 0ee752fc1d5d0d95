// A stream of bytes to a server, for a thread that waits.

/** A connection that carries bytes, each way in order. Its calls wait, in this thread, for at most the time that they are given. */
export interface ClientWire {
  /** True once the connection is over: each call then says so at once. */
  readonly isOver: boolean;
  /**
   * Sends bytes: whole messages of 9P.
   * @param end Until when, as of performance.now().
   * @returns False if the wire is over; it is, too, if they could not be sent in time.
   */
  send(bytes: Uint8Array, end: number): boolean;
  /**
   * Receives what there is, and waits for it.
   * @param end Until when, as of performance.now().
   * @returns The number of bytes, put to `into` from `at` on; 0 if the wire is over.
   */
  receive(into: Uint8Array, at: number, end: number): number;
  /** Ends the wire. May be called again. */
  close(): void;
}
