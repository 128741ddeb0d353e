"""A check on one GPU in under five minutes, without a network: `python3 training/gpu_check.py`.

Random weights from a config and random tokens, at bf16 with float32 log-probabilities, through the same trainer as a real
run. Prints for each size and N_eff: tokens/s, the most memory, F and confidence as training goes on.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import torch
from accelerate import Accelerator
from transformers import Qwen2Config, Qwen2ForCausalLM

sys.path.insert(0, str(Path(__file__).parent))
from hedge_training.data import Item  # noqa: E402
from hedge_training.settings import Settings  # noqa: E402
from hedge_training.trainer import Trainer  # noqa: E402

SIZES = {
    "100M": dict(hidden_size=768, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=12,
                 num_key_value_heads=4, vocab_size=32_000, tie_word_embeddings=True),
    # The architecture of Qwen2.5-Math-1.5B.
    "1.5B": dict(hidden_size=1536, intermediate_size=8960, num_hidden_layers=28, num_attention_heads=12,
                 num_key_value_heads=2, vocab_size=151_936, tie_word_embeddings=True),
}
PROMPT, COMPLETION = 300, 16


def main():
    cuda = torch.cuda.is_available()
    print(torch.__version__, torch.cuda.get_device_name() if cuda else "no GPU: this is the CPU, and slow", flush=True)
    sizes = {"100M": 300, "1.5B": 60} if cuda else {"100M": 1}
    for size, steps in sizes.items():
        for n_eff, rate in ((1, 3e-4), (8, 3e-4)) if size == "100M" else ((1, 1e-4), (8, 1e-4)):
            check(size, n_eff, steps, rate, cuda)


def check(size, n_eff, steps, rate, cuda):
    torch.manual_seed(0)
    config = Qwen2Config(**SIZES[size], max_position_embeddings=4096)
    model = Qwen2ForCausalLM(config)
    parameters = sum(p.numel() for p in model.parameters())
    # So few rows that they are learnt by heart: confidence rises, and F falls, within the check.
    rows = torch.randint(0, config.vocab_size, (64, PROMPT + COMPLETION)).tolist()
    items = [Item(str(i), ((tuple(row[:PROMPT]), tuple(row[PROMPT:])),)) for i, row in enumerate(rows)]
    settings = Settings(n_eff=n_eff, epochs=10_000, max_steps=steps, micro_batch=(64 if size == "100M" else 16) if cuda else 4, learning_rate=rate,
                        batch_size=64 if cuda else 4, precision="bf16", save_every=10_000)
    if cuda:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(model, items, [], settings, folder, Accelerator(mixed_precision="bf16", cpu=not cuda), 0)
        trainer._save = lambda: None
        begun = time.perf_counter()
        trainer.run()
        if cuda:
            torch.cuda.synchronize()
        took = time.perf_counter() - begun
        lines = [json.loads(line) for line in (Path(folder) / "metrics.jsonl").read_text().splitlines()]
    settled = sorted(line["tokensPerSecond"] for line in lines[len(lines) // 4 :])
    memory = torch.cuda.max_memory_allocated() / 2**30 if cuda else float("nan")
    print(f"{size} ({parameters / 1e6:.0f} M parameters), N_eff {n_eff}: {settled[len(settled) // 2]:,.0f} tokens/s (median), "
          f"{memory:.1f} GiB, {len(lines)} steps in {took:.1f} s", flush=True)
    for line in lines[:: max(1, len(lines) // 6)] + lines[-1:]:
        print(f"  step {line['step']:3d}  CE {line['crossEntropy']:8.3f}  confidence {line['confidence']:.2e}  "
              f"F {line['meanFactor']:.4f}  gradient norm {line['gradientNorm']:.3f}", flush=True)


if __name__ == "__main__":
    main()
