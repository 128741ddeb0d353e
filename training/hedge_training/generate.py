"""Draws from a causal language model, with the log-probability of every token under the model itself."""

import torch


@torch.no_grad()
def draw(model, prompt, count, max_tokens, temperature=1.0, top_p=1.0, seed=0, end=None, with_text=None):
    """`count` continuations of one prompt (token ids), as (tokens, log-probabilities, whether it ended by itself).

    Log-probabilities are the model's at temperature 1, whatever the draws are made at; `end` ends a continuation and is
    one of its tokens. `with_text` is asked after each token whether the tokens so far contain a stop.
    """
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    out = model(input_ids=torch.tensor([prompt], device=device), use_cache=True)
    cache, logits = out.past_key_values, out.logits[:, -1].float().expand(count, -1)
    if count > 1:
        cache.batch_repeat_interleave(count)
    tokens, log_probs = [[] for _ in range(count)], [[] for _ in range(count)]
    running = [True] * count
    for _ in range(max_tokens):
        known = torch.log_softmax(logits, -1)
        chosen = choose(logits, temperature, top_p, generator)
        told = known.gather(1, chosen[:, None])[:, 0].tolist()
        for i, token in enumerate(chosen.tolist()):
            if running[i]:
                tokens[i].append(token)
                log_probs[i].append(told[i])
                running[i] = token != end and not (with_text is not None and with_text(tokens[i]))
        if not any(running):
            break
        out = model(input_ids=chosen[:, None], past_key_values=cache, use_cache=True)
        logits = out.logits[:, -1].float()
    return [(t, p, not still) for t, p, still in zip(tokens, log_probs, running)]


def choose(logits, temperature, top_p, generator):
    if temperature == 0:
        return logits.argmax(-1)
    probabilities = torch.softmax(logits / temperature, -1)
    if top_p < 1:
        ordered, places = probabilities.sort(-1, descending=True)
        # The first token that reaches the share stays.
        ordered[ordered.cumsum(-1) - ordered >= top_p] = 0
        probabilities = torch.zeros_like(probabilities).scatter(1, places, ordered)
    return torch.multinomial(probabilities, 1, generator=generator)[:, 0]
