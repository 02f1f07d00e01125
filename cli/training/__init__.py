"""What accompanies every training: checkpoints and signals, progress, estimates."""
