"""Names of everything in Redis. All keys of one person share the hash tag of their partition."""

import hashlib
from dataclasses import dataclass

from bot.message import Address

PARTITIONS = 16
"""Number of partitions; changing it orphans stored sessions."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The keys that people of one partition share."""

    number: int
    """0 to PARTITIONS − 1."""

    def key(self, name: str) -> str:
        """The partition's key of this name."""
        return f"{{p{self.number}}}:{name}"

    @property
    def inbox(self) -> str:
        """Stream of accepted, unfinished messages."""
        return self.key("inbox")

    @property
    def attempts(self) -> str:
        """Hash: inbox id → how often its turn was begun."""
        return self.key("attempts")

    def waiting(self, platform: str) -> str:
        """Sorted set: people with replies undelivered on a platform, by the time from which to try again."""
        return self.key(f"waiting:{platform}")

    @property
    def due(self) -> str:
        """Sorted set: occurrence → when it is due."""
        return self.key("due")

    @property
    def due_bodies(self) -> str:
        """Hash: occurrence → the reply to send."""
        return self.key("due_bodies")

    @property
    def location_log(self) -> str:
        """Sorted set: lines saying that a location was used, without the location."""
        return self.key("location_log")

    @property
    def outbox_prefix(self) -> str:
        """What comes before a person's digest in the name of their outbox."""
        return self.key("outbox:")


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """The keys of one person."""

    digest: str
    """Keyed hash of the address: the person's name in Redis, logs and metrics."""
    partition: Partition
    """Where they live."""

    def key(self, name: str) -> str:
        """The person's key of this name."""
        return self.partition.key(f"{name}:{self.digest}")

    @property
    def session(self) -> str:
        """Hash: v = version, d = the session."""
        return self.key("session")

    @property
    def account(self) -> str:
        """The account."""
        return self.key("account")

    @property
    def queue(self) -> str:
        """List of inbox ids in order of arrival."""
        return self.key("queue")

    @property
    def hold(self) -> str:
        """Who runs a turn for this person now."""
        return self.key("hold")

    @property
    def outbox(self) -> str:
        """Hash: outbox id → undelivered reply."""
        return self.partition.outbox_prefix + self.digest

    @property
    def alias(self) -> str:
        """Digest of the person whose session this door's person shares."""
        return self.key("alias")

    @property
    def links(self) -> str:
        """Set: `digest:platform` of the doors that share this person's session."""
        return self.key("links")

    @property
    def tries(self) -> str:
        """How often a one-time code was tried in vain in the last hour."""
        return self.key("tries")

    @property
    def gone(self) -> str:
        """Set: this person's addresses that nothing can be sent to."""
        return self.key("gone")

    def seen(self, platform: str, message_id: str) -> str:
        """Marks a message of a door as accepted; long or odd ids are hashed."""
        name = f"{platform}\0{message_id}".encode(errors="replace")
        return self.key(f"seen:{hashlib.blake2b(name, digest_size=12).hexdigest()}")


def person_keys(address: Address, salt: bytes) -> PersonKeys:
    """The keys of the person at an address. The platform's own id never appears in a key."""
    name = "\0".join((address.platform.value, address.user, address.room)).encode(errors="replace")
    return keys_of_digest(hashlib.blake2b(name, key=salt[:64], digest_size=12).hexdigest())


def keys_of_digest(digest: str) -> PersonKeys:
    """The keys of a person whose digest is known."""
    return PersonKeys(digest=digest, partition=Partition(int(digest[:4], 16) % PARTITIONS))


def all_partitions() -> tuple[Partition, ...]:
    """Every partition."""
    return tuple(Partition(n) for n in range(PARTITIONS))
