"""A causal language model as what training needs of it: log p of completions, in float32."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy, linear

IGNORED = -100


class Scorer(nn.Module):
    """log p of each row's completion. Only the positions that predict it reach the output head.

    The logits of a batch of 16 x 2048 positions at Qwen's vocabulary would take 20 GB; those of the completions take
    some hundred MB. The head works in float32 whatever the body's precision: a logit of 20 in bf16 is off by 0.06.
    """

    def __init__(self, model, head="fp32"):
        super().__init__()
        self.model = model
        self.head = head

    def forward(self, input_ids, attention_mask, labels):
        hidden = self.model.base_model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        wanted = labels[:, 1:] != IGNORED
        picked, targets = hidden[:, :-1][wanted], labels[:, 1:][wanted]
        output = self.model.get_output_embeddings()
        if self.head == "fp32":
            with torch.autocast(picked.device.type, enabled=False):
                # float64 stays: tests compare in it.
                kind = torch.promote_types(torch.float32, picked.dtype) if picked.dtype != torch.bfloat16 else torch.float32
                bias = None if output.bias is None else output.bias.to(kind)
                logits = linear(picked.to(kind), output.weight.to(kind), bias)
        else:
            logits = output(picked).float()
        log_p = -cross_entropy(logits, targets, reduction="none")
        rows = wanted.nonzero()[:, 0]
        return torch.zeros(len(labels), dtype=log_p.dtype, device=log_p.device).index_add(0, rows, log_p)


def collate(rows, pad, device):
    """Rows of (prompt, completion) token ids as one right-padded batch; prompts have no label."""
    width = max(len(prompt) + len(completion) for prompt, completion in rows)
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    labels = torch.full((len(rows), width), IGNORED, dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for i, (prompt, completion) in enumerate(rows):
        end = len(prompt) + len(completion)
        ids[i, :end] = torch.tensor(list(prompt) + list(completion))
        labels[i, len(prompt) : end] = torch.tensor(list(completion))
        mask[i, :end] = 1
    return {"input_ids": ids.to(device), "attention_mask": mask.to(device), "labels": labels.to(device)}
