"""The chat page and its HTTP door."""
