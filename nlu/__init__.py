"""From Korean text to meaning, and the seam to language models."""
