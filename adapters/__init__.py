"""The outside world: doors, delivery, and the command `drrc`."""
