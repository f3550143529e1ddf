"""Makes the small DeepFloyd IF folders of this directory, and what diffusers and transformers compute with them.

    pip install torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 safetensors
    python packages/models-deepfloyd/reference/make.py

Random weights; the layout is that of larger reference sets, which `ungrain parity` checks too.
"""

import json
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file
from transformers import T5Config, T5EncoderModel

HERE = Path(__file__).parent
TEXT, TOKENS, VOCABULARY = 32, 7, 60
UNET = dict(
    sample_size=8, out_channels=6, layers_per_block=1, act_fn="gelu", attention_head_dim=8, norm_num_groups=4,
    cross_attention_dim=TEXT, cross_attention_norm="group_norm", encoder_hid_dim=TEXT,
    encoder_hid_dim_type="text_proj", addition_embed_type="text", addition_embed_type_num_heads=4,
    mid_block_type="UNetMidBlock2DSimpleCrossAttn", resnet_time_scale_shift="scale_shift",
)
UNETS = {
    "stage1": dict(
        in_channels=3, block_out_channels=(8, 16),
        down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
    ),
    "stage2": dict(
        in_channels=6, block_out_channels=(8, 8, 16), layers_per_block=[1, 1, 2], class_embed_type="timestep",
        only_cross_attention=True, resnet_skip_time_act=True, time_embedding_dim=16, time_embedding_act_fn="gelu",
        resnet_out_scale_factor=1 / 0.7071, mid_block_scale_factor=1 / 0.7071,
        down_block_types=("ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D", "ResnetUpsampleBlock2D"),
    ),
}


def randomise(model):
    """No weight keeps the zero or the one that it starts with: a norm or a bias left out must show."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn_like(weight)
            weight.copy_(weight + 0.2 * noise if weight.dim() == 1 or "positional" in name else weight)
    return model.eval()


def cases_of(model, stage2):
    channels = model.config.in_channels
    for name, (height, width), times in [("b1", (8, 8), [500]), ("b2_rect", (8, 12), [999, 7])]:
        rows = len(times)
        case = {
            "sample": torch.randn(rows, channels, height, width),
            "timestep": torch.tensor(times),
            "encoder_hidden_states": torch.randn(rows, TOKENS, TEXT),
        }
        if stage2:
            case["class_labels"] = torch.tensor([250, 0][:rows])
        yield name, case


def make_unet(stage):
    model = randomise(UNet2DConditionModel(**{**UNET, **UNETS[stage]}))
    model.save_pretrained(HERE / stage / "unet")
    tensors, activations = {}, {}
    for name, case in cases_of(model, stage == "stage2"):
        hooks = []
        if name == "b2_rect":
            wanted = [m for m in ("conv_in", "time_embedding", "add_embedding", "mid_block", "conv_norm_out")]
            for module in wanted:
                hook = lambda _m, _i, output, module=module: activations.update({module: output.contiguous()})
                hooks.append(model.get_submodule(module).register_forward_hook(hook))
        with torch.no_grad():
            output = model(**case).sample
        for hook in hooks:
            hook.remove()
        tensors.update({f"{name}.{key}": value for key, value in {**case, "output": output}.items()})
    save_file({k: v.contiguous() for k, v in tensors.items()}, HERE / "reference/unet" / f"{stage}.safetensors")
    save_file(activations, HERE / "reference/unet" / f"{stage}_activations.safetensors")


def make_t5():
    config = T5Config(
        vocab_size=VOCABULARY, d_model=TEXT, d_kv=8, d_ff=48, num_layers=2, num_heads=4,
        feed_forward_proj="gated-gelu", is_encoder_decoder=False, use_cache=False,
    )
    model = randomise(T5EncoderModel(config))
    with torch.no_grad():  # as wide as a trained one's, so that the softmax is not flat
        for name, weight in model.named_parameters():
            if name.endswith("relative_attention_bias.weight"):
                weight.mul_(4)
    model.save_pretrained(HERE / "stage1/text_encoder", max_shard_size="40KB")
    ids = torch.randint(2, VOCABULARY, (2, 40))
    mask = torch.ones_like(ids)
    mask[0, 5:] = 0
    ids[0, 5:] = 0
    with torch.no_grad():
        states = model(ids, attention_mask=mask).last_hidden_state
        row = model(ids[:1], attention_mask=mask[:1], output_hidden_states=True)
        bare = model(ids[:1]).last_hidden_state
        bias = model.encoder.block[0].layer[0].SelfAttention.compute_bias(40, 40)
    tensors = {
        "input_ids": ids, "attention_mask": mask, "last_hidden_state": states, "position_bias": bias,
        "row0.last_hidden_state_without_mask": bare,
        **{f"row0.hidden_states.{i}": state for i, state in enumerate(row.hidden_states)},
    }
    save_file({k: v.contiguous() for k, v in tensors.items()}, HERE / "reference/t5/t5.safetensors")


if __name__ == "__main__":
    torch.manual_seed(1)
    for folder in ("unet", "t5"):
        (HERE / "reference" / folder).mkdir(parents=True, exist_ok=True)
    for stage in UNETS:
        make_unet(stage)
    make_t5()
    (HERE / "reference/meta.json").write_text(json.dumps({"made by": "make.py"}) + "\n")
