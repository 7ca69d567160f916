"""Training of the lerp models: corpus, rules, model, evaluation and export. Run as `python -m lerp_training CMD`."""
