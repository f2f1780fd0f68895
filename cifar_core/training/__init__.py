"""Training: one step, one epoch, a whole run (`fit`), and the checkpoints in between."""
