"""What can go wrong in the engine, one class per reaction."""


class DrRCError(Exception):
    """Root of all errors raised on purpose by `bot`."""


class StateUnavailable(DrRCError):
    """Redis cannot be reached or refuses to write: tell the person and let the platform retry."""


class HoldLost(DrRCError):
    """The turn's hold ended or the session changed meanwhile: nothing was saved, run the turn again."""


class Overloaded(DrRCError):
    """Too many turns are waiting: tell the person to send it again in a moment."""


class Later(DrRCError):
    """A door does not take this reply now: it stays in the outbox and no alarm is raised about it."""

    def __init__(self, reason: str = "", *, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after
        """Seconds before which it is of no use to try again."""
