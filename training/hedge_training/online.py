"""Inference in the training loop: DCO^a (section 5.4) and GRPO as the paper has it (appendix B).

A server with the completions API draws from the model as it is now; Lean judges what was drawn.
"""

import json
import re
import subprocess
import urllib.request

import torch
from accelerate.utils import broadcast_object_list

from .data import Item
from .losses import approximate_factor, group_advantages, informative_groups
from .trainer import Draw, Trainer

ONLINE = ("none", "dco-a", "grpo")
FENCED = re.compile(r"```lean4?\n(.*?)```", re.DOTALL)


class Server:
    """A model of a server with the completions API. It loads new weights when its `load` address is told a folder."""

    def __init__(self, url, model, load=None, timeout=3600):
        self.url, self.model, self.load_url, self.timeout = url, model, load or f"{url}/load", timeout

    def draw(self, prompt, count, max_tokens, seed):
        """`count` completions as (text, token ids or None, whether it ended by itself)."""
        answer = self._post(
            f"{self.url}/completions",
            {"model": self.model, "prompt": prompt, "n": count, "max_tokens": max_tokens, "temperature": 1.0, "top_p": 1.0,
             "seed": seed, "return_token_ids": True},
        )
        return [(one["text"], one.get("token_ids"), one["finish_reason"] == "stop") for one in answer["choices"]]

    def load(self, folder):
        self._post(self.load_url, {"model": self.model, "path": str(folder)})

    def _post(self, url, body):
        request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=self.timeout) as response:
            return json.load(response)


class Hedge:
    """Lean's verifier: `hedge mcp`, asked over its standard input. Only `verified` is a reward."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.calls, self.known, self.unjudged = 0, {}, 0
        self._wait([self._send("initialize", protocolVersion="2025-06-18", capabilities={},
                               clientInfo={"name": "hedge-training", "version": "1"})])
        self._write({"method": "notifications/initialized"})

    def rewards(self, pairs):
        """1 or 0 for each (record, reply): whether the reply proves the record's statement. Nothing is asked twice."""
        keys = [(record.get("header", ""), record["statement"], source_of(record, reply)) for record, reply in pairs]
        new = {}
        for key in keys:
            if key[2] is None:
                self.known[key] = 0
            elif key not in self.known and key not in new:
                arguments = {"statement": key[1], "source": key[2], **({"header": key[0]} if key[0] else {})}
                new[key] = self._send("tools/call", name="verify", arguments=arguments)
        answers = self._wait(new.values())
        for key, number in new.items():
            result = answers[number].get("result", {})
            if result.get("isError") or "structuredContent" not in result:
                self.unjudged += 1
                self.known[key] = 0
            else:
                self.known[key] = int(result["structuredContent"]["verdict"] == "verified")
        return [self.known[key] for key in keys]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)

    def _send(self, method, **params):
        self.calls += 1
        self._write({"id": self.calls, "method": method, "params": params})
        return self.calls

    def _write(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def _wait(self, numbers):
        waiting, answers = set(numbers), {}
        while waiting:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("hedge ended before it had judged everything")
            message = json.loads(line)
            if message.get("id") in waiting and "method" not in message:
                waiting.remove(message["id"])
                answers[message["id"]] = message
        return answers


def source_of(record, reply):
    """The Lean source a reply stands for: its last Lean block, or the reply itself as tactics. None where it has none.

    A record with `strict` asks for a block: without it nothing is a proof (the paper's strict format).
    """
    blocks = FENCED.findall(reply)
    text = blocks[-1] if blocks else None if record.get("strict") else reply
    if text is None or not text.strip():
        return None
    header = record.get("header", "")
    if re.search(r"^\s*(theorem|lemma)\b", text, re.MULTILINE):
        return text if not header or text.lstrip().startswith("import") else f"{header}\n{text}"
    tactics = "\n".join(f"  {line}" for line in text.strip("\n").splitlines())
    return f"{header}\n{record['statement']} := by\n{tactics}\n".lstrip()


class OnlineTrainer(Trainer):
    """A trainer whose factors (DCO^a) or whose examples and advantages (GRPO) come from roll-outs of the model as it is."""

    def __init__(self, model, items, held_out, settings, out, accelerator, pad, tokenizer, server, judge):
        super().__init__(model, items, held_out, settings, out, accelerator, pad)
        self.tokenizer, self.server, self.judge = tokenizer, server, judge
        self.loaded = None

    def _draw(self, order):
        settings, rest = self.settings, order[self.at["cursor"] :]
        items, factors, consumed, kept, right, drawn = [], [], 0, 0, 0, 0
        while kept < settings.batch_size and consumed < len(rest):
            # What is still missing at the rate so far.
            rate = max(kept, 1) / consumed if consumed else 1
            wanted = min(settings.batch_size, int((settings.batch_size - kept) / rate) + (kept > 0))
            some = [self.items[i] for i in rest[consumed : consumed + wanted]]
            rewards, replies = self._roll_out(some, consumed)
            drawn += rewards.numel()
            right += int(rewards.sum())
            if settings.online == "dco-a":
                found = approximate_factor(settings.n_eff, rewards.sum(1), settings.rollouts)
                chosen = found >= settings.threshold
            else:
                found, chosen = group_advantages(rewards), informative_groups(rewards)
            for i, item in enumerate(some):
                if kept == settings.batch_size:
                    break
                consumed += 1
                if not chosen[i]:
                    continue
                kept += 1
                if settings.online == "dco-a":
                    items.append(item)
                    factors.append(found[i].item())
                else:
                    # With `sum` the weight is advantage / (groups x roll-outs): Dr. GRPO's, whatever the lengths.
                    items.extend(Item(item.name, ((item.rows[0][0], reply),)) for reply in replies[i])
                    factors.extend(found[i].tolist())
        told = {"rollouts": drawn, "reward": right / max(1, drawn)}
        return Draw(items, torch.tensor(factors, dtype=torch.float64), consumed, consumed - kept, told)

    def _roll_out(self, items, place):
        """Rewards [items, roll-outs] and the replies' tokens. The main process asks; the others are told."""
        self._load()
        found = [None]
        if self.accelerator.is_main_process:
            replies, pairs = [], []
            for i, item in enumerate(items):
                seed = hash((self.settings.seed, self.at["epoch"], self.at["cursor"] + place + i)) % 2**31
                drawn = self.server.draw(list(item.rows[0][0]), self.settings.rollouts, self.settings.rollout_tokens, seed)
                replies.append([self._tokens(*one) for one in drawn])
                # A reply that was cut off is no answer.
                pairs.extend((item.record, text if ended else "") for text, _, ended in drawn)
            found = [(self.judge.rewards(pairs), replies)]
        broadcast_object_list(found)
        rewards, replies = found[0]
        return torch.tensor(rewards, dtype=torch.float64).reshape(len(items), self.settings.rollouts), replies

    def _tokens(self, text, tokens, ended):
        """What was drawn, token for token where the server tells them; the end of sequence is one of them."""
        end = self.tokenizer.eos_token_id
        if tokens is None:
            tokens = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return (*tokens, end) if ended and (not tokens or tokens[-1] != end) else tuple(tokens)

    def _load(self):
        """The server draws from weights at most `sync_every` steps old."""
        if self.loaded is not None and self.at["step"] - self.loaded < self.settings.sync_every:
            return
        if self.accelerator.is_main_process:
            folder = self.out / "served"
            self.bare.model.save_pretrained(folder)
            self.tokenizer.save_pretrained(folder)
            self.server.load(folder.resolve())
        self.accelerator.wait_for_everyone()
        self.loaded = self.at["step"]
