"""Medicine, places and where they come from."""
