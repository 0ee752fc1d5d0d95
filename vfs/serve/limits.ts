// The limits of a service, with their defaults.
import { checkOptions, invalid, type RowsOf } from '../lib/options.ts';

/** Limits of a service. A request that exceeds one is answered with an errno, or its connection is closed. */
export interface ServiceOptions {
  /** Clients at a time: one more is closed at once. Default 256. */
  maxClients?: number;
  /** Bytes that one client may leave unread before its next request waits. Default 1 MiB. */
  maxUnsent?: number;
  /**
   * Bytes of replies that were not read, and of requests that have not come whole, of all clients together: a client
   * that passes them is closed. Default 256 MiB.
   */
  maxInFlight?: number;
  /** Milliseconds until a client without a fid is closed: it has not attached, or has clunked its last one. Default 10,000. */
  handshakeTimeout?: number;
  /** Milliseconds in which a request must come whole, and a part of a reply be read. Default 60,000. */
  stallTimeout?: number;
  /** Milliseconds without a request until a client is closed that has fids and waits for no reply; 0: never. Default 0. */
  idleTimeout?: number;
}

export const SERVICE_OPTIONS = {
  maxClients: 'number',
  maxUnsent: 'number',
  maxInFlight: 'number',
  handshakeTimeout: 'number',
  stallTimeout: 'number',
  idleTimeout: 'number',
} satisfies RowsOf<ServiceOptions>;

/** Defaults of ServiceOptions. */
export const SERVICE_DEFAULTS: Required<ServiceOptions> = {
  maxClients: 256,
  maxUnsent: 1 << 20,
  maxInFlight: 256 << 20,
  handshakeTimeout: 10_000,
  stallTimeout: 60_000,
  idleTimeout: 0,
};

/** The limits that options set. @throws TypeError if an option is invalid. */
export function limitsOf(options: ServiceOptions): Required<ServiceOptions> {
  const given = checkOptions(options, SERVICE_OPTIONS);
  const limits = { ...SERVICE_DEFAULTS };
  for (const name of Object.keys(limits) as (keyof ServiceOptions)[]) limits[name] = given[name] ?? limits[name];
  for (const name of ['handshakeTimeout', 'stallTimeout'] as const) {
    if (limits[name] === 0) throw invalid(`"options.${name}" must be above 0: Infinity is no time-out`);
  }
  return limits;
}
