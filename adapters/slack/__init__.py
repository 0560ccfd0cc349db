"""Slack: direct messages, commands and mentions, forms and the home tab, over HTTP or Socket Mode."""
