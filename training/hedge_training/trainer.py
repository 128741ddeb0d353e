"""The training loop: batches that are the same for any number of processes, one optimiser step for each."""

import json
import os
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import torch

from .data import epoch_order
from .losses import dco_loss, example_weights, overconfidence_factor
from .model import Scorer, collate
from .settings import rate_at


@dataclass
class Draw:
    """Items for a step; their factors, or None where the training pass itself tells them."""

    items: list
    factors: torch.Tensor | None
    # Examples taken from the epoch, and those of them that were passed over.
    consumed: int
    replaced: int
    told: dict = field(default_factory=dict)


class Trainer:
    """Trains one model. Every process knows all items; which of them it computes depends on its rank alone."""

    def __init__(self, model, items, held_out, settings, out, accelerator, pad):
        self.settings, self.items, self.held_out, self.pad = settings, items, held_out, pad
        self.out, self.accelerator = Path(out), accelerator
        self.bare = Scorer(model, settings.head).to(accelerator.device)
        optimizer = torch.optim.AdamW(self.bare.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
        self.scorer, self.optimizer = accelerator.prepare(self.bare, optimizer)
        self.at = {"epoch": 0, "cursor": 0, "step": 0, "replaced": 0}
        self.planned = settings.epochs * -(-len(items) // settings.batch_size)

    def run(self):
        """Until the epochs or the steps are over; goes on where a run with the same folder stopped."""
        self._resume()
        settings = self.settings
        while self.at["epoch"] < settings.epochs and not self._done():
            order = epoch_order(len(self.items), settings.seed, self.at["epoch"])
            while self.at["cursor"] < len(order) and not self._done():
                self._step(order)
                if settings.evaluate_every and self.at["step"] % settings.evaluate_every == 0:
                    self._evaluate()
                if self.at["step"] % settings.save_every == 0:
                    self._save()
            if not self._done():
                self.at.update(epoch=self.at["epoch"] + 1, cursor=0)
                self._evaluate()
                self._save()
        self._save()

    def _done(self):
        return 0 < self.settings.max_steps <= self.at["step"]

    def _step(self, order):
        begun = time.perf_counter()
        draw = self._draw(order)
        items, known = draw.items, draw.factors
        self.at["cursor"] += draw.consumed
        self.at["replaced"] += draw.replaced
        if not items:
            # The epoch ended in examples that were all replaced.
            return
        rate = rate_at(self.settings, self.at["step"], self.planned)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        log_p = self.backward(items, known)
        norm = self._norm()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.at["step"] += 1
        factors = overconfidence_factor(self.settings.n_eff, log_p) if known is None else known
        tokens = sum(len(prompt) + len(completion) for item in items for prompt, completion in item.rows)
        self._log(
            kind="step",
            loss=dco_loss(self.settings.n_eff, log_p).mean().item(),
            crossEntropy=-log_p.mean().item(),
            meanFactor=factors.mean().item(),
            confidence=log_p.exp().mean().item(),
            replaced=draw.replaced,
            learningRate=rate,
            gradientNorm=norm,
            tokens=tokens,
            tokensPerSecond=tokens / (time.perf_counter() - begun),
            **draw.told,
        )

    def backward(self, items, known):
        """Adds the gradient of a batch, and says log p of each item. `known` factors are given where they were computed."""
        settings, world, rank = self.settings, self.accelerator.num_processes, self.accelerator.process_index
        counts = torch.tensor([item.tokens for item in items])
        # With F = 1 a weight is what the batch's size and the tokens say of it; a factor that is not known yet follows.
        weights = example_weights(known if known is not None else torch.ones(len(items)), counts, settings.reduction)
        rows = [(i, row) for i, item in enumerate(items) for row in item.rows][rank::world]
        # Rows about equally long go together.
        rows.sort(key=lambda pair: sum(map(len, pair[1])))
        parts = [rows[at : at + settings.micro_batch] for at in range(0, len(rows), settings.micro_batch)]
        # A process without rows takes part in the exchange of gradients all the same.
        parts = parts or [[(0, items[0].rows[0])]]
        log_p = torch.zeros(len(items), dtype=torch.float64, device=self.accelerator.device)
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            with nullcontext() if last else self.accelerator.no_sync(self.scorer):
                batch = collate([row for _, row in part], self.pad, self.accelerator.device)
                with self.accelerator.autocast():
                    found = self.scorer(**batch)
                at = torch.tensor([i for i, _ in part], device=found.device)
                weight = weights.to(found.device)[at]
                if known is None:
                    weight = weight * overconfidence_factor(settings.n_eff, found)
                if not rows:
                    weight = weight * 0
                else:
                    log_p.index_add_(0, at, found.detach().double())
                # Gradients are averaged over the processes.
                loss = (weight.to(found) * -found).sum() * world
                self.accelerator.backward(loss)
        return self.accelerator.reduce(log_p, "sum").cpu()

    def _draw(self, order):
        """Items for a step. The refill rule: items whose F is below the threshold are passed over until the batch is full or the epoch over.
        All processes see the same factors, so that they agree on the batch.
        """
        settings = self.settings
        rest = order[self.at["cursor"] :]
        if settings.threshold == 0 or settings.n_eff == 1:
            items = [self.items[i] for i in rest[: settings.batch_size]]
            if settings.n_eff == 1 or all(len(item.rows) == 1 for item in items):
                return Draw(items, None, len(items), 0)
            return Draw(items, overconfidence_factor(settings.n_eff, self.score(items)), len(items), 0)
        items, factors, consumed = [], [], 0
        while len(items) < settings.batch_size and consumed < len(rest):
            missing = settings.batch_size - len(items)
            rate = max(len(items), 1) / consumed if consumed else 1
            some = [self.items[i] for i in rest[consumed : consumed + min(4 * settings.batch_size, int(missing / rate) + 1)]]
            for item, factor in zip(some, overconfidence_factor(settings.n_eff, self.score(some)).tolist()):
                if len(items) == settings.batch_size:
                    break
                consumed += 1
                if factor >= settings.threshold:
                    items.append(item)
                    factors.append(factor)
        return Draw(items, torch.tensor(factors, dtype=torch.float64), consumed, consumed - len(items))

    @torch.no_grad()
    def score(self, items):
        """log p of each item under the model as it is now, computed by all processes together."""
        world, rank = self.accelerator.num_processes, self.accelerator.process_index
        rows = [(i, row) for i, item in enumerate(items) for row in item.rows][rank::world]
        rows.sort(key=lambda pair: sum(map(len, pair[1])))
        log_p = torch.zeros(len(items), dtype=torch.float64, device=self.accelerator.device)
        size = 2 * self.settings.micro_batch
        for at in range(0, len(rows), size):
            part = rows[at : at + size]
            with self.accelerator.autocast():
                found = self.bare(**collate([row for _, row in part], self.pad, self.accelerator.device))
            log_p.index_add_(0, torch.tensor([i for i, _ in part], device=found.device), found.double())
        return self.accelerator.reduce(log_p, "sum").cpu()

    def _evaluate(self):
        if not self.held_out:
            return
        log_p = self.score(self.held_out)
        self._log(
            kind="evaluation",
            loss=dco_loss(self.settings.n_eff, log_p).mean().item(),
            crossEntropy=-log_p.mean().item(),
            meanFactor=overconfidence_factor(self.settings.n_eff, log_p).mean().item(),
            confidence=log_p.exp().mean().item(),
        )

    def _norm(self):
        bound = self.settings.max_grad_norm or float("inf")
        return float(torch.nn.utils.clip_grad_norm_(self.bare.parameters(), bound))

    def _log(self, **row):
        if self.accelerator.is_main_process:
            self.out.mkdir(parents=True, exist_ok=True)
            kind = row.pop("kind")
            record = {"kind": kind, "step": self.at["step"], "epoch": self.at["epoch"], **row}
            with open(self.out / "metrics.jsonl", "a") as file:
                file.write(json.dumps(record) + "\n")

    def _save(self):
        if self.accelerator.is_main_process:
            self.out.mkdir(parents=True, exist_ok=True)
            state = {
                "model": self.bare.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "at": self.at,
                "settings": vars(self.settings),
            }
            torch.save(state, self.out / "state.part")
            # A kill between the two leaves the last whole state.
            os.replace(self.out / "state.part", self.out / "state.pt")
        self.accelerator.wait_for_everyone()

    def _resume(self):
        path = self.out / "state.pt"
        if not path.exists():
            (self.out / "metrics.jsonl").unlink(missing_ok=True) if self.accelerator.is_main_process else None
            return
        state = torch.load(path, map_location=self.accelerator.device, weights_only=True)
        changed = [
            name
            for name, value in vars(self.settings).items()
            if name not in ("epochs", "max_steps", "save_every", "evaluate_every") and state["settings"].get(name, value) != value
        ]
        if changed:
            raise SystemExit(f"{path} was made with other settings ({', '.join(changed)}): choose another folder")
        self.bare.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.at = state["at"]
        if self.accelerator.is_main_process:
            # Rows behind the state belong to steps that are done again.
            metrics = self.out / "metrics.jsonl"
            rows = [json.loads(line) for line in metrics.read_text().splitlines()] if metrics.exists() else []
            kept = [row for row in rows if row["step"] <= self.at["step"]]
            metrics.write_text("".join(json.dumps(row) + "\n" for row in kept))
