"""What `hedge export` writes, as items of tokens. An item is a step, or with `whole` all steps of a theorem."""

import json
import random
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Item:
    """Rows of (prompt ids, completion ids, the end of sequence included); p is the product over them."""

    name: str
    rows: tuple
    # The line of the file, where examples are drawn for online.
    record: dict | None = None

    @property
    def tokens(self):
        """Tokens of the completions: what a probability is a product of."""
        return sum(len(completion) for _, completion in self.rows)


def read_items(path, tokenizer, max_length, whole=False):
    """Items of a JSON-lines file, and how many rows were left out because they are longer than `max_length` tokens."""
    groups, dropped = {}, 0
    for number, line in enumerate(Path(path).read_text().splitlines()):
        if not line.strip():
            continue
        record = json.loads(line)
        row = encode(tokenizer, record["prompt"], record["completion"])
        key = record.get("theorem", number) if whole else number
        if sum(map(len, row)) > max_length:
            dropped += 1
            # A proof without one of its steps is another one.
            groups[key] = None
        elif groups.get(key, []) is not None:
            groups.setdefault(key, []).append(row)
    return [Item(str(key), tuple(rows)) for key, rows in groups.items() if rows], dropped


def read_statements(path, tokenizer, max_length, completions=False):
    """As `read_items`, of rows with a `statement` that a reply must prove, as `hedge export --format theorems` writes them.

    A `completion` may be missing; with `completions` a row without one is left out, for its own reply is what is trained on.
    """
    items, dropped = [], 0
    for number, line in enumerate(Path(path).read_text().splitlines()):
        if not line.strip():
            continue
        record = json.loads(line)
        if "statement" not in record:
            raise SystemExit(f"{path}, line {number + 1}: no statement; `hedge export --format theorems` writes such rows")
        row = encode(tokenizer, record["prompt"], record.get("completion"))
        if (completions and "completion" not in record) or sum(map(len, row)) > max_length:
            dropped += 1
        else:
            items.append(Item(record.get("theorem", str(number)), (row,), record))
    return items, dropped


def encode(tokenizer, prompt, completion):
    """Prompt and completion (text, a conversation's reply, or None) apart, so that no token reaches over the border, as a server sees them."""
    if isinstance(prompt, str):
        ids = tokenizer(prompt)["input_ids"]
        if ids and ids[-1] == tokenizer.eos_token_id:
            ids = ids[:-1]
    else:
        ids = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, tokenize=True, return_dict=False)
    text = completion if isinstance(completion, str) else completion[0]["content"] if completion else ""
    return tuple(ids), (*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id)


def epoch_order(count, seed, epoch):
    """The order of an epoch: the same in every process, and after every resume."""
    order = list(range(count))
    random.Random(f"{seed}/{epoch}").shuffle(order)
    return order
