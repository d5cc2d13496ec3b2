"""The one door out."""


class Http:
    """One conversation with outside servers."""
