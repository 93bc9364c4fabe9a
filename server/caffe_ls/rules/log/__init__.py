"""What a training log shows."""
