import json
import threading
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer

import pytest
import torch

from hedge_training.data import encode
from hedge_training.generate import draw
from hedge_training.model import Scorer, collate
from hedge_training.server import Models, handler
from hedge_training.start import make_model, make_tokenizer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    tokenizer = make_tokenizer(["⊢ p ∧ q:::exact ⟨h.2, h.1⟩"] * 5, 280)
    make_model(tokenizer, 64, 2, 0).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    models = Models({"m": folder})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler(models))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/v1", models
    running.shutdown()


def ask(url, **body):
    request = urllib.request.Request(f"{url}/completions", json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def test_draws_come_with_the_log_probabilities_training_sees(server):
    url, models = server
    tokenizer, model = models.models["m"]
    prompt = encode(tokenizer, "⊢ p:::", "")[0]
    draws = draw(model, prompt, 4, 10, temperature=0.7, seed=3, end=tokenizer.eos_token_id)
    with torch.no_grad():
        scored = Scorer(model)(**collate([(prompt, tuple(tokens)) for tokens, _, _ in draws], 0, "cpu"))
    for (_, log_probs, _), mine in zip(draws, scored.tolist()):
        assert sum(log_probs) == pytest.approx(mine, rel=1e-4)
    answer = ask(url, model="m", prompt="⊢ p:::", n=4, max_tokens=10, logprobs=1, seed=3, temperature=0.7)
    told = [choice["logprobs"]["token_logprobs"] for choice in answer["choices"]]
    assert told == [pytest.approx(log_probs) for _, log_probs, _ in draws]


def test_seeds_repeat_and_stops_cut(server):
    url, _ = server
    one = ask(url, model="m", prompt="x", n=2, max_tokens=8, seed=1)
    assert one["choices"] == ask(url, model="m", prompt="x", n=2, max_tokens=8, seed=1)["choices"]
    whole = ask(url, model="m", prompt="x", max_tokens=8, seed=1)["choices"][0]["text"]
    stop = whole[2]
    cut = ask(url, model="m", prompt="x", max_tokens=8, seed=1, stop=[stop])["choices"][0]
    assert cut["text"] == whole[: whole.index(stop)] and cut["finish_reason"] == "stop"


def test_refusals_say_what_they_are(server):
    url, _ = server
    for body, status, words in (
        ({"model": "m", "prompt": "x " * 3000}, 400, "context length"),
        ({"model": "other", "prompt": "x"}, 404, "other"),
    ):
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask(url, **body)
        assert caught.value.code == status and words in caught.value.read().decode()
