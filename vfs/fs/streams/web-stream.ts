// `readableWebStream` of a FileHandle: a ReadableStream of bytes, which browsers have, too.
import type { FileHandle } from '../async/file-handle.ts';
import type { WebStream } from '../../lib/platform.ts';

/** Bytes of a read that the reader gives no buffer for. */
const CHUNK = 16_384;

/** The controller of a stream of bytes, which the declarations of some platforms lack. */
interface Controller {
  readonly byobRequest: { readonly view: Uint8Array; respond(count: number): void };
  close(): void;
}

/** @param autoClose Close the handle at the end. */
export function webStream(handle: FileHandle, autoClose: boolean): WebStream {
  const end = async (): Promise<void> => {
    if (autoClose) await handle.close();
  };
  const source = {
    type: 'bytes' as const,
    autoAllocateChunkSize: CHUNK,
    async pull(controller: Controller): Promise<void> {
      const request = controller.byobRequest;
      const { bytesRead } = await handle.read(request.view, 0, request.view.byteLength);
      if (bytesRead === 0) {
        await end();
        controller.close();
      }
      request.respond(bytesRead);
    },
    cancel: end,
  };
  return new ReadableStream(source as never) as WebStream;
}
