"""All that decides what a run computes, and the settings of the paper and of its authors' code by name."""

from dataclasses import dataclass


@dataclass
class Settings:
    """Of one training run."""

    n_eff: float = 1.0
    whole: bool = False
    reduction: str = "sum"
    # Examples with F below are replaced by further ones; 0 replaces none.
    threshold: float = 0.0
    batch_size: int = 64
    # Rows that go through the model at once, in one process.
    micro_batch: int = 16
    learning_rate: float = 1e-5
    warmup_steps: int = 20
    # What the rate does after the warm-up: constant, linear or cosine.
    schedule: str = "constant"
    epochs: int = 3
    max_steps: int = 0
    weight_decay: float = 0.0
    # 0 clips nothing. A bound on the norm would take from a batch of unsure examples what F leaves it.
    max_grad_norm: float = 0.0
    max_length: int = 2048
    seed: int = 0
    # bf16 is autocast over float32 weights.
    precision: str = "bf16"
    head: str = "fp32"
    save_every: int = 500
    evaluate_every: int = 0
    # Inference in the loop: none, dco-a (p from roll-outs) or grpo.
    online: str = "none"
    # Roll-outs of each example: N_MC of DCO^a, N' of GRPO.
    rollouts: int = 64
    rollout_tokens: int = 1024
    # Steps between two loadings of the weights by the server.
    sync_every: int = 1


# The paper names no schedule after the warm-up and no threshold for theorem proving. The last two are its runs on MATH.
PRESETS = {
    "paper": {"reduction": "sum", "threshold": 0.0, "schedule": "constant"},
    "authors": {"reduction": "example-mean", "threshold": 0.1, "schedule": "constant"},
    "paper-dco-a": {"online": "dco-a", "n_eff": 64, "rollouts": 64, "threshold": 0.01, "batch_size": 128,
                    "learning_rate": 2e-5, "epochs": 5},
    "paper-grpo": {"online": "grpo", "rollouts": 8, "batch_size": 128, "learning_rate": 1e-6, "epochs": 5},
}


def rate_at(settings, step, planned):
    """The learning rate of a step, from 0; `planned` is the number of steps without replacements."""
    rise = min(1.0, (step + 1) / settings.warmup_steps) if settings.warmup_steps else 1.0
    done = min(1.0, step / max(1, planned))
    if settings.schedule == "linear":
        return settings.learning_rate * rise * (1 - done)
    if settings.schedule == "cosine":
        import math

        return settings.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * done))
    if settings.schedule != "constant":
        raise ValueError(f"schedule must be constant, linear or cosine, not {settings.schedule!r}")
    return settings.learning_rate * rise
