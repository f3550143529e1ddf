"""The peer of sampler-step.mjs: diffusers' scheduler.step in runs of 50 steps on [4, 3, 64, 64], with a constant for the
model's output. Prints milliseconds a step for each case of sampler-cases.json."""
import argparse
import json
import pathlib
import time

import diffusers
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
torch.set_num_threads(parser.parse_args().threads)
CASES = json.loads((pathlib.Path(__file__).parent / "sampler-cases.json").read_text())
STEPS = 50
SHAPE = (4, 3, 64, 64)
output = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1))


def seconds(scheduler):
    generator = torch.Generator().manual_seed(0)
    best = float("inf")
    for _ in range(9):
        scheduler.set_timesteps(STEPS)
        x = torch.randn(SHAPE, generator=generator)
        takes_generator = "generator" in scheduler.step.__code__.co_varnames
        started = time.perf_counter()
        for t in scheduler.timesteps:
            scheduler.scale_model_input(x, t)
            x = scheduler.step(output, t, x, **({"generator": generator} if takes_generator else {})).prev_sample
        best = min(best, time.perf_counter() - started)
    return best


figures = {}
with torch.no_grad():
    for case in CASES:
        scheduler = getattr(diffusers, case["scheduler"])(**case.get("settings", {}))
        figures[case["name"]] = 1000 * seconds(scheduler) / STEPS
print(json.dumps(figures))
