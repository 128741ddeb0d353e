import json
from pathlib import Path

import pytest
import torch

from hedge_training.losses import (
    approximate_factor,
    dco_loss,
    example_weights,
    group_advantages,
    informative_groups,
    overconfidence_factor,
)

REFERENCE = json.loads((Path(__file__).parent / "dco.json").read_text())["reference"]


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: f"{row['n']}-{row['p']}")
def test_agrees_with_the_values_hedge_writes(row):
    log_p = torch.tensor(row["logP"], dtype=torch.float64)
    assert overconfidence_factor(row["n"], log_p).item() == pytest.approx(row["factor"], rel=1e-8, abs=1e-12)
    assert dco_loss(row["n"], log_p).item() == pytest.approx(row["loss"], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("n", [1, 4, 32, 256])
@pytest.mark.parametrize("p", [1e-6, 0.01, 0.2, 0.7, 0.99])
def test_the_factor_is_the_gradient_of_equation_3(n, p):
    log_p = torch.tensor(p, dtype=torch.float64).log().requires_grad_()
    # Written down as the paper does, for automatic differentiation.
    (-torch.log(1 - (1 - log_p.exp()) ** n)).backward()
    assert overconfidence_factor(n, log_p).item() == pytest.approx(-log_p.grad.item(), rel=1e-6)


def test_the_ends_are_finite():
    log_p = torch.tensor([-1e5, -750.0, -1e-300, 0.0], dtype=torch.float64)
    assert overconfidence_factor(32, log_p).tolist() == pytest.approx([1, 1, 0, 0], abs=1e-9)
    assert torch.isfinite(dco_loss(32, log_p)).all()


def test_reductions_divide_as_their_names_say():
    factors, counts = torch.tensor([1.0, 0.5]), torch.tensor([3, 7])
    assert example_weights(factors, counts, "sum").tolist() == [0.5, 0.25]
    assert example_weights(factors, counts, "example-mean").tolist() == pytest.approx([1 / 6, 0.5 / 14])
    assert example_weights(factors, counts, "batch-mean").tolist() == pytest.approx([0.1, 0.05])
    with pytest.raises(ValueError, match="mean"):
        example_weights(factors, counts, "mean")


def test_online_losses_are_those_of_the_paper():
    factors = approximate_factor(64, torch.tensor([0, 1, 8, 64]), 64)
    assert factors[0] == 1 and factors[3] == 0
    # The paper drops samples above p = 0.1, where F(64, p) < 0.01.
    assert overconfidence_factor(64, torch.tensor(0.1).log()).item() == pytest.approx(0.0084, abs=0.001)
    rewards = torch.tensor([[1.0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]])
    assert group_advantages(rewards)[0].tolist() == [0.75, -0.25, -0.25, -0.25]
    assert informative_groups(rewards).tolist() == [True, False, False]
