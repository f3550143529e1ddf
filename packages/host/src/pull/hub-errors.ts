import { UngrainError } from '@ungrain/core';
import { Passing, retryAfter } from './retries.js';

/** What a request was about, for messages. */
export interface Asked {
  /** `deepfloyd/IF-I-M-v1.0` */
  readonly repo: string;
  readonly revision: string;
  readonly endpoint: string;
  /** Whether a token went along. */
  readonly hasToken: boolean;
}

const failure = (code: string, message: string): UngrainError => new UngrainError(code, message, 'failure');

/** How to get a token and where to put it. */
const tokenAdvice = (endpoint: string): string =>
  `make a token at ${endpoint}/settings/tokens and put it in the variable HF_TOKEN (or log in with \`hf auth login\`)`;

/**
 * What a status other than 2xx means, as a sentence with what to do; `Passing` where it may be over in a while.
 * @param path of the file that was asked for, if it was one
 */
export function refusedBy(response: Response, asked: Asked, path: string | undefined): UngrainError | Passing {
  const { repo, revision, endpoint, hasToken } = asked;
  const page = `${endpoint}/${repo}`;
  const code = response.headers.get('x-error-code');
  const gated = code === 'GatedRepo';
  const host = new URL(endpoint).host;
  switch (response.status) {
    case 401:
      if (hasToken)
        return failure(
          'hub-token-refused',
          `${host} does not take the token: it is wrong or was revoked; ${tokenAdvice(endpoint)}.`,
        );
      return failure(
        'hub-needs-token',
        `${repo} ${gated ? 'is gated' : 'is gated, private, or does not exist'}: accept its licence at ${page}, then ${tokenAdvice(endpoint)}.`,
      );
    case 403:
      return hasToken
        ? failure(
            'hub-gated',
            `${repo} is not open to your account yet: accept its licence at ${page} with the account whose token you use, and see that the token may read gated models.`,
          )
        : failure('hub-gated', `${repo} is gated: accept its licence at ${page}, then ${tokenAdvice(endpoint)}.`);
    case 404:
      if (code === 'RevisionNotFound')
        return new UngrainError('no-revision', `${repo} has no revision '${revision}'; see ${page}.`);
      if (path !== undefined) return failure('hub-no-file', `${repo} has no file ${path}; see ${page}.`);
      return new UngrainError('no-such-model', `There is no model ${repo} at ${host}; see ${page}.`);
    case 429: {
      const after = retryAfter(response.headers.get('retry-after'));
      const when = after === undefined ? 'try again in a while' : `try again in ${Math.ceil(after / 60_000)} min`;
      return new Passing(failure('hub-busy', `${host} was asked too often from here; ${when}.`), after);
    }
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return new Passing(
        failure('hub-down', `${host} cannot answer at the moment (HTTP ${response.status}); try again in a while.`),
        retryAfter(response.headers.get('retry-after')),
      );
    default:
      return failure('hub-refused', `${host} answers HTTP ${response.status} to a request for ${path ?? repo}.`);
  }
}

/** What goes wrong on the way, by the system's codes. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known here, or this machine is offline',
  EAI_AGAIN: 'its name is not known here, or this machine is offline',
  ECONNREFUSED: 'nothing answers there',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
};

/** A failure of the network, as `fetch` and its bodies throw it: it may pass. Other errors are returned as they are. */
export function networkError(error: unknown, url: URL): unknown {
  if (!(error instanceof Error) && !(typeof error === 'object' && error !== null && 'message' in error)) return error;
  const { name, cause } = error as Error;
  if (name !== 'TypeError' && name !== 'TimeoutError') return error;
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  const reason =
    (typeof code === 'string' && (REASONS[code] ?? `the system reports ${code}`)) || 'the connection was cut';
  return new Passing(failure('hub-unreachable', `${url.host} cannot be reached: ${reason}.`));
}

/** A server that keeps the connection and sends nothing: it may pass. */
export const silent = (url: URL, milliseconds: number): Passing =>
  new Passing(failure('hub-unreachable', `${url.host} has sent nothing for ${Math.round(milliseconds / 1000)} s.`));
