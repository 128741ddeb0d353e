"""The losses of direct coverage optimization as factors of the cross-entropy gradient, and how a batch is divided.

Everything is float64 and takes natural log-probabilities: the probability of a whole tactic underflows long before its
logarithm loses a digit. Equation numbers are those of arXiv 2502.07154.
"""

import torch

# Below this N p is under 1e-299 for every N used here, and the limits p -> 0 are exact.
LOG_PROB_OF_NOTHING = -700.0
REDUCTIONS = ("sum", "example-mean", "batch-mean")


def log1mexp(x):
    """log(1 - e^x) for x < 0, without cancellation at either end."""
    return torch.where(x > -0.6931471805599453, torch.log(-torch.expm1(x)), torch.log1p(-torch.exp(x)))


def overconfidence_factor(n, log_p):
    """F(N, p) of Eq. 4, without gradient: 1 at N = 1 and as N p -> 0, 0 at p = 1 for N > 1."""
    log_p = log_p.detach().double()
    if n == 1:
        return torch.ones_like(log_p)
    x = log_p.clamp(LOG_PROB_OF_NOTHING, -1e-15)
    miss = log1mexp(x)
    factor = n * torch.exp(x + (n - 1) * miss) / -torch.expm1(n * miss)
    factor = torch.where(log_p < LOG_PROB_OF_NOTHING, torch.ones_like(factor), factor)
    return torch.where(log_p >= 0, torch.zeros_like(factor), factor).clamp(0, 1)


def dco_loss(n, log_p):
    """-log(1 - (1-p)^N) of Eq. 3. Its own gradient is exact, but costs digits: training uses the factor."""
    log_p = log_p.double()
    if n == 1:
        return -log_p
    x = log_p.clamp(LOG_PROB_OF_NOTHING, -1e-15)
    loss = -log1mexp(n * log1mexp(x))
    tiny = -log_p - torch.log(torch.tensor(float(n), dtype=torch.float64, device=log_p.device))
    return torch.where(log_p < LOG_PROB_OF_NOTHING, tiny, loss)


def example_weights(factors, token_counts, reduction):
    """What each example's summed -log p is multiplied by.

    `sum` is the mean over examples of the sum over tokens (the paper's equations); `example-mean` divides each example by
    its own number of tokens too (the authors' code); `batch-mean` divides all by the number of tokens in the batch.
    """
    factors = factors.double()
    counts = token_counts.to(factors)
    if reduction == "sum":
        return factors / len(factors)
    if reduction == "example-mean":
        return factors / counts / len(factors)
    if reduction == "batch-mean":
        return factors / counts.sum()
    raise ValueError(f"reduction must be one of {', '.join(REDUCTIONS)}, not {reduction!r}")


def approximate_factor(n, successes, samples):
    """F at the Monte-Carlo estimate of p (DCO^a, section 5.4); 1 where no roll-out succeeded."""
    p = successes.double() / samples
    return torch.where(p > 0, overconfidence_factor(n, torch.log(p.clamp(min=1e-300))), torch.ones_like(p))


def group_advantages(rewards):
    """Dr. GRPO: reward minus the mean of its group, rows of [groups, roll-outs]; no division by a deviation."""
    return rewards.double() - rewards.double().mean(dim=1, keepdim=True)


def informative_groups(rewards):
    """Groups that are neither all right nor all wrong: the others have no gradient."""
    mean = rewards.double().mean(dim=1)
    return (mean > 0) & (mean < 1)
