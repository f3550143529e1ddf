"""Writes checkpoint.pt beside itself: a training checkpoint as PyTorch users save them. Needs torch 2.3 or newer."""
from pathlib import Path

import torch

DTYPES = {
    "float64": torch.float64, "float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16,
    "float8e4m3fn": torch.float8_e4m3fn, "float8e5m2": torch.float8_e5m2, "int64": torch.int64,
    "int32": torch.int32, "int16": torch.int16, "int8": torch.int8, "uint64": torch.uint64,
    "uint32": torch.uint32, "uint16": torch.uint16, "uint8": torch.uint8, "bool": torch.bool,
}

torch.manual_seed(0)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adam(model.parameters())
model(torch.ones(1, 2)).sum().backward()
optimizer.step()
grid = torch.arange(6.0).reshape(2, 3)

torch.save(
    {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "epoch": 3,
        "loss": 0.125,
        "seed": 2**63 - 1,
        "note": "größer",
        "history": [1, 0.5, True, None, (-2, 70000)],
        "dtypes": {name: torch.tensor([0.0, 1.0, 1.0]).to(dtype) for name, dtype in DTYPES.items()},
        "views": {"whole": grid, "transposed": grid.T, "last row": grid[1], "expanded": grid[0, :1].expand(3)},
    },
    Path(__file__).parent / "checkpoint.pt",
)
