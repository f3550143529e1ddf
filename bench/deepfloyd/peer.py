"""The same part by diffusers or transformers, in float32. Prints JSON."""

import argparse
import json
import os
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("part")
for option in ("rows", "repeats", "threads"):
    parser.add_argument(f"--{option}", type=int)
given = parser.parse_args()
torch.set_num_threads(given.threads)
folder = os.path.join(given.folder, given.part)

began = time.perf_counter()
if given.part == "unet":
    from diffusers import UNet2DConditionModel

    fp16 = os.path.exists(os.path.join(folder, "diffusion_pytorch_model.fp16.safetensors"))
    model = UNet2DConditionModel.from_pretrained(folder, variant="fp16" if fp16 else None, torch_dtype=torch.float32)
    size, config = model.config.sample_size, model.config
    times = torch.full((given.rows,), 500)
    call = dict(
        sample=torch.randn(given.rows, config.in_channels, size, size), timestep=times,
        encoder_hidden_states=torch.randn(given.rows, 77, config.encoder_hid_dim),
    )
    if config.class_embed_type:
        call["class_labels"] = times
else:
    from transformers import T5EncoderModel

    fp16 = os.path.exists(os.path.join(folder, "model.fp16.safetensors"))
    model = T5EncoderModel.from_pretrained(folder, variant="fp16" if fp16 else None, dtype=torch.float32)
    ids = torch.arange(given.rows * 77).reshape(given.rows, 77) % 1000
    call = dict(input_ids=ids, attention_mask=torch.ones_like(ids))
model.eval()
durations = []
with torch.no_grad():
    for _ in range(given.repeats + 1):
        start = time.perf_counter()
        model(**call)
        durations.append(time.perf_counter() - start)
first, *others = durations
print(json.dumps({
    "loadSeconds": time.perf_counter() - began - sum(others), "firstSeconds": first, "seconds": min(others),
}))
