// Ruby, its library in the module itself. The package has no command but a reactor, which its own JavaScript drives.
import { readFileSync } from 'node:fs';
import { importFile, wasmFile } from '../../wasm-tests/programs/packages.ts';
import { expect, type Job, type Ready } from './job.ts';
import { textOf, type Reactor } from './program-host.ts';

const SCRIPT = readFileSync(new URL('scripts/files.rb', import.meta.url), 'utf8');

/** The part of @ruby/wasm-wasi that is used. */
interface RubyPackage {
  RubyVM: {
    instantiateModule(options: {
      module: WebAssembly.Module;
      wasip1: Reactor;
    }): Promise<{ vm: { eval(code: string): unknown } }>;
  };
}

async function load(quick: boolean): Promise<Ready> {
  const count = quick ? 500 : 2000;
  const module = await wasmFile('@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm');
  const { RubyVM } = await importFile<RubyPackage>('@ruby/wasm-wasi/dist/esm/index.js');
  let text = '';
  return {
    fill: (host) => host.mkdir('/tmp'),
    async run(host) {
      const { wasi, end } = host.reactor(['ruby']);
      const { vm } = await RubyVM.instantiateModule({ module, wasip1: wasi });
      vm.eval(`BASE = '/tmp'; COUNT = ${count}\n${SCRIPT}\n$stdout.flush`);
      text = textOf(end());
    },
    result() {
      expect(new RegExp(`^${count} files,[^]*\\n\\[\\]\\n$`).test(text), `it printed ${text}`);
      return text;
    },
  };
}

export const ruby: Job = {
  key: 'ruby',
  label: 'Ruby, a script over 2,000 files',
  goal: 1,
  node: {
    args: ['--no-turbo-fast-api-calls'],
    why: 'without it a reactor that makes many calls crashes Node 20 (segmentation fault, or a fatal error in its collector)',
  },
  load,
};
