"""Places to go, near a point."""
