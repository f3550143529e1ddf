"""Writes course-unets.pt beside itself: the course's three UNets (CS180 project 5, D = 2)
as students write them, each in another style, and what they give in evaluation. Needs torch."""
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

D = 2


def layer(convolution):
    """Convolution, batch norm, GELU, by number."""
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels), nn.GELU())


class Named(nn.Module):
    """The same, by name; norms make the bias superfluous."""

    def __init__(self, make, *arguments, **options):
        super().__init__()
        self.layer = make(*arguments, bias=False, **options)
        self.norm = nn.BatchNorm2d(self.layer.out_channels)
        self.act = nn.GELU()

    def forward(self, x):
        return self.act(self.norm(self.layer(x)))


def numbered(make, *arguments, **options):
    return layer(make(*arguments, **options))


class ConvBlock(nn.Module):
    def __init__(self, one, i, o):
        super().__init__()
        self.first, self.second = one(nn.Conv2d, i, o, 3, 1, 1), one(nn.Conv2d, o, o, 3, 1, 1)

    def forward(self, x):
        return self.second(self.first(x))


def fc(i, o):
    return nn.Sequential(nn.Linear(i, o), nn.GELU(), nn.Linear(o, o))


class UNet(nn.Module):
    def __init__(self, one, times=False, classes=False):
        super().__init__()
        if times:  # before everything else, as some do
            self.time_in, self.time_up = fc(1, 2 * D), fc(1, D)
        self.enc = ConvBlock(one, 1, D)
        self.downs = nn.ModuleList(
            nn.Sequential(one(nn.Conv2d, i, o, 3, 2, 1), ConvBlock(one, o, o)) for i, o in [(D, D), (D, 2 * D)])
        self.flatten = nn.Sequential(nn.AvgPool2d(7), nn.GELU())
        self.head = nn.Conv2d(D, 1, 3, 1, 1)  # made before it is used
        self.unflatten = one(nn.ConvTranspose2d, 2 * D, 2 * D, 7, 7)
        self.ups = nn.ModuleList(
            nn.Sequential(one(nn.ConvTranspose2d, i, D, 4, 2, 1), ConvBlock(one, D, D)) for i in [4 * D, 2 * D])
        self.dec = ConvBlock(one, 2 * D, D)
        if classes:
            self.class_in, self.class_up = fc(10, 2 * D), fc(10, D)
        self.times, self.classes = times, classes

    def forward(self, x, t=None, c=None):
        a = self.enc(x)
        b = self.downs[0](a)
        d = self.downs[1](b)
        y = self.unflatten(self.flatten(d))
        if self.classes:
            y = self.class_in(c)[:, :, None, None] * y + self.time_in(t)[:, :, None, None]
        elif self.times:
            y = self.time_in(t)[:, :, None, None] * y
        y = self.ups[0](torch.cat([y, d], 1))
        if self.classes:
            y = self.class_up(c)[:, :, None, None] * y + self.time_up(t)[:, :, None, None]
        elif self.times:
            y = self.time_up(t)[:, :, None, None] * y
        y = self.ups[1](torch.cat([y, b], 1))
        return self.head(self.dec(torch.cat([y, a], 1)))


torch.manual_seed(0)
inputs = {"x": torch.randn(3, 1, 28, 28), "t": torch.rand(3, 1), "c": nn.functional.one_hot(torch.tensor([0, 7, 3]), 10).float()}
networks = {
    "uncond": (UNet(Named), ["x"]),
    "time": (UNet(numbered, times=True), ["x", "t"]),
    "class": (UNet(numbered, times=True, classes=True), ["x", "t", "c"]),
}
checkpoint, results = {"epoch": 10, "lr": 1e-2}, dict(inputs)
for kind, (network, names) in networks.items():
    feeds = {name: inputs[name] for name in names}
    with torch.no_grad():
        for _ in range(20):
            network(**feeds)  # in training: the running statistics become the batch's
        results[kind] = network.eval()(**feeds)
    wrapped = nn.DataParallel(network) if kind == "class" else network
    checkpoint[kind] = wrapped.state_dict()
    if kind == "time":
        checkpoint[kind] = OrderedDict((f"unet.{name}", tensor) for name, tensor in checkpoint[kind].items())

checkpoint["results"] = list(results.items())  # a list, so that it is no state_dict
torch.save(checkpoint, Path(__file__).parent / "course-unets.pt")
