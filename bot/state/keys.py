"""Every Redis key is built here.

| key | holds | lives |
|---|---|---|
| ``bot:once:<message key>`` | claim of a worker, or the stored reply | 4.6 s, or 5 min |
| ``bot:lock:<resident ref>`` | message in hand for this resident | 4.6 s |
| ``bot:session:<resident ref>`` | topic, choices, community, language; X once erased | 7 days |
| ``bot:flood:<resident ref>`` | messages in the running minute | 60 s |
| ``bot:turns`` | stream of turn records on their way to SQL | until written, at most 200,000 |
| ``bot:erasures`` | residents whose records are still to be erased | until done |
| ``bot:phrases`` | counts the changes of what staff added to the understanding | for ever |
| ``bot:rate:<kind>:<ref>`` | times of the last actions: robot posts, logins | 60 s |
| ``bot:lease:<name>`` | who holds a singleton role, with its fencing number | as the holder asks |
| ``bot:fence:<name>`` | the fencing number a role has reached | for ever |
| ``bot:rate:<action>:<ref>`` | times of the actions in the running minute | 60 s |
| ``bot:token:…`` | access tokens, see ``tokens`` | as the platform says |
"""

PREFIX = "bot:"
TURNS = PREFIX + "turns"
ERASURES = PREFIX + "erasures"
PHRASES = PREFIX + "phrases"


def once(message_key: str) -> str:
    """Return the key of a message's claim and stored reply."""
    return f"{PREFIX}once:{message_key}"


def lock(ref: str) -> str:
    """Return the key of a resident's lock."""
    return f"{PREFIX}lock:{ref}"


def session(ref: str) -> str:
    """Return the key of a resident's session."""
    return f"{PREFIX}session:{ref}"


def flood(ref: str) -> str:
    """Return the key of a resident's message counter."""
    return f"{PREFIX}flood:{ref}"


def lease(name: str) -> str:
    """Return the key of a singleton role's lease."""
    return f"{PREFIX}lease:{name}"


def fence(name: str) -> str:
    """Return the key of a lease's fencing counter."""
    return f"{PREFIX}fence:{name}"


def rate(action: str, ref: str) -> str:
    """Return the key of somebody's budget of an action."""
    return f"{PREFIX}rate:{action}:{ref}"
