"""Writes the files of this folder. They were made with PyTorch 2.6: python3 make.py"""

import torch
from torch import nn


def save(path, make, **options):
    model = nn.Linear(2, 1)
    model.register_buffer("tied", model.weight.detach())
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.5, -2.0]]))
        model.bias.copy_(torch.tensor([1.0]))
    optimizer = make(model.parameters())
    model(torch.tensor([[1.0, 3.0]])).sum().backward()
    optimizer.step()
    torch.save({
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "ema": nn.Parameter(torch.tensor([1.5, -0.25], dtype=torch.bfloat16)),
        "half": torch.tensor([65504.0]).half(),
        "epoch": 3,
        "seed": 2**40,
        "shape": torch.Size([2, 3]),
        "note": "größer",
    }, path, **options)


save("adamw.pth", lambda parameters: torch.optim.AdamW(parameters, lr=0.25, weight_decay=0.0))
save("sgd-protocol4.pth", lambda parameters: torch.optim.SGD(parameters, lr=0.25, momentum=0.5), pickle_protocol=4)
