import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { UngrainError } from '@ungrain/core';
import { sendError, startTestHub, TEST_COMMIT, type TestHub } from '../testing/index.js';
import { partOf } from './download-file.js';
import { planPull, type PullOptions, type PullPlan } from './pull-model.js';
import { modelFolder, pulledFolder, pulledModels } from './pulled-models.js';

const REPO = 'DeepFloyd/IF-I-T-v1.0';
const UNET = 'unet/diffusion_pytorch_model.fp16.safetensors';
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const weights = (seed: number, length = 100_000): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * seed + (i >> 8)) & 255);
const here = ['diffusers', 'X'];

const FILES = new Map<string, Uint8Array>([
  ['README.md', text('read me')],
  [
    'model_index.json',
    text({
      _class_name: 'IFPipeline',
      unet: here,
      scheduler: here,
      text_encoder: here,
      tokenizer: here,
      safety_checker: here,
      watermarker: here,
      feature_extractor: [null, null],
    }),
  ],
  ['unet/config.json', text({})],
  ['unet/diffusion_pytorch_model.safetensors', weights(3)],
  ['unet/diffusion_pytorch_model.bin', weights(4)],
  [UNET, weights(5)],
  ['text_encoder/config.json', text({})],
  ['text_encoder/model.safetensors', weights(6)],
  [
    'text_encoder/model.safetensors.index.fp16.json',
    text({ weight_map: { a: 'm1.fp16.safetensors', b: 'm2.fp16.safetensors' } }),
  ],
  ['text_encoder/m1.fp16.safetensors', weights(7)],
  ['text_encoder/m2.fp16.safetensors', weights(8)],
  ['tokenizer/spiece.model', text('pieces')],
  ['tokenizer/tokenizer_config.json', text({})],
  ['scheduler/scheduler_config.json', text({})],
  ['safety_checker/model.safetensors', weights(9)],
]);

let home = '';
let hub: TestHub;
const waits: number[] = [];
beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), 'ungrain-pull-'))));
beforeEach(async () => {
  process.env['UNGRAIN_CACHE'] = await mkdtemp(join(home, 'cache-'));
  waits.length = 0;
  hub = await startTestHub({ repo: REPO, files: new Map(FILES) });
});
afterEach(() => hub.close());
afterAll(async () => {
  delete process.env['UNGRAIN_CACHE'];
  await rm(home, { recursive: true });
});

const plan = (options: Partial<PullOptions> = {}): Promise<PullPlan> =>
  planPull({
    model: REPO.replace('DeepFloyd', 'deepfloyd'),
    endpoint: hub.endpoint,
    signal: new AbortController().signal,
    env: { HF_TOKEN_PATH: join(home, 'no-token') },
    wait: async (milliseconds) => void waits.push(milliseconds),
    ...options,
  });
const pull = async (options: Partial<PullOptions> = {}): Promise<PullPlan> => {
  const planned = await plan(options);
  await planned.fetch();
  return planned;
};
/** Whether a file is what the hub has under a path. */
const holds = async (file: string, path = UNET): Promise<boolean> => (await readFile(file)).equals(FILES.get(path)!);
/** Answers in place of the host that has the large file of the UNet. */
const meddleUnet = (answer: NonNullable<TestHub['options']['meddle']>): void => {
  hub.options.meddle = (seen, response, bytes) =>
    seen.at === 'store' && decodeURIComponent(seen.url) === `/${UNET}` && answer(seen, response, bytes);
};
const rangesOfUnet = () =>
  hub.seen.filter(({ at, url }) => at === 'store' && decodeURIComponent(url) === `/${UNET}`).map(({ range }) => range);

async function refuses(pulling: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  const error = await pulling.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UngrainError);
  expect(error).toMatchObject({ code });
  expect((error as UngrainError).message).toMatch(message);
  expect((error as UngrainError).message).not.toMatch(/hf_/);
}

describe('what is fetched', () => {
  test('is what is needed, whole, to a folder that its name leads to', async () => {
    const planned = await pull();
    const needed = [
      'model_index.json',
      'unet/config.json',
      UNET,
      'text_encoder/config.json',
      'text_encoder/model.safetensors.index.fp16.json',
      'text_encoder/m1.fp16.safetensors',
      'text_encoder/m2.fp16.safetensors',
      'tokenizer/spiece.model',
      'scheduler/scheduler_config.json',
    ];
    expect(planned.files.map(({ path }) => path)).toEqual(needed);
    expect(planned.commit).toBe(TEST_COMMIT);
    expect(planned.bytes).toBe(needed.reduce((sum, path) => sum + FILES.get(path)!.length, 0));
    for (const path of needed) expect(await holds(join(planned.folder, path), path)).toBe(true);
    const there = (await readdir(planned.folder, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    expect(there).toHaveLength(needed.length + 1); // and the note
    for (const name of [REPO, REPO.toLowerCase(), 'IF-I-T-v1.0']) expect(await pulledFolder(name)).toBe(planned.folder);
    expect(await modelFolder('if-i-t-v1.0')).toBe(planned.folder);
    expect(await modelFolder(home)).toBe(home);
    expect(await pulledModels()).toMatchObject([{ name: REPO, complete: true, folder: planned.folder }]);
  });

  test('by choice: another variant, without a part, to a folder', async () => {
    const { files, folder } = await pull({ variant: 'fp32', without: ['text_encoder'], to: join(home, 'mine') });
    expect(files.map(({ path }) => path)).toContain('unet/diffusion_pytorch_model.safetensors');
    expect(await readdir(folder)).not.toContain('text_encoder');
    expect(folder).toBe(join(home, 'mine'));
    await refuses(pulledFolder(REPO), 'not-pulled', /ungrain pull DeepFloyd\/IF-I-T-v1\.0/);
  });

  test('is not fetched again, but damaged files are', async () => {
    const { folder } = await pull();
    expect((await plan()).missing).toEqual([]);
    await rm(join(folder, '.pulled.json'));
    await writeFile(join(folder, UNET), weights(99));
    const again = await plan();
    expect(again.missing.map(({ path }) => path)).toEqual([UNET]);
    await again.fetch();
    expect(await holds(join(folder, UNET))).toBe(true);
  });

  test('fp32 where there is no fp16, and a word where what was asked for is not there', async () => {
    const files = hub.options.files as Map<string, Uint8Array>;
    files.delete(UNET);
    expect((await plan()).files.map(({ path }) => path)).toContain('unet/diffusion_pytorch_model.safetensors');
    await refuses(plan({ variant: 'fp16' }), 'no-weights', /no fp16 weights of its unet.*--variant fp32/);
    files.delete('unet/diffusion_pytorch_model.safetensors');
    await refuses(plan(), 'no-weights', /\.bin files are pickles/);
    files.delete('model_index.json');
    await refuses(plan(), 'no-pipeline', /no pipeline of diffusers/);
  });

  test('more than the disk holds is refused before anything is written', async () => {
    const { missingBytes } = await plan();
    await refuses(
      pull({ free: async () => missingBytes - 1 }),
      'disk-full',
      /needs 300\.3 kB more, and 300\.3 kB are free/,
    );
    expect(await readdir(process.env['UNGRAIN_CACHE']!)).toEqual([]);
    await pull({ free: async () => missingBytes });
    expect((await plan()).freeBytes).toBeGreaterThan(1000);
  });
});

describe('a connection', () => {
  const half = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length / 2);

  test('that is cut goes on where it was', async () => {
    meddleUnet(({ range }, response, bytes) => {
      if (range !== undefined) return false;
      response.writeHead(200, { 'content-length': bytes!.length }).write(half(bytes!), () => response.destroy());
      return true;
    });
    const { folder } = await pull();
    expect(rangesOfUnet()).toEqual([undefined, 'bytes=50000-']);
    expect(await holds(join(folder, UNET))).toBe(true);
    expect(waits).toEqual([1000]);
  });

  test('whose server knows no ranges begins again', async () => {
    meddleUnet(({ range }, response, bytes) => {
      if (range === undefined && rangesOfUnet().length === 1)
        response.writeHead(200, { 'content-length': bytes!.length }).write(half(bytes!), () => response.destroy());
      else response.writeHead(200, { 'content-length': bytes!.length }).end(bytes);
      return true;
    });
    const { folder } = await pull();
    expect(await holds(join(folder, UNET))).toBe(true);
  });

  test('that ends too early without a word goes on too', async () => {
    meddleUnet(({ range }, response, bytes) => {
      if (range !== undefined) return false;
      response.writeHead(200).end(half(bytes!)); // in chunks, and so without a length
      return true;
    });
    await pull();
    expect(rangesOfUnet()).toEqual([undefined, 'bytes=50000-']);
  });

  test('that stays silent is asked again', async () => {
    meddleUnet(({ range }, response, bytes) => {
      if (range !== undefined) return false;
      response.writeHead(200, { 'content-length': bytes!.length }).write(half(bytes!));
      return true;
    });
    await pull({ patience: 200 });
    expect(rangesOfUnet()).toEqual([undefined, 'bytes=50000-']);
  });

  test('that is slow is waited for', async () => {
    meddleUnet((_, response, bytes) => {
      void (async () => {
        response.writeHead(200, { 'content-length': bytes!.length });
        for (let i = 0; i < 4; i++) {
          response.write(bytes!.subarray(i * 25_000, (i + 1) * 25_000));
          await setTimeout(100);
        }
        response.end();
      })();
      return true;
    });
    await pull({ patience: 350 });
    expect(rangesOfUnet()).toEqual([undefined]);
  });

  test('that always breaks is given up', async () => {
    meddleUnet((_, response) => (response.destroy(), true));
    await refuses(pull(), 'hub-unreachable', /cannot be reached: the connection was cut/);
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
    await refuses(plan({ endpoint: 'http://127.0.0.1:9' }), 'hub-unreachable', /127\.0\.0\.1:9 cannot be reached/);
  });

  test('a part that is too long, or of something else, is begun again', async () => {
    const planned = await plan();
    const file = planned.files.find(({ path }) => path === UNET)!;
    const target = join(planned.folder, UNET);
    for (const rubbish of [weights(1, 200_000), weights(1, 100_000), weights(1, 20)]) {
      await rm(target, { force: true });
      await pull({ without: ['unet'] });
      await (await plan({ without: ['text_encoder'] })).fetch();
      await rm(target);
      await rm(join(planned.folder, '.pulled.json'));
      await writeFile(partOf(target, file), rubbish);
      await pull();
      expect(await holds(target)).toBe(true);
    }
  });

  test('416 begins again', async () => {
    const planned = await pull();
    const target = join(planned.folder, UNET);
    const file = planned.files.find(({ path }) => path === UNET)!;
    await rm(target);
    await appendFile(partOf(target, file), weights(5).subarray(0, 10));
    meddleUnet(({ range }, response) => range !== undefined && (sendError(response, 416), true));
    await pull();
    expect(rangesOfUnet().slice(-2)).toEqual(['bytes=10-', undefined]);
  });
});

describe('a hub that is busy', () => {
  const first = (status: number, headers: Readonly<Record<string, string>> = {}): void => {
    let left = 1;
    hub.options.meddle = (_, response) => left-- > 0 && (sendError(response, status, undefined, headers), true);
  };

  test.each([
    [429, { 'retry-after': '7' }, [7000]],
    [503, {}, [1000]],
    [500, { 'retry-after': '0' }, [0]],
  ])('%d %j is asked again when it says', async (status, headers, expected) => {
    first(status, headers);
    await pull();
    expect(waits).toEqual(expected);
  });

  test('and means to stay so is left alone', async () => {
    first(429, { 'retry-after': '7200' });
    await refuses(pull(), 'hub-busy', /try again in 120 min/);
    hub.options.meddle = (_, response) => (sendError(response, 502), true);
    await refuses(pull(), 'hub-down', /HTTP 502/);
  });
});

describe('a token', () => {
  beforeEach(async () => {
    await hub.close();
    hub = await startTestHub({ repo: REPO, files: new Map(FILES), token: 'hf_right' });
  });

  test('goes to the hub, and to no other host', async () => {
    const planned = await pull({ env: { HF_TOKEN: ' hf_right\n' } });
    expect(planned.licence).toMatch(
      /not for commercial use, .* filters .* may not be removed.*It is gated: .*http:\/\/127/,
    );
    const tokens = (at: string) => new Set(hub.seen.filter((one) => one.at === at).map((one) => one.authorization));
    expect(tokens('hub')).toEqual(new Set(['Bearer hf_right']));
    expect(tokens('store')).toEqual(new Set([undefined]));
  });

  test('is found where the tools of Hugging Face keep it', async () => {
    await writeFile(join(home, 'token'), 'hf_right\n');
    await plan({ env: { HF_HOME: home } });
    await plan({ env: { HF_TOKEN_PATH: join(home, 'token') } });
    await plan({ env: { HUGGING_FACE_HUB_TOKEN: 'hf_right', HF_HOME: '/nowhere' } });
  });

  test('that is missing, wrong or none at all is told of without being shown', async () => {
    await refuses(
      plan(),
      'hub-needs-token',
      /is gated: accept its licence at http.*IF-I-T-v1\.0, then make a token at http/,
    );
    await refuses(
      plan({ env: { HF_TOKEN: 'hf_wrong' } }),
      'hub-gated',
      /not open to your account yet: accept its licence at/,
    );
    await refuses(plan({ env: { HF_TOKEN: 'hf_\u00e9' } }), 'bad-token', /variable HF_TOKEN holds no token/);
    hub.options.meddle = (_, response) => (sendError(response, 401), true);
    await refuses(plan({ env: { HF_TOKEN: 'hf_old' } }), 'hub-token-refused', /does not take the token/);
    expect(await readdir(process.env['UNGRAIN_CACHE']!)).toEqual([]);
  });
});

describe('refuses', () => {
  test.each<[Partial<PullOptions>, string, RegExp]>([
    [{ model: 'IF-I-M' }, 'bad-model-name', /write OWNER\/NAME/],
    [{ model: '../x' }, 'bad-model-name', /names no model/],
    [{ model: 'a/b/c' }, 'bad-model-name', /names no model/],
    [{ model: 'some/other' }, 'no-such-model', /no model some\/other at 127/],
    [{ revision: 'nowhere' }, 'no-revision', /no revision 'nowhere'/],
    [{ endpoint: 'ftp://x' }, 'bad-endpoint', /An endpoint is an address/],
    [{ endpoint: 'here' }, 'bad-endpoint', /An endpoint is an address/],
  ])('%j', async (options, code, message) => refuses(plan(options), code, message));

  test('a file of another content or length than the hub says, whatever the server claims', async () => {
    meddleUnet((_, response) => (response.end(weights(77)), true));
    await refuses(pull(), 'damaged-on-the-way', /fp16\.safetensors does not arrive as the hub describes it/);
    expect(rangesOfUnet()).toHaveLength(2);
    meddleUnet((_, response) => (response.end(weights(5, 100_001)), true));
    await refuses(pull(), 'damaged-on-the-way', /checksum or length/);
    meddleUnet((_, response) => (response.writeHead(200, { 'content-length': 5 }).end('12345'), true));
    await refuses(pull(), 'damaged-on-the-way', /checksum or length/);
    await expect(pulledFolder(REPO)).rejects.toMatchObject({ code: 'pull-unfinished' });
  });

  test.each(['../../evil.safetensors', '/etc/evil.safetensors', 'a\\b.safetensors', 'a\0.safetensors', 'model.bin'])(
    'an index that names %j',
    async (name) => {
      const files = hub.options.files as Map<string, Uint8Array>;
      files.set('text_encoder/model.safetensors.index.fp16.json', text({ weight_map: { a: name } }));
      files.set(`text_encoder/${name}`, weights(1));
      await refuses(plan(), 'bad-index', /no safetensors file beside it/);
    },
  );

  test('answers that are none of a hub, without end, or in a circle', async () => {
    hub.options.meddle = (_, response) => (response.end('<html>'), true);
    await refuses(plan(), 'bad-hub-answer', /is --endpoint right\?/);
    hub.options.meddle = (_, response) => (response.end(Buffer.alloc(33 * 2 ** 20)), true);
    await refuses(plan(), 'hub-too-large', /longer than/);
    hub.options.meddle = ({ url }, response) => (response.writeHead(302, { location: url }).end(), true);
    await refuses(plan(), 'hub-refused', /in a circle/);
    hub.options.meddle = (_, response) => (response.writeHead(302, { location: 'file:///etc/passwd' }).end(), true);
    await refuses(plan(), 'hub-refused', /no safe address/);
  });
});

test('what is stopped goes on', async () => {
  const controller = new AbortController();
  meddleUnet(({ range }, response, bytes) => {
    if (range !== undefined) return false;
    response.writeHead(200, { 'content-length': bytes!.length }).write(bytes!.subarray(0, 40_000));
    return true;
  });
  const planned = await plan({ signal: controller.signal });
  const pulling = planned.fetch((done) => done > 40_000 && controller.abort());
  await refuses(pulling, 'aborted', /goes on from there/);
  const again = await plan();
  expect(again.missingBytes).toBeLessThanOrEqual(planned.missingBytes - 40_000);
  const progress: number[] = [];
  await again.fetch((done) => progress.push(done));
  expect(rangesOfUnet()).toEqual([undefined, 'bytes=40000-']);
  expect(progress.at(-1)).toBe(again.missingBytes);
});
