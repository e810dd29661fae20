"""The lists and forms of this room at the desk, by noun."""

from portal.admin import audit, identity, jobs, people, person_requests

__all__ = ["audit", "identity", "jobs", "people", "person_requests"]
