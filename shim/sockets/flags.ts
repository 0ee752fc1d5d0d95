// Flags of the sock_* calls (wasi_snapshot_preview1.witx).

/** $sdflags */
export enum SDFLAGS {
  RD = 1,
  WR = 2,
}
/** $riflags */
export enum RIFLAGS {
  RECV_PEEK = 1,
  RECV_WAITALL = 2,
}
