"""Fine-tuning of causal language models on the files that `hedge export` writes."""
