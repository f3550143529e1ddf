import { UngrainError } from '@ungrain/core';
import { networkError, refusedBy, silent, type Asked } from './hub-errors.js';
import { withRetries, type Wait } from './retries.js';

export interface HubOptions extends Omit<Asked, 'hasToken'> {
  readonly token: string | null;
  readonly signal: AbortSignal;
  readonly wait: Wait;
  /** A server that sends nothing for so many milliseconds is asked again. */
  readonly patience: number;
}

/** An answer, and the headers of the first server that gave one: a redirect carries what the hub knows of the file. */
export interface Answer {
  readonly response: Response;
  readonly first: Headers;
  /** The body in pieces. @throws Passing when the connection breaks, or nothing comes for too long */
  pieces(): AsyncGenerator<Uint8Array>;
}

/** A model as its owner writes it, at a commit. */
export interface AtCommit {
  readonly name: string;
  readonly commit: string;
}

export interface Hub {
  readonly options: HubOptions;
  /** For `@huggingface/hub`: with retries, and whole bodies of at most MOST_JSON bytes. @throws UngrainError */
  readonly fetch: typeof fetch;
  /** One attempt at a file; statuses other than 2xx are thrown, but 416. @throws UngrainError, Passing */
  open(path: string, of: AtCommit, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** No listing, config or index of a model comes near this. */
const MOST_JSON = 32 * 2 ** 20;
const MOST_REDIRECTS = 8;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Requests to a hub. Redirects are followed here, so that the token goes to the hub's own origin alone, and over a
 * connection that others cannot read.
 */
export function createHub(options: HubOptions): Hub {
  const { endpoint, token, signal, wait, repo } = options;
  const origin = new URL(endpoint).origin;
  const asked: Asked = { ...options, hasToken: token !== null && isPrivate(new URL(endpoint)) };

  async function request(address: string, headers: Readonly<Record<string, string>>, path?: string): Promise<Answer> {
    let url = new URL(address);
    let first: Headers | undefined;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const own = url.origin === origin && token !== null && isPrivate(url);
      const timer = silenceTimer(url, options.patience, signal);
      const response = await timer.during(
        fetch(url, {
          redirect: 'manual',
          headers: { ...headers, ...(own && { authorization: `Bearer ${token}` }) },
          signal: timer.signal,
        }),
      );
      first ??= response.headers;
      const location = response.headers.get('location');
      if (REDIRECTS.has(response.status) && location !== null) {
        await response.body?.cancel();
        url = redirected(url, location);
        continue;
      }
      if (response.ok || (response.status === 416 && path !== undefined))
        return { response, first, pieces: () => timer.pieces(response) };
      await response.body?.cancel();
      throw refusedBy(response, asked, path);
    }
    throw new UngrainError('hub-refused', `${url.host} leads in a circle for ${path ?? repo}.`, 'failure');
  }

  return {
    options,
    fetch: (input, init) =>
      withRetries(
        async () => {
          const address = input instanceof Request ? input.url : String(input);
          const answer = await request(address, Object.fromEntries(new Headers(init?.headers)));
          const bytes = await collect(answer.pieces(), MOST_JSON, repo);
          return new Response(bytes, { status: answer.response.status, headers: answer.response.headers });
        },
        { signal, wait },
      ),
    open: (path, of, headers = {}) =>
      // Compressed on the way, a file's length and its ranges would not be its own.
      request(fileUrl(endpoint, path, of), { 'accept-encoding': 'identity', ...headers }, path),
  };
}

/** A whole file of at most `size` bytes. @throws UngrainError */
export function readWhole(hub: Hub, path: string, of: AtCommit, size: number): Promise<Uint8Array> {
  const { signal, wait } = hub.options;
  return withRetries(async () => collect((await hub.open(path, of)).pieces(), Math.min(size, MOST_JSON), path), {
    signal,
    wait,
  });
}

const fileUrl = (endpoint: string, path: string, { name, commit }: AtCommit): string =>
  `${endpoint}/${name}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;

/** Whether nobody on the way can read along. */
const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from) ? new URL(location, from) : null;
  if (to && (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:'))) return to;
  throw new UngrainError('hub-refused', `${from.host} redirects to what is no safe address.`, 'failure');
}

async function collect(
  pieces: AsyncIterable<Uint8Array>,
  most: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > most)
      throw new UngrainError(
        'hub-too-large',
        `The answer about ${what} is longer than the ${most} bytes it may have.`,
        'failure',
      );
    kept.push(piece);
  }
  return new Uint8Array(Buffer.concat(kept));
}

/** Ends a request when nothing has come for `patience` milliseconds, and says so. */
function silenceTimer(url: URL, patience: number, outer: AbortSignal) {
  const controller = new AbortController();
  const signal = AbortSignal.any([outer, controller.signal]);

  async function during<T>(waiting: Promise<T>): Promise<T> {
    const timer = setTimeout(() => controller.abort(), patience);
    try {
      return await waiting;
    } catch (error) {
      outer.throwIfAborted();
      throw controller.signal.aborted ? silent(url, patience) : networkError(error, url);
    } finally {
      clearTimeout(timer);
    }
  }

  async function* pieces({ body }: Response): AsyncGenerator<Uint8Array> {
    if (!body) return;
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await during(reader.read());
        if (done) return;
        yield value;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }
  return { signal, during, pieces };
}
