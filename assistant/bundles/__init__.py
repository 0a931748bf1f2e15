"""Bundles (一件事): from answers to one personal plan, and the conversation that leads there."""
