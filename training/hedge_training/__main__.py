"""`python -m hedge_training --data FOLDER --model MODEL --out FOLDER --n-eff 8`; also under `accelerate launch -m`."""

import argparse
import dataclasses
import json
import shlex
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from transformers import AutoModelForCausalLM, AutoTokenizer

from .data import read_items, read_statements
from .losses import REDUCTIONS, dco_loss, overconfidence_factor
from .online import ONLINE, Hedge, OnlineTrainer, Server
from .settings import PRESETS, Settings
from .trainer import Trainer


def main(arguments=None):
    options, settings = read_arguments(arguments)
    check_reference(options.data / "dco.json")
    precision = "no" if settings.precision == "fp32" else settings.precision
    accelerator = Accelerator(mixed_precision=precision, cpu=options.cpu)
    set_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    validation = options.data / "validation.jsonl"
    if settings.online == "none":
        items, dropped = read_items(options.data / "train.jsonl", tokenizer, settings.max_length, settings.whole)
        held_out = read_items(validation, tokenizer, settings.max_length, settings.whole)[0] if validation.exists() else []
    else:
        own = settings.online == "dco-a"
        items, dropped = read_statements(options.data / "train.jsonl", tokenizer, settings.max_length, own)
        held_out = read_statements(validation, tokenizer, settings.max_length, True)[0] if validation.exists() else []
    if accelerator.is_main_process:
        why = " or without a completion" if settings.online == "dco-a" else ""
        print(f"{len(items)} items, {dropped} rows longer than {settings.max_length} tokens{why} left out", flush=True)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    if options.gradient_checkpointing:
        model.gradient_checkpointing_enable()
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    common = (model, items, held_out, settings, options.out, accelerator, pad)
    if settings.online == "none":
        trainer = Trainer(*common)
        trainer.run()
    else:
        server = Server(options.server, options.served, options.load)
        judge = Hedge(shlex.split(options.hedge)) if accelerator.is_main_process else None
        trainer = OnlineTrainer(*common, tokenizer, server, judge)
        trainer.run()
        if judge:
            judge.close()
    if accelerator.is_main_process:
        trainer.bare.model.save_pretrained(options.out)
        tokenizer.save_pretrained(options.out)
        (options.out / "training.json").write_text(json.dumps(dataclasses.asdict(settings), indent=1) + "\n")
        print(f"{options.out}: {trainer.at['step']} steps, {trainer.at['replaced']} items replaced", flush=True)


def check_reference(path):
    """F and the loss must agree with the values beside the data before anything is trained."""
    for row in json.loads(path.read_text())["reference"]:
        log_p = torch.tensor([row["logP"]], dtype=torch.float64)
        for name, mine in (("factor", overconfidence_factor(row["n"], log_p)), ("loss", dco_loss(row["n"], log_p))):
            if abs(mine.item() - row[name]) > 1e-8 * max(1e-4, abs(row[name])):
                raise SystemExit(f"{name} at {row} is {mine.item()} here: do not train with this build")


def read_arguments(arguments):
    parser = argparse.ArgumentParser(prog="hedge_training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder that `hedge export` wrote")
    parser.add_argument("--model", required=True, help="a folder with a model and its tokenizer, or a name")
    parser.add_argument("--out", type=Path, required=True, help="model, state and metrics.jsonl; goes on where it stopped")
    parser.add_argument("--preset", choices=PRESETS, help="settings of the paper, or of its authors' code")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--gradient-checkpointing", action="store_true", help="less memory, a third more time")
    online = parser.add_argument_group("inference in the loop", "with --online; the data are of `hedge export --format theorems`")
    online.add_argument("--server", default="http://127.0.0.1:8000/v1", help="draws: an address with the completions API")
    online.add_argument("--served", default="policy", help="the model's name there")
    online.add_argument("--load", help="address that takes {model, path} and loads these weights; default SERVER/load")
    online.add_argument("--hedge", default="npx hedge mcp", help="Lean's verifier, a command")
    for field in dataclasses.fields(Settings):
        name = "--" + field.name.replace("_", "-")
        if field.type is bool:
            parser.add_argument(name, action="store_true", default=None)
        else:
            choices = {"reduction": REDUCTIONS, "online": ONLINE}.get(field.name)
            parser.add_argument(name, type=field.type, default=None, choices=choices, help=f"default {field.default}")
    options = parser.parse_args(arguments)
    values = dict(PRESETS.get(options.preset, {}))
    for field in dataclasses.fields(Settings):
        if getattr(options, field.name) is not None:
            values[field.name] = getattr(options, field.name)
    return options, Settings(**values)


if __name__ == "__main__":
    main()
