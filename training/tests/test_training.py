import copy
import json
import os
import subprocess
import sys

import pytest
import torch
from accelerate import Accelerator
from transformers import Qwen2Config, Qwen2ForCausalLM

from hedge_training.data import Item, encode, read_items
from hedge_training.losses import dco_loss
from hedge_training.model import Scorer, collate
from hedge_training.settings import Settings, rate_at
from hedge_training.start import make_tokenizer
from hedge_training.trainer import Trainer

VOCABULARY = 64


def tiny(seed=0, hidden=64):
    torch.manual_seed(seed)
    return Qwen2ForCausalLM(
        Qwen2Config(vocab_size=VOCABULARY, hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=2,
                    num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=64)
    )


def random_items(count, seed=1, rows=1):
    generator = torch.Generator().manual_seed(seed)

    def ids(length):
        return tuple(torch.randint(1, VOCABULARY, (length,), generator=generator).tolist())

    return [Item(str(i), tuple((ids(4 + i % 5), ids(2 + (i + r) % 3)) for r in range(rows))) for i in range(count)]


def trainer(tmp_path, items, model=None, held_out=(), **settings):
    chosen = Settings(**{"precision": "no", "learning_rate": 1e-3, "warmup_steps": 0, "batch_size": 8, "micro_batch": 3, **settings})
    return Trainer(model or tiny(), items, list(held_out), chosen, tmp_path, Accelerator(cpu=True), 0)


def test_log_p_is_that_of_the_whole_model_row_by_row():
    model, items = tiny().double(), random_items(5)
    rows = [item.rows[0] for item in items]
    together = Scorer(model)(**collate(rows, 0, "cpu"))
    for (prompt, completion), mine in zip(rows, together):
        logits = model(input_ids=torch.tensor([prompt + completion])).logits[0].log_softmax(-1)
        by_hand = sum(logits[len(prompt) - 1 + i, token] for i, token in enumerate(completion))
        assert mine.item() == pytest.approx(by_hand.item(), rel=1e-6)


@pytest.mark.parametrize("n", [1, 8])
@pytest.mark.parametrize("rows,whole", [(1, False), (3, True)])
def test_the_gradient_is_that_of_equation_3(tmp_path, n, rows, whole):
    items, model = random_items(6, rows=rows), tiny().double()
    # Likely enough for F to matter.
    reference = copy.deepcopy(model)
    log_p = torch.stack([Scorer(reference)(**collate(item.rows, 0, "cpu")).sum() for item in items])
    scale = -log_p.detach().mean() / 2
    dco_loss(n, log_p).mean().backward()
    one = trainer(tmp_path, items, model, n_eff=n, whole=whole)
    drawn = one._draw(list(range(6)))
    one.backward(drawn.items, drawn.factors)
    assert scale > 0
    for (name, mine), theirs in zip(one.bare.model.named_parameters(), reference.parameters()):
        assert torch.allclose(mine.grad, theirs.grad, rtol=1e-5, atol=1e-9), name


def test_confidence_is_limited_at_n_eff_8_and_not_at_1(tmp_path):
    items, ends = random_items(16), {}
    for n in (1, 8):
        one = trainer(tmp_path / str(n), items, tiny(), n_eff=n, epochs=150, batch_size=16, micro_batch=16, learning_rate=3e-3)
        one.run()
        ends[n] = one.score(items).exp().mean().item()
        rows = [json.loads(line) for line in (tmp_path / str(n) / "metrics.jsonl").read_text().splitlines()]
        assert len(rows) == 150 and rows[-1]["confidence"] == pytest.approx(ends[n], abs=0.05)
    # What is learnt by heart is certain under cross-entropy; F(8, p) is under 0.001 from p = 0.7 on.
    assert ends[1] > 0.9
    assert 0.25 < ends[8] < 0.8


def test_every_example_of_an_epoch_is_trained_on_once_with_a_short_last_batch(tmp_path):
    one = trainer(tmp_path, random_items(19), epochs=1)
    one.run()
    assert one.at["step"] == 3 and one.at["epoch"] == 1
    # Nothing is left over for another step.
    assert all(p.grad is None for p in one.bare.parameters())


def test_refill_passes_over_what_is_sure(tmp_path):
    items = random_items(24)
    model = tiny()
    trainer(tmp_path / "a", items[:8], model, epochs=200, learning_rate=3e-3).run()
    one = trainer(tmp_path / "b", items, model, n_eff=8, threshold=0.1)
    drawn = one._draw(list(range(24)))
    # The first eight are known by heart, the others are not.
    assert [item.name for item in drawn.items] == [str(i) for i in range(8, 16)]
    assert drawn.consumed == 16 and drawn.replaced == 8 and bool((drawn.factors >= 0.1).all())


def test_a_run_goes_on_as_if_it_had_not_stopped(tmp_path):
    items = random_items(20)
    whole = trainer(tmp_path / "whole", items, n_eff=4, threshold=0.01, epochs=3, max_steps=7)
    whole.run()
    for steps in (3, 7):
        part = trainer(tmp_path / "part", items, n_eff=4, threshold=0.01, epochs=3, max_steps=steps)
        part.run()
    for mine, theirs in zip(part.bare.parameters(), whole.bare.parameters()):
        assert torch.equal(mine, theirs)
    steps = [json.loads(line)["step"] for line in (tmp_path / "part" / "metrics.jsonl").read_text().splitlines()]
    assert [step for step in steps if step] == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(SystemExit, match="n_eff"):
        trainer(tmp_path / "part", items, n_eff=8, threshold=0.01, epochs=3).run()


WORKER = """
import sys
sys.path.insert(0, {tests!r})
import torch, pathlib
from test_training import random_items, trainer
torch.set_num_threads(1)
out = pathlib.Path(sys.argv[1])
one = trainer(out / "run", random_items(21), n_eff=4, threshold=0.01, epochs=2)
one.run()
if one.accelerator.is_main_process:
    torch.save(one.bare.state_dict(), out / "weights.pt")
"""


def test_two_processes_make_the_weights_of_one(tmp_path):
    script = tmp_path / "worker.py"
    script.write_text(WORKER.format(tests=os.path.dirname(__file__)))
    found = {}
    for count in (1, 2):
        out = tmp_path / str(count)
        out.mkdir()
        command = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={count}", "--master-port=0",
                   "--standalone", str(script), str(out)]
        root = os.path.dirname(os.path.dirname(__file__))
        subprocess.run(command, check=True, timeout=300, env={**os.environ, "PYTHONPATH": root, "CUDA_VISIBLE_DEVICES": "", "ACCELERATE_USE_CPU": "true"})
        found[count] = torch.load(out / "weights.pt", weights_only=True)
    for name, value in found[1].items():
        assert torch.allclose(value, found[2][name], atol=1e-5), name


def test_no_token_reaches_over_the_border_and_long_rows_are_counted(tmp_path):
    tokenizer = make_tokenizer(["⊢ p:::simp", "⊢ p:::simp", ":::simp"] * 9, 300)
    prompt, completion = encode(tokenizer, "⊢ p:::", "simp")
    assert tokenizer.decode(prompt) == "⊢ p:::" and tokenizer.decode(completion[:-1]) == "simp"
    assert completion[-1] == tokenizer.eos_token_id
    records = [{"prompt": "⊢ p:::", "completion": "simp", "theorem": "t", "index": i} for i in range(2)]
    records += [{"prompt": "⊢ p:::", "completion": "x " * 99, "theorem": "u", "index": 0}]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    steps, dropped = read_items(path, tokenizer, 30)
    assert (len(steps), dropped) == (2, 1)
    proofs, _ = read_items(path, tokenizer, 30, whole=True)
    assert [(item.name, len(item.rows)) for item in proofs] == [("t", 2)]


def test_schedules():
    settings = Settings(learning_rate=1.0, warmup_steps=4, schedule="linear")
    assert [rate_at(settings, step, 8) for step in (0, 3, 4, 8)] == [0.25, 0.625, 0.5, 0]
    assert rate_at(Settings(learning_rate=1.0, warmup_steps=4), 100, 8) == 1
