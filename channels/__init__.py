"""Ways in and out: each channel is handed callables and knows nothing of the assistant."""
