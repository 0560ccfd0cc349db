"""The terminal door and the JSON-lines door."""
