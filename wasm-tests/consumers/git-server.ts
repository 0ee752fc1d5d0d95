// A repository served over HTTP by `git http-backend`, for a clone by isomorphic-git.
import { spawn, spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** True if git is installed with its server. */
export function hasGit(): boolean {
  return spawnSync('git', ['--exec-path']).status === 0;
}

/** Makes a repository of two commits below `root`, natively. */
export function makeRepository(root: string): void {
  const script = `
    git init -q -b main "$1/repo.git" && cd "$1/repo.git" &&
    git config user.name A && git config user.email a@b &&
    mkdir -p dir && echo one > dir/f && ln -s dir/f link && git add . && git commit -qm first &&
    echo two > dir/f && printf '#!/bin/sh\\n' > run && chmod +x run && git add . && git commit -qm second`;
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', root], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Serves the repositories below `root`. Returns the server, and the URL that it answers at. */
export function serve(root: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    const git = spawn('git', ['http-backend'], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(git.stdin);
    const parts: Buffer[] = [];
    git.stdout.on('data', (part: Buffer) => parts.push(part));
    git.on('close', () => {
      const all = Buffer.concat(parts);
      const end = all.indexOf('\r\n\r\n');
      const headers = all.subarray(0, end).toString('latin1').split('\r\n');
      for (const header of headers) {
        const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(header) ?? [];
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
        else if (name !== '') response.setHeader(name, value);
      }
      response.setHeader('connection', 'close');
      response.end(all.subarray(end + 4));
    });
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      done({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/repo.git` });
    });
  });
}
