import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface Seen {
  /** `hub`, or `store`, the other host that large files are redirected to. */
  readonly at: 'hub' | 'store';
  readonly url: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export interface TestHubOptions {
  /** `OWNER/NAME` */
  readonly repo: string;
  /** Content by path. Safetensors are large files, which lie elsewhere. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Who may read it; everyone if it is left out. */
  readonly token?: string;
  /** Answers a request in place of the hub, or lets it pass by false. May be changed at any time. */
  meddle?: ((seen: Seen, response: ServerResponse, bytes: Uint8Array | undefined) => boolean) | undefined;
}

export interface TestHub {
  readonly endpoint: string;
  readonly seen: Seen[];
  readonly options: TestHubOptions;
  close(): Promise<void>;
}

/** The commit that every revision but `nowhere` stands for. */
export const TEST_COMMIT = 'c0ffee'.padEnd(40, '0');

const PAGE = 5;
const isLarge = (path: string): boolean => path.endsWith('.safetensors');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const gitBlob = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** A server on this machine that behaves like the hub of Hugging Face, with a second one for large files. */
export async function startTestHub(options: TestHubOptions): Promise<TestHub> {
  const seen: Seen[] = [];
  const note = (at: Seen['at'], { url = '', headers }: IncomingMessage): Seen => {
    const one = { at, url, authorization: headers.authorization, range: headers.range };
    seen.push(one);
    return one;
  };
  const store = await listen((request, response) => {
    const one = note('store', request);
    const bytes = options.files.get(decodeURIComponent(one.url.slice(1)));
    if (options.meddle?.(one, response, bytes)) return;
    if (bytes) sendBytes(response, bytes, one.range);
    else sendError(response, 404);
  });
  const hub = await listen((request, response) => {
    const one = note('hub', request);
    const { pathname, searchParams } = new URL(one.url, 'http://hub');
    const { repo, files } = options;
    const path = decodeURIComponent(pathname.slice(`/${repo}/resolve/${TEST_COMMIT}/`.length));
    const bytes = pathname.startsWith(`/${repo}/resolve/${TEST_COMMIT}/`) ? files.get(path) : undefined;
    if (options.meddle?.(one, response, bytes)) return;
    const [owner, name] = repo.split('/');
    const [, revision] = new RegExp(`^/api/models/${owner}/${name}/revision/(.+)$`, 'i').exec(pathname) ?? [];
    if (revision === 'nowhere') return sendError(response, 404, 'RevisionNotFound');
    if (revision !== undefined) return sendJson(response, infoOf(options));
    if (pathname === `/api/models/${repo}/tree/${TEST_COMMIT}`)
      return sendPage(response, options, Number(searchParams.get('cursor') ?? 0), hub.origin + pathname);
    if (!pathname.includes('/resolve/')) return sendError(response, 404, 'RepoNotFound');
    if (options.token !== undefined && one.authorization !== `Bearer ${options.token}`)
      return sendError(response, one.authorization === undefined ? 401 : 403, 'GatedRepo');
    if (!bytes) return sendError(response, 404, 'EntryNotFound');
    if (!isLarge(path)) return sendBytes(response, bytes, one.range, { etag: `"${gitBlob(bytes)}"` });
    const location = `${store.origin}/${encodeURIComponent(path)}`;
    response.writeHead(302, { location, 'x-linked-etag': `"${sha256(bytes)}"`, 'x-linked-size': bytes.length }).end();
  });
  return {
    endpoint: hub.origin,
    seen,
    options,
    close: async () => void (await Promise.all([hub.close(), store.close()])),
  };
}

const infoOf = ({ repo, token }: TestHubOptions): object => ({
  _id: '1',
  id: repo,
  sha: TEST_COMMIT,
  private: false,
  gated: token === undefined ? false : 'manual',
  downloads: 1,
  likes: 1,
  lastModified: '2024-01-01T00:00:00.000Z',
  cardData: { license: 'other', license_name: 'test-licence' },
});

function sendPage(response: ServerResponse, { files }: TestHubOptions, start: number, address: string): void {
  const entries = [...files].map(([path, bytes]) => {
    const pointer = new TextEncoder().encode(`sha256:${sha256(bytes)}`);
    return isLarge(path)
      ? {
          type: 'file',
          path,
          size: bytes.length,
          oid: gitBlob(pointer),
          lfs: { oid: sha256(bytes), size: bytes.length },
        }
      : { type: 'file', path, size: bytes.length, oid: gitBlob(bytes) };
  });
  const next = start + PAGE;
  const link = next < entries.length ? { link: `<${address}?cursor=${next}>; rel="next"` } : {};
  sendJson(response, [{ type: 'directory', path: 'unet', size: 0, oid: '' }, ...entries.slice(start, next)], link);
}

const sendJson = (response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}): void =>
  void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));

/** As the hub refuses: with its own name of what is wrong. */
export const sendError = (
  response: ServerResponse,
  status: number,
  code?: string,
  headers: Readonly<Record<string, string>> = {},
): void => void response.writeHead(status, { ...(code && { 'x-error-code': code }), ...headers }).end();

/** All bytes, or those from the range's first on. */
function sendBytes(
  response: ServerResponse,
  bytes: Uint8Array,
  range: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  if (from >= bytes.length && from > 0) return sendError(response, 416);
  const rest = bytes.subarray(from);
  const contentRange = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  const partial = from > 0 && { 'content-range': contentRange };
  response.writeHead(partial ? 206 : 200, { 'content-length': rest.length, ...partial, ...headers }).end(rest);
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
