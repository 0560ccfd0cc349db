"""Telegram: people write to the bot in a private chat."""
