"""Fine-tunes a causal language model with DCO^step on the files that `hedge export --format hf` wrote.

    python train_dco.py FOLDER N_EFF OUT [MODEL] [EPSILON]

One GPU. Written for transformers >= 4.50 and trl >= 0.20; see training-at-scale.md for what was checked and what was not.
"""

import json
import sys
from pathlib import Path

import torch
from datasets import load_dataset
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoTokenizer
from trl import SFTConfig, SFTTrainer


def log1mexp(x):
    """log(1 - e^x) for x < 0, without cancellation."""
    return torch.where(x > -0.6931471805599453, torch.log(-torch.expm1(x)), torch.log1p(-torch.exp(x)))


def overconfidence_factor(n, log_p):
    """F(N, p) = N (1-p)^(N-1) p / (1 - (1-p)^N), in float64 from log p; 1 where N = 1 or p is next to nothing."""
    log_p = log_p.detach().double()
    if n == 1:
        return torch.ones_like(log_p)
    x = log_p.clamp(max=-1e-15)
    miss = log1mexp(x)
    factor = n * torch.exp(x + (n - 1) * miss) / -torch.expm1(n * miss)
    return torch.where(log_p < -700, 1.0, factor).clamp(0, 1)


def check_reference(folder):
    """The factor must agree with the values beside the data before anything is trained."""
    reference = json.loads((Path(folder) / "dco.json").read_text())["reference"]
    for row in reference:
        mine = overconfidence_factor(row["n"], torch.tensor([row["logP"]], dtype=torch.float64)).item()
        assert abs(mine - row["factor"]) <= 1e-8 * max(1e-4, row["factor"]), (row, mine)


def sequence_log_probs(model, batch):
    """log p of each row's tactic and its end of sequence: the sum over tokens whose label is not -100."""
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    labels = batch["labels"][:, 1:]
    nll = cross_entropy(logits[:, :-1].float().transpose(1, 2), labels, ignore_index=-100, reduction="none")
    return -nll.sum(-1)


class DcoTrainer(SFTTrainer):
    def __init__(self, *args, n_eff, epsilon, **kwargs):
        super().__init__(*args, **kwargs)
        self.n_eff, self.epsilon, self.waiting = n_eff, epsilon, []
        # The trainer then divides by the accumulation steps: each micro-batch gives its own mean over examples.
        self.model_accepts_loss_kwargs = False

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        log_p = sequence_log_probs(model, inputs)
        factor = overconfidence_factor(self.n_eff, log_p).to(log_p)
        # A sum over tokens and a mean over examples, as in the paper; F is a constant here (Eq. 4).
        loss = (factor * -log_p).mean()
        return (loss, {"log_p": log_p}) if return_outputs else loss

    def get_batch_samples(self, epoch_iterator, num_batches, device=None):
        """Refill: examples with F < epsilon are replaced by the next ones, so that the batch keeps its size."""
        size = self.args.per_device_train_batch_size
        while len(self.waiting) < num_batches * size:
            batch = next(epoch_iterator, None)
            if batch is None:
                break
            batch = self._prepare_inputs(batch)
            with torch.no_grad(), self.compute_loss_context_manager():
                kept = overconfidence_factor(self.n_eff, sequence_log_probs(self.model, batch)) >= self.epsilon
            self.waiting += [
                {name: batch[name][row][batch["attention_mask"][row].bool()] for name in ("input_ids", "labels")}
                for row in kept.nonzero().flatten().tolist()
            ]
        rows, self.waiting = self.waiting[: num_batches * size], self.waiting[num_batches * size :]
        return [self._collate(rows[at : at + size]) for at in range(0, len(rows), size)], None

    def _collate(self, rows):
        def pad(tensors, value):
            return pad_sequence(tensors, batch_first=True, padding_value=value)

        return {
            "input_ids": pad([row["input_ids"] for row in rows], self.processing_class.pad_token_id),
            "attention_mask": pad([torch.ones_like(row["input_ids"]) for row in rows], 0),
            "labels": pad([row["labels"] for row in rows], -100),
        }


def main(folder, n_eff, out, model="Qwen/Qwen2.5-Math-1.5B", epsilon="0"):
    check_reference(folder)
    tokenizer = AutoTokenizer.from_pretrained(model)
    trainer = DcoTrainer(
        model=model,
        processing_class=tokenizer,
        n_eff=float(n_eff),
        epsilon=float(epsilon),
        train_dataset=load_dataset("json", data_files=str(Path(folder) / "train.jsonl"), split="train"),
        args=SFTConfig(
            output_dir=out,
            num_train_epochs=3,
            learning_rate=1e-5,
            warmup_steps=20,
            per_device_train_batch_size=16,
            gradient_accumulation_steps=4,  # 16 x 4: the paper's batch of 64
            max_length=2048,
            completion_only_loss=True,  # labels of the prompt are -100
            packing=False,  # one example per row: F needs each one's own log-probability
            bf16=True,
            save_strategy="epoch",
            logging_steps=10,
        ),
    )
    # The end of sequence is part of the tactic: without it nothing tells a server where to stop.
    assert trainer.train_dataset[0]["input_ids"][-1] == tokenizer.eos_token_id
    trainer.train()
    trainer.save_model(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
