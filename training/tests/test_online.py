import copy
import json
import shlex
import shutil
import subprocess
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from transformers import AutoModelForCausalLM, AutoTokenizer

from hedge_training.__main__ import main, read_arguments
from hedge_training.data import read_statements
from hedge_training.losses import overconfidence_factor
from hedge_training.model import Scorer, collate
from hedge_training.online import Hedge, OnlineTrainer, Server, source_of
from hedge_training.server import Models, handler
from hedge_training.settings import Settings
from hedge_training.start import make_model, make_tokenizer

ROOT = Path(__file__).parents[2]
STATEMENTS = [f"theorem t{i} (p q : Prop) : p ∧ q → q" for i in range(6)]


class Ended:
    """Right is every reply that was not cut off: enough to have right and wrong replies of a model that knows nothing."""

    unjudged = 0

    def rewards(self, pairs):
        return [int(reply != "") for _, reply in pairs]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A model that knows nothing, served, and six statements."""
    folder = tmp_path_factory.mktemp("online")
    tokenizer = make_tokenizer([f"{statement}:::exact fun h => h.2" for statement in STATEMENTS] * 5, 280)
    make_model(tokenizer, 64, 2, 0).save_pretrained(folder / "start")
    tokenizer.save_pretrained(folder / "start")
    rows = [{"prompt": f"{s}:::", "completion": "exact fun h => h.2", "theorem": f"t{i}", "statement": s} for i, s in enumerate(STATEMENTS)]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    models = Models({"policy": folder / "start"})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler(models))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield folder, tokenizer, Server(f"http://127.0.0.1:{running.server_address[1]}/v1", "policy"), models
    running.shutdown()


def trainer(world, out, judge, **settings):
    folder, tokenizer, server, _ = world
    items, dropped = read_statements(folder / "train.jsonl", tokenizer, 256)
    assert dropped == 0
    chosen = Settings(**{"precision": "no", "learning_rate": 1e-3, "warmup_steps": 0, "batch_size": 4, "micro_batch": 5,
                         "rollouts": 8, "rollout_tokens": 6, **settings})
    model = AutoModelForCausalLM.from_pretrained(folder / "start", dtype=torch.float64)
    return OnlineTrainer(model, items, [], chosen, out, Accelerator(cpu=True), tokenizer.eos_token_id, tokenizer, server, judge)


class Counts:
    """Tells for the i-th statement asked about how many of its roll-outs are right."""

    unjudged = 0

    def __init__(self, counts):
        self.counts = counts

    def rewards(self, pairs):
        asked = [record["theorem"] for record, _ in pairs]
        seen, found = {}, []
        for name in asked:
            at = seen[name] = seen.get(name, -1) + 1
            found.append(int(at < self.counts[int(name[1:])]))
        return found


def test_dco_a_weighs_by_the_estimate_and_discards_what_is_sure(world, tmp_path):
    # F(64, p) is 1, 0.014 and 2e-7 at 0, 1 and 2 of 8, 3e-18 at 4 of 8, 0 at 8 of 8.
    one = trainer(world, tmp_path, Counts([0, 4, 1, 8, 2, 0]), online="dco-a", n_eff=64, threshold=1e-9)
    drawn = one._draw(list(range(6)))
    assert [item.name for item in drawn.items] == ["t0", "t2", "t4", "t5"]
    expected = [1.0, *(overconfidence_factor(64, torch.tensor(p).log()).item() for p in (1 / 8, 2 / 8)), 1.0]
    assert drawn.factors.tolist() == pytest.approx(expected)
    assert (drawn.consumed, drawn.replaced) == (6, 2)
    assert drawn.told == {"rollouts": 48, "reward": 15 / 48}
    reference = copy.deepcopy(one.bare.model)
    log_p = torch.stack([Scorer(reference)(**collate(item.rows, 0, "cpu")).sum() for item in drawn.items])
    (drawn.factors * -log_p).mean().backward()
    one.backward(drawn.items, drawn.factors)
    for mine, theirs in zip(one.bare.model.parameters(), reference.parameters()):
        assert torch.allclose(mine.grad, theirs.grad, rtol=1e-5, atol=1e-9)


def test_grpo_is_the_surrogate_of_appendix_b(world, tmp_path):
    one = trainer(world, tmp_path, Counts([0, 2, 8, 6, 0, 0]), online="grpo")
    drawn = one._draw(list(range(6)))
    # Always and never right are left out: two groups of eight.
    assert [item.name for item in drawn.items] == ["t1"] * 8 + ["t3"] * 8
    assert drawn.factors.tolist() == pytest.approx([0.75] * 2 + [-0.25] * 6 + [0.25] * 6 + [-0.75] * 2)
    assert (drawn.consumed, drawn.replaced) == (6, 4)
    # The surrogate, token by token: ratio to its own value times the advantage, not divided by a length.
    reference = copy.deepcopy(one.bare.model)
    total = 0
    for item, advantage in zip(drawn.items, drawn.factors.tolist()):
        prompt, reply = item.rows[0]
        logits = reference(input_ids=torch.tensor([prompt + reply])).logits[0].log_softmax(-1)
        for at, token in enumerate(reply):
            p = logits[len(prompt) - 1 + at, token].exp()
            total = total + p / p.detach() * advantage
    (-total / 8 / 2).backward()
    one.backward(drawn.items, drawn.factors)
    for mine, theirs in zip(one.bare.model.parameters(), reference.parameters()):
        assert torch.allclose(mine.grad, theirs.grad, rtol=1e-4, atol=1e-9)


def test_grpo_raises_the_reward_and_the_server_follows_the_weights(world, tmp_path):
    one = trainer(world, tmp_path, Ended(), online="grpo", epochs=8, rollouts=16, rollout_tokens=24, learning_rate=1e-2, batch_size=6)
    one.run()
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    rewards = [row["reward"] for row in rows if row["kind"] == "step"]
    assert len(rewards) >= 6 and sum(rewards[-3:]) / 3 > sum(rewards[:3]) / 3 + 0.1
    served = world[3].models["policy"][1].state_dict()
    start = AutoModelForCausalLM.from_pretrained(world[0] / "start").state_dict()
    assert any(not torch.equal(served[name], start[name]) for name in served)


def test_replies_are_cut_as_lean_source():
    record = {"statement": "theorem t : 1 = 1"}
    assert source_of(record, "rfl\n") == "theorem t : 1 = 1 := by\n  rfl\n"
    assert source_of({**record, "header": "open Nat"}, "skip\nrfl") == "open Nat\ntheorem t : 1 = 1 := by\n  skip\n  rfl\n"
    thought = "First …\n```lean4\nsorry\n```\nbetter:\n```lean\ntheorem t : 1 = 1 := rfl\n```"
    assert source_of(record, thought) == "theorem t : 1 = 1 := rfl\n"
    assert source_of({**record, "strict": True}, "rfl") is None
    assert source_of(record, "  \n") is None


def test_presets_are_the_papers_runs():
    _, settings = read_arguments(["--data", "d", "--model", "m", "--out", "o", "--preset", "paper-grpo"])
    assert (settings.online, settings.rollouts, settings.batch_size, settings.learning_rate) == ("grpo", 8, 128, 1e-6)
    _, settings = read_arguments(["--data", "d", "--model", "m", "--out", "o", "--preset", "paper-dco-a"])
    assert (settings.n_eff, settings.rollouts, settings.threshold) == (64, 64, 0.01)


HEDGE = ["node", "--import", str(ROOT / "node_modules/tsx/dist/loader.mjs"), str(ROOT / "src/cli/main.ts")]
needs_hedge = pytest.mark.skipif(not (ROOT / "node_modules/.bin/tsx").exists() or not shutil.which("node"), reason="hedge is not installed")


@needs_hedge
def test_training_reads_what_hedge_export_writes(world, tmp_path):
    """Rows of theorems, as conversations: known proofs are ones that Lean takes, and DCO^a trains on them."""
    folder, tokenizer, server, _ = world
    lines = lambda rows: "".join(json.dumps(row) + "\n" for row in rows)
    header = "def twice (n : Nat) : Nat := n + n"
    theorems = [
        {"name": "swap", "statement": "theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p"},
        {"name": "twice_one", "header": header, "statement": "theorem twice_one : twice 1 = 2"},
        {"name": "open_one", "statement": "theorem open_one (n : Nat) : n = n"},
    ]
    steps = [
        {"theorem": "swap", "index": 0, "state": "p q : Prop\nh : p ∧ q\n⊢ q ∧ p", "tactic": "constructor"},
        {"theorem": "swap", "index": 1, "state": "⊢ q\n\n⊢ p", "tactic": "exact h.2"},
        {"theorem": "swap", "index": 2, "state": "⊢ p", "tactic": "exact h.1"},
        {"theorem": "twice_one", "index": 0, "state": "⊢ twice 1 = 2", "tactic": "rfl"},
    ]
    (tmp_path / "set.jsonl").write_text(lines(theorems))
    (tmp_path / "steps.jsonl").write_text(lines(steps))
    subprocess.run([*HEDGE, "export", str(tmp_path / "set.jsonl"), "--format", "theorems", "-o", str(tmp_path / "data"),
                    "--steps", str(tmp_path / "steps.jsonl")], check=True, cwd=ROOT)
    start = tmp_path / "start"
    shutil.copytree(folder / "start", start)
    (start / "chat_template.jinja").write_text("{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}<assistant>")
    talking = AutoTokenizer.from_pretrained(start)
    items, dropped = read_statements(tmp_path / "data/train.jsonl", talking, 2048)
    assert [item.name for item in items] == ["swap", "twice_one", "open_one"] and dropped == 0
    assert "twice_one : twice 1 = 2 := by\n  sorry" in talking.decode(items[1].rows[0][0])
    asked = [*HEDGE, "mcp"]
    hedge = Hedge(asked)
    try:
        known = [(item.record, item.record["completion"][0]["content"]) for item in items[:2]]
        assert hedge.rewards([*known, (items[0].record, "exact ⟨h.2, h.1⟩")]) == [1, 1, 0]
    finally:
        hedge.close()
    main(["--data", str(tmp_path / "data"), "--model", str(start), "--out", str(tmp_path / "out"), "--cpu", "--precision", "fp32",
          "--online", "dco-a", "--n-eff", "8", "--rollouts", "2", "--rollout-tokens", "4", "--max-steps", "1",
          "--server", server.url, "--hedge", shlex.join(asked)])
    [row] = [json.loads(line) for line in (tmp_path / "out/metrics.jsonl").read_text().splitlines()]
    # The theorem without a known proof has nothing to train on.
    assert (row["kind"], row["rollouts"], row["reward"], row["meanFactor"]) == ("step", 4, 0, 1)


@needs_hedge
def test_lean_is_the_judge():
    hedge = Hedge([*HEDGE, "mcp"])
    record = {"statement": STATEMENTS[0]}
    try:
        pairs = [(record, "exact fun h => h.2"), (record, "exact fun h => h.1"), (record, "sorry"), (record, "exact fun h => h.2")]
        assert hedge.rewards(pairs) == [1, 0, 0, 1]
        assert hedge.rewards([(record, "intro ⟨_, h⟩\nexact h")]) == [1]
        assert hedge.calls == 5 and hedge.unjudged == 0
    finally:
        hedge.close()
