import pytest
import torch
from torch import nn

from autochrome.lab.training.moving_average import MovingAverage


def values(steps: int) -> torch.Tensor:
    return torch.linspace(-1, 3, steps + 1)


def network(value: float) -> nn.Module:
    module = nn.BatchNorm1d(1)
    with torch.no_grad():
        module.weight.fill_(value)
    return module


def test_it_equals_the_formula_and_copies_buffers():
    average = MovingAverage(network(-1), 0.5)
    expected = -1.0
    for step, value in enumerate(values(20)[1:].tolist(), 1):
        trained = network(value)
        trained.running_mean.fill_(value)
        average.update_parameters(trained)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * value
        assert average.module.weight.item() == pytest.approx(expected, rel=1e-5)
        assert average.module.running_mean.item() == value


def test_a_resumed_average_continues():
    whole, first = MovingAverage(network(-1), 0.9), MovingAverage(network(-1), 0.9)
    for value in values(10)[1:6].tolist():
        whole.update_parameters(network(value))
        first.update_parameters(network(value))
    resumed = MovingAverage(first.module, 0.9)
    resumed.set_steps(5)
    for value in values(10)[6:].tolist():
        whole.update_parameters(network(value))
        resumed.update_parameters(network(value))
    assert torch.equal(whole.module.weight, resumed.module.weight)
    assert not resumed.module.training
    assert not any(p.requires_grad for p in resumed.parameters())
