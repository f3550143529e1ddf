import { UngrainError } from '@ungrain/core';

/** A model of the hub: whose it is, and what it is called. */
export interface RepoName {
  readonly owner: string;
  readonly name: string;
}

/** Nothing that could lead anywhere as a part of a path or a URL. */
const PART = /^\w[\w.-]{0,95}$/;

/** `deepfloyd/IF-I-M-v1.0`. @throws UngrainError `bad-model-name` */
export function parseRepoName(text: string): RepoName {
  const [owner, name, ...more] = text.split('/');
  if (owner !== undefined && name !== undefined && more.length === 0 && PART.test(owner) && PART.test(name))
    return { owner, name };
  throw new UngrainError(
    'bad-model-name',
    `${JSON.stringify(text)} names no model of the hub; write OWNER/NAME, such as deepfloyd/IF-I-M-v1.0.`,
  );
}

/** Names of the hub differ by more than the size of letters. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
