import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sendError, startTestHub, type TestHub } from '@ungrain/host/testing';
import { outcomeOf, startUngrain, ungrain, type Outcome } from './testing/ungrain.js';

const STAGE1 = fileURLToPath(new URL('../../models-deepfloyd/fixtures/stage1', import.meta.url));
const REPO = 'DeepFloyd/IF-I-T-v1.0';
const UNET = 'unet/diffusion_pytorch_model.safetensors';
const VARIABLES = ['UNGRAIN_CACHE', 'HF_ENDPOINT', 'HF_TOKEN'];

let home = '';
let hub: TestHub;
const files = new Map<string, Uint8Array>();
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-pull-'));
  for (const entry of await readdir(STAGE1, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files.set(relative(STAGE1, path), await readFile(path));
    }
  const part = ['library', 'Class'];
  const index = { unet: part, scheduler: part, tokenizer: part, text_encoder: part, safety_checker: part };
  files.set('model_index.json', new TextEncoder().encode(JSON.stringify(index)));
});
beforeEach(async () => {
  hub = await startTestHub({ repo: REPO, files, token: 'hf_right' });
  process.env['UNGRAIN_CACHE'] = await mkdtemp(join(home, 'cache-'));
  process.env['HF_ENDPOINT'] = hub.endpoint;
  process.env['HF_TOKEN'] = 'hf_right';
});
afterEach(() => hub.close());
afterAll(async () => {
  for (const name of VARIABLES) delete process.env[name];
  await rm(home, { recursive: true });
});

const run = (...args: string[]): Promise<Outcome> => ungrain(args, { cwd: home });

test('a model is pulled, stopped by Ctrl-C on the way, and is then there by its name', async () => {
  const dry = await run('pull', REPO, '--dry-run');
  expect(dry.stdout).toMatch(
    /not for commercial use.*\n10 files, 4\d\d\.\d kB, 4\d\d\.\d kB to fetch; .* are free at /,
  );
  expect(dry.stdout).toMatch(/^ {2}unet\/diffusion_pytorch_model\.safetensors +273\.3 kB$/m);
  expect(await readdir(process.env['UNGRAIN_CACHE']!)).toEqual([]);

  const child = startUngrain(['pull', REPO], { cwd: home });
  const outcome = outcomeOf(child);
  hub.options.meddle = ({ at, url, range }, response, bytes) => {
    if (at !== 'store' || decodeURIComponent(url) !== `/${UNET}` || range !== undefined) return false;
    response.writeHead(200, { 'content-length': bytes!.length });
    response.write(bytes!.subarray(0, 100_000), () => setTimeout(() => child.kill('SIGINT'), 200));
    return true;
  };
  expect(await outcome).toMatchObject({
    status: 130,
    stderr: 'ungrain: Stopped; what has arrived is kept, and the same command goes on from there.\n',
  });
  expect((await run('list', 'pulled')).stdout).toMatch(/^DeepFloyd\/IF-I-T-v1\.0 +unfinished/);
  const early = await run('generate', 'a cat', '--stage1', 'IF-I-T-v1.0');
  expect(early).toMatchObject({ status: 2 });
  expect(early.stderr).toMatch(/has not arrived whole; go on with `ungrain pull DeepFloyd\/IF-I-T-v1\.0`/);

  const { status, stdout, stderr } = await run('pull', REPO);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/\nUse it: ungrain generate "a prompt" --stage1 DeepFloyd\/IF-I-T-v1\.0\n$/);
  const ranges = hub.seen.filter(({ url }) => decodeURIComponent(url) === `/${UNET}`).map(({ range }) => range);
  expect(ranges).toEqual([undefined, 'bytes=100000-']);
  expect(JSON.parse((await run('list', 'pulled', '--json')).stdout)).toMatchObject([{ name: REPO, complete: true }]);

  const drawn = await run('generate', 'a cat', '--stage1', 'if-i-t-v1.0', '--steps', '2', '--out', 'cat.png');
  expect(drawn).toMatchObject({ status: 0, stderr: '' });
  expect((await stat(join(home, 'cat.png'))).size).toBeGreaterThan(100);
});

test('--json, --to and --without', async () => {
  const { stdout } = await run('pull', REPO, '--json', '--to', 'mine', '--without', 'text_encoder,tokenizer');
  const { folder, files: listed } = JSON.parse(stdout) as { folder: string; files: { path: string }[] };
  expect(folder).toBe('mine');
  expect(listed.map(({ path }) => path)).toEqual([
    'model_index.json',
    'unet/config.json',
    UNET,
    'scheduler/scheduler_config.json',
  ]);
  expect((await readdir(join(home, 'mine'))).sort()).toEqual(['.pulled.json', 'model_index.json', 'scheduler', 'unet']);
});

test('says how to use what came, with what is still to be named', async () => {
  const bare = await run('pull', REPO, '--to', 'my model', '--without', 'text_encoder,tokenizer');
  expect(bare.stdout).toMatch(/\nUse it: ungrain generate "a prompt" --stage1 'my model' --prompts PACK\n$/);
  await hub.close();
  const index = { unet: ['library', 'Class'], image_noising_scheduler: ['library', 'Class'] };
  const second = new Map(files)
    .set('model_index.json', new TextEncoder().encode(JSON.stringify(index)))
    .set('image_noising_scheduler/scheduler_config.json', files.get('scheduler/scheduler_config.json')!);
  hub = await startTestHub({ repo: REPO, files: second, token: 'hf_right' });
  const { stdout } = await run('pull', REPO, '--endpoint', hub.endpoint);
  expect(stdout).toMatch(new RegExp(`\nUse it: .* --stage1 STAGE1 --stage2 ${REPO.replaceAll('.', '\\.')}\n$`));
});

test('what is refused is one sentence, without the token', async () => {
  const cases: [string[], number, RegExp][] = [
    [['pull', 'IF-I-M'], 2, /names no model of the hub; write OWNER\/NAME/],
    [['pull', REPO, '--without', 'unet,txt_encoder'], 2, /no part 'txt_encoder', did you mean 'text_encoder'\?/],
    [['pull', REPO, '--variant', 'fp8'], 2, /Allowed choices are fp16, fp32/],
    [['pull', 'DeepFloyd/none'], 2, /no model DeepFloyd\/none/],
    [['pull', REPO, '--variant', 'fp16'], 1, /no fp16 weights of its unet.*--variant fp32/],
    [
      ['generate', 'a cat', '--stage1', 'IF-I-X'],
      2,
      /no folder IF-I-X, nor was a model .* `ungrain pull deepfloyd\/IF-I-X`/,
    ],
  ];
  for (const [args, status, message] of cases) {
    const outcome = await run(...args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
    expect(outcome).toMatchObject({ status, stdout: '' });
  }
  hub.options.meddle = (_, response) => (sendError(response, 403, 'GatedRepo'), true);
  const { status, stderr } = await run('pull', REPO);
  expect(stderr).toMatch(/is not open to your account yet: accept its licence at http:.*IF-I-T-v1\.0 with the account/);
  expect(stderr).not.toMatch(/hf_right/);
  expect(status).toBe(1);
});
