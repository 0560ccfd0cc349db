"""Work by the clock: recovery, redelivery, what is due."""
