"""The lists and forms of this room at the desk, by noun."""

from portal.admin import audit, identity, people

__all__ = ["audit", "identity", "people"]
