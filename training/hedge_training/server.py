"""A small server of the completions API with log-probabilities, for tests and small models.

    python -m hedge_training.server --port 8000 prover-n1=FOLDER prover-n8=FOLDER …

Several models under their names; one request at a time. `POST /v1/load` with a `model` and the `path` of a folder takes
its weights from there, as training with inference in the loop asks. For models of real size use vLLM.
"""

import argparse
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from .generate import draw


class Models:
    """Named models; what is asked of them runs one after another."""

    def __init__(self, folders):
        self.lock = threading.Lock()
        self.models = {}
        for name, folder in folders.items():
            self.load(name, folder)

    def load(self, name, folder):
        """The named model, from now on with what is in the folder. @raises ValueError for a folder without a model"""
        try:
            found = (AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder).eval())
        except OSError as error:
            raise ValueError(str(error)) from error
        with self.lock:
            self.models[name] = found

    def complete(self, body):
        """The answer to a request of `/v1/completions`. @raises KeyError for a model that is not here, ValueError"""
        tokenizer, model = self.models[body["model"]]
        prompts = body["prompt"]
        # A text, token ids, or a list of either.
        prompts = [prompts] if isinstance(prompts, str) or isinstance(prompts[0], int) else prompts
        stops, most = body.get("stop") or [], body.get("max_tokens", 16)
        stops = [stops] if isinstance(stops, str) else stops
        choices, read, written = [], 0, 0
        for number, prompt in enumerate(prompts):
            ids = tokenizer(prompt)["input_ids"] if isinstance(prompt, str) else prompt
            limit = model.config.max_position_embeddings
            if len(ids) + most > limit:
                raise ValueError(f"the prompt of {len(ids)} tokens and max_tokens {most} exceed the context length {limit}")
            read += len(ids)
            with self.lock:
                draws = draw(
                    model,
                    ids,
                    body.get("n", 1),
                    most,
                    body.get("temperature", 1.0),
                    body.get("top_p", 1.0),
                    body.get("seed", 0) + number,
                    tokenizer.eos_token_id,
                    (lambda tokens: any(stop in tokenizer.decode(tokens) for stop in stops)) if stops else None,
                )
            for tokens, log_probs, ended in draws:
                written += len(tokens)
                text = tokenizer.decode(tokens, skip_special_tokens=True)
                cut = min([len(text), *(text.find(stop) for stop in stops if stop in text)])
                choice = {"index": len(choices), "text": text[:cut], "finish_reason": "stop" if ended else "length"}
                told = {"tokens": [tokenizer.decode([token]) for token in tokens], "token_logprobs": log_probs}
                if body.get("return_token_ids"):
                    choice["token_ids"] = tokens
                choices.append({**choice, "logprobs": told if body.get("logprobs") is not None else None})
        return {"object": "text_completion", "model": body["model"], "choices": choices,
                "usage": {"prompt_tokens": read, "completion_tokens": written}}


def handler(models):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.answer(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in models.models]})

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path.endswith("/load"):
                try:
                    models.load(body["model"], body["path"])
                    return self.answer(200, {"model": body["model"]})
                except (KeyError, ValueError) as error:
                    return self.answer(400, {"error": {"message": str(error)}})
            if not self.path.endswith("/completions") or "messages" in body:
                return self.answer(404, {"error": {"message": "only /v1/completions and /v1/load are served"}})
            try:
                self.answer(200, models.complete(body))
            except KeyError as error:
                self.answer(404, {"error": {"message": f"there is no {error}"}})
            except ValueError as error:
                self.answer(400, {"error": {"message": str(error)}})

        def answer(self, status, value):
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Handler


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one; the address is printed")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("models", nargs="+", metavar="NAME=FOLDER")
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    models = Models(dict(model.split("=", 1) for model in options.models))
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(models))
    print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
